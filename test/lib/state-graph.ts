import * as z from 'zod';

const Edge = z.looseObject({ Next: z.string() });
const Catcher = z.looseObject({ ErrorEquals: z.array(z.string()), Next: z.string() });
const Retrier = z.looseObject({
  ErrorEquals: z.array(z.string()),
  MaxAttempts: z.int().optional(),
});

export const State = z.looseObject({
  Type: z.enum(['Task', 'Choice', 'Wait', 'Pass', 'Succeed', 'Fail']),
  Next: z.string().optional(),
  Default: z.string().optional(),
  Choices: z.array(Edge).default([]),
  Catch: z.array(Catcher).default([]),
  Retry: z.array(Retrier).default([]),
  TimeoutSeconds: z.number().optional(),
  ErrorPath: z.string().optional(),
  CausePath: z.string().optional(),
});
export type State = z.infer<typeof State>;

export const Definition = z.looseObject({
  StartAt: z.string(),
  States: z.record(z.string(), State),
  TimeoutSeconds: z.number().optional(),
});
export type Definition = z.infer<typeof Definition>;

/** Where an execution goes that nothing catches. */
export const uncaught = '(uncaught)';

/** Every state that may follow a state; a Task that does not catch everything may end the execution. */
function nextOf({ Type, Next, Default, Choices, Catch }: State): string[] {
  const explicit = [
    Next,
    Default,
    ...Choices.map((choice) => choice.Next),
    ...Catch.map((one) => one.Next),
  ];
  const escapes =
    Type === 'Task' && !Catch.some(({ ErrorEquals }) => ErrorEquals.includes('States.ALL'));
  return [...explicit.filter((name) => name !== undefined), ...(escapes ? [uncaught] : [])];
}

/** Every state an execution may be in after `from`, when it may never enter `without`. */
export function reachable(
  { States }: Definition,
  from: string,
  without: readonly string[] = [],
): Set<string> {
  const seen = new Set<string>();
  const waiting = [from];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name) || without.includes(name)) continue;
    seen.add(name);
    const state = States[name];
    if (state !== undefined) waiting.push(...nextOf(state));
  }
  return seen;
}

/** The ways in which an execution may end among those states. */
export function endsAmong(names: Iterable<string>, { States }: Definition): string[] {
  return [...names].filter((name) => {
    const state = States[name];
    return state === undefined || nextOf(state).length === 0;
  });
}
