import type { Note, Seen } from '../note.ts';
import type { Question, Subject } from '../probe.ts';

/** What each node said at one moment; null where it did not answer. */
export type Views = Extract<Note, { kind: 'views' }>['views'];

/** The answers to one moment's questions. */
export interface Sample {
  readonly seen: readonly Seen[];
  readonly views: Views;
}

/** The answer to a question, if it was answered at all. */
export type AnswerTo = (question: Pick<Question, 'from' | 'item'>) => string | undefined;

/** Finds the answers among what was seen; of several to one question, the first. */
export function answersIn(seen: readonly Seen[]): AnswerTo {
  const answers = new Map<string, string>();
  for (const { from, result } of seen) {
    const key = `${from} ${result.probe}`;
    if ('answer' in result && !answers.has(key)) answers.set(key, result.answer);
  }
  return ({ from, item }) => answers.get(`${from} ${item}`);
}

/** Those of the questions that were answered with one of `words`. */
export function answeredWith<Asked extends Question>(
  words: readonly string[],
  questions: readonly Asked[],
  { seen }: Sample,
): Asked[] {
  const answerTo = answersIn(seen);
  return questions.filter((question) => words.includes(answerTo(question) ?? ''));
}

/** How many of some answers are as wanted, how many are otherwise, and how many there are not. */
export interface Count {
  readonly of: number;
  readonly right: number;
  readonly wrong: number;
  readonly unanswered: number;
}

/** Counts answers; without a word there is no answer. */
export function count(
  answers: readonly (string | undefined)[],
  isRight: (answer: string) => boolean,
): Count {
  const given = answers.filter((answer) => answer !== undefined);
  const right = given.filter(isRight).length;
  return {
    of: answers.length,
    right,
    wrong: given.length - right,
    unanswered: answers.length - given.length,
  };
}

/** The name that people know an instance by. */
export function nameOf(instanceId: string, { inventory }: Pick<Subject, 'inventory'>): string {
  return inventory.instances.find(({ id }) => id === instanceId)?.name ?? instanceId;
}
