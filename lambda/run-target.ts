import * as z from 'zod';
import { Actor } from '../core/journal.ts';
import { Refusal } from '../core/refusal.ts';
import { runIdOf } from './run-id.ts';

const Caught = z.object({ Error: z.string(), Cause: z.string().default('') });

/** What a state may be handed: the run, or the execution it came from, and what failed before. */
const Event = z.object({
  runId: z
    .string()
    .regex(/^[a-z0-9]{1,12}$/)
    .optional(),
  execution: z.string().max(2048).optional(),
  by: Actor.default('workflow'),
  failure: Caught.optional(),
});

/** Whom a handler is about. */
export interface RunTarget {
  readonly runId: string;
  readonly by: Actor;
  readonly failure: { readonly error: string; readonly cause: string } | undefined;
}

/** Reads the state machine's state. @throws Refusal when it names neither a run nor an execution. */
export function runTargetOf(event: unknown): RunTarget {
  const { runId, execution, by, failure } = parsed(event);
  const named = runId ?? (execution === undefined ? undefined : runIdOf(execution));
  if (named === undefined) {
    throw new Refusal(
      "Cannot tell the run as the input must have 'runId' or 'execution': found neither",
    );
  }
  return {
    runId: named,
    by,
    failure: failure && { error: failure.Error, cause: messageIn(failure.Cause) },
  };
}

function parsed(event: unknown): z.infer<typeof Event> {
  const { data, error } = Event.safeParse(event);
  if (data !== undefined) return data;
  const { path, message } = error.issues[0] ?? { path: [], message: '' };
  const what = path.length === 0 ? 'the input' : `'${path.join('.')}'`;
  throw new Refusal(`Cannot tell the run as ${what} must be right: found ${message}`);
}

const LambdaCause = z.object({ errorMessage: z.string() });

/** A Lambda's error arrives as JSON text in the cause; its message is what people need. */
function messageIn(cause: string): string {
  try {
    const { data } = LambdaCause.safeParse(JSON.parse(cause));
    return data?.errorMessage ?? cause;
  } catch {
    return cause;
  }
}
