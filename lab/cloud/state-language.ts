import * as z from 'zod';

/** A state, as far as the lab reads it; the interpreter reads the rest. */
const State = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  TimeoutSeconds: z.number().optional(),
  TimeoutSecondsPath: z.string().optional(),
  get Branches() {
    return z.array(Definition).optional();
  },
  get ItemProcessor() {
    return Definition.optional();
  },
  get Iterator() {
    return Definition.optional();
  },
});

/** A state machine's definition in Amazon States Language, as far as the lab reads it. */
export const Definition = z.looseObject({
  StartAt: z.string(),
  TimeoutSeconds: z.number().optional(),
  get States() {
    return z.record(z.string(), State);
  },
});
export type Definition = z.infer<typeof Definition>;

/** A Task state by its name, which is unique within its machine, and the resource it calls. */
export interface Task {
  readonly name: string;
  readonly resource: string;
}

/** Every Task state of a definition, those in branches and maps included. */
export function tasksOf(definition: Definition): Task[] {
  return Object.entries(definition.States).flatMap(([name, state]) => {
    const nested = [...(state.Branches ?? []), state.ItemProcessor, state.Iterator];
    const inner = nested.flatMap((part) => (part === undefined ? [] : tasksOf(part)));
    const { Type, Resource } = state;
    return Type === 'Task' && Resource !== undefined
      ? [{ name, resource: Resource }, ...inner]
      : inner;
  });
}

/** The longest wait of a timer in Node, in seconds: 2^31 - 1 milliseconds. */
const longestTimer = 2_147_483;

/**
 * The definition with the time limits that Step Functions means, where the interpreter means another.
 *
 * It gives a Task without a limit 60 seconds where Step Functions gives none, and a limit of more than
 * 24 days strikes at once.
 */
export function withRealTimeLimits(definition: Definition): Definition {
  const States = Object.fromEntries(
    Object.entries(definition.States).map(([name, state]) => {
      const limited = { ...state };
      if (state.Type === 'Task' && state.TimeoutSecondsPath === undefined) {
        limited.TimeoutSeconds = Math.min(state.TimeoutSeconds ?? longestTimer, longestTimer);
      }
      if (state.Branches) limited.Branches = state.Branches.map(withRealTimeLimits);
      if (state.ItemProcessor) limited.ItemProcessor = withRealTimeLimits(state.ItemProcessor);
      if (state.Iterator) limited.Iterator = withRealTimeLimits(state.Iterator);
      return [name, limited];
    }),
  );
  if (definition.TimeoutSeconds === undefined) return { ...definition, States };
  const TimeoutSeconds = Math.min(definition.TimeoutSeconds, longestTimer);
  return { ...definition, TimeoutSeconds, States };
}
