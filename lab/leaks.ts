import type { Stage } from './stage.ts';

/** Everything of a run that outlives it and that people may read, by where it is. */
async function readable(runId: string, stage: Stage): Promise<Map<string, string>> {
  const { ssm, s3, bus } = stage.cloud.services;
  const { journal, stepFunctions } = stage;
  const kept = await Promise.all([
    journal.read(runId),
    journal.request(runId),
    journal.plan(runId),
    journal.notes(runId),
    journal.report(runId),
  ]);
  const histories = stepFunctions.executions.map(({ input, events }) => ({ input, events }));
  return new Map([
    ['what SSM keeps of commands', JSON.stringify(ssm.invocations())],
    ['what SSM was asked', JSON.stringify(ssm.calls)],
    ['what S3 keeps', JSON.stringify([...s3.objects])],
    ['an event', JSON.stringify(bus.events)],
    ['the history of an execution', JSON.stringify(histories)],
    ['the log of a Lambda', stage.logged.join('\n')],
    ['the journal', JSON.stringify(kept)],
  ]);
}

/** Where any of the words is found, as it is or in Base64: a sentence each. */
export function leaksIn(texts: ReadonlyMap<string, string>, hidden: readonly string[]): string[] {
  return [...texts].flatMap(([where, text]) => {
    const isThere = hidden.flatMap(formsOf).some((form) => text.includes(form));
    return isThere ? [`a password or its hash is in ${where}`] : [];
  });
}

/** A word, and what of its Base64 does not hang on what follows it. */
const formsOf = (word: string): string[] => [
  word,
  Buffer.from(word)
    .subarray(0, word.length - (word.length % 3))
    .toString('base64'),
];

/** Where what must be hidden can be read after a run on this stage. */
export async function leaksOf(runId: string, stage: Stage): Promise<string[]> {
  const { hidden = [] } = stage.security ?? {};
  return hidden.length === 0 ? [] : leaksIn(await readable(runId, stage), hidden);
}
