import type { Answer } from '../gateways.ts';

/**
 * Makes changes one after the other, each whatever became of the one before, and answers for all: unknown
 * if any is, refused if any is, else done. None of none is done.
 */
export async function inTurn(changes: readonly (() => Promise<Answer>)[]): Promise<Answer> {
  const answers: Answer[] = [];
  for (const change of changes) answers.push(await change());
  return worstOf(answers);
}

/** Makes changes one after the other, and stops at the first that is not done: its answer is theirs. */
export async function whileDone(changes: readonly (() => Promise<Answer>)[]): Promise<Answer> {
  for (const change of changes) {
    const answer = await change();
    if (answer.kind !== 'done') return answer;
  }
  return { kind: 'done' };
}

function worstOf(answers: readonly Answer[]): Answer {
  return (
    answers.find(({ kind }) => kind === 'unknown') ??
    answers.find(({ kind }) => kind === 'refused') ?? { kind: 'done' }
  );
}
