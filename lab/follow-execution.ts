import * as z from 'zod';
import type { Execution } from './cloud/execution.ts';
import type { Progress } from './progress.ts';

const Says = z.object({ says: z.string() });

/** Shows an execution's states as they come and go. States that only choose say nothing, and are not shown. */
export function followExecution(execution: Execution, progress: Progress): void {
  let caught: string | undefined;
  execution.onEvent(({ kind, state, output, error = '', cause = '' }) => {
    if (kind === 'entered') progress.entered(state);
    if (kind === 'failed') progress.failed(state, `${error} ${messageIn(cause)}`.trim());
    if (kind === 'caught') caught = state;
    if (kind !== 'exited') return;
    // A state that failed and was caught is left as well, and says what it said before.
    const failed = caught === state;
    caught = undefined;
    if (failed) return;
    const says = saysIn(state, output);
    if (says !== undefined) progress.exited(state, says);
  });
}

/** What a state said: its answer lies under its own name; Open's is the whole output. */
function saysIn(state: string, output: unknown): string | undefined {
  const key = `${state.charAt(0).toLowerCase()}${state.slice(1)}`;
  const schema = state === 'Open' ? Says : z.object({ [key]: Says });
  const parsed = schema.safeParse(output);
  if (!parsed.success) return undefined;
  const own = Says.safeParse(state === 'Open' ? parsed.data : Reflect.get(parsed.data, key));
  return own.data?.says;
}

/** A Lambda's error arrives as JSON text; its message is what people read. */
function messageIn(cause: string): string {
  const parsed = z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.object({ errorMessage: z.string() }))
    .safeParse(cause.startsWith('{') ? cause : '{}');
  return parsed.data?.errorMessage ?? cause;
}
