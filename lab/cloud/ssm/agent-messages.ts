import * as z from 'zod';
import { CommandDocument, Parameters } from './document.ts';

/**
 * What the lab's agent and its endpoint say to each other, all of it by POST from the agent:
 * `/agent/poll` waits for work, `/agent/acknowledge` claims a command, `/agent/result` tells its end.
 */

/** A poll is answered after this long when there is no work; agents wait a little longer. */
export const pollMilliseconds = 1_000;

/** An agent asks for work; the answer may be long in coming. */
export const Poll = z.object({
  instanceId: z.string(),
  agentVersion: z.string(),
  /** How many more commands it can run now. */
  free: z.int(),
  /** Commands it is running and has killed, so that it need not be told again. */
  killed: z.array(z.string()),
});
export type Poll = z.infer<typeof Poll>;

/** One command for one instance. */
export const Delivery = z.object({
  commandId: z.string(),
  document: CommandDocument,
  parameters: Parameters,
});
export type Delivery = z.infer<typeof Delivery>;

/** Work: commands to run and commands to kill. The same delivery comes again until it is acknowledged. */
export const Work = z.object({ run: z.array(Delivery), cancel: z.array(z.string()) });
export type Work = z.infer<typeof Work>;

/** An agent claims a delivery. */
export const Acknowledge = z.object({ instanceId: z.string(), commandId: z.string() });

/** Whether it may run what it claims: not what was cancelled in between. */
export const Acknowledged = z.object({ run: z.boolean() });

/** How one step ended. `exitCode` is 137 after a kill; -1 where nothing was run. */
export const StepResult = z.object({
  name: z.string(),
  status: z.enum(['Success', 'Failed', 'TimedOut', 'Cancelled']),
  exitCode: z.int(),
  stdout: z.string(),
  stderr: z.string(),
  /** Milliseconds of the epoch. */
  startedAt: z.number(),
  endedAt: z.number(),
});
export type StepResult = z.infer<typeof StepResult>;

/** An agent tells the end of a command. */
export const CommandResult = z.object({
  instanceId: z.string(),
  commandId: z.string(),
  steps: z.array(StepResult),
});
export type CommandResult = z.infer<typeof CommandResult>;
