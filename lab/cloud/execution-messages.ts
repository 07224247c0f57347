import * as z from 'zod';

/** What the process of one execution is told. */
export const Assignment = z.object({
  executionArn: z.string(),
  machineArn: z.string(),
  machineName: z.string(),
  name: z.string(),
  input: z.unknown(),
  definition: z.unknown(),
  /** Front door of the lambda runtime. */
  lambdaUrl: z.string(),
});
export type Assignment = z.infer<typeof Assignment>;

/** Something that happened to a state; `at` in milliseconds of the epoch. */
export const ExecutionEvent = z.object({
  kind: z.enum(['entered', 'exited', 'failed', 'retried', 'caught']),
  state: z.string(),
  at: z.number(),
  /** Of `failed`. */
  error: z.string().optional(),
  cause: z.string().optional(),
  /** Of `entered`. */
  input: z.unknown().optional(),
  /** Of `exited`. */
  output: z.unknown().optional(),
});
export type ExecutionEvent = z.infer<typeof ExecutionEvent>;

/** How an execution ended by itself. */
export const Ending = z.discriminatedUnion('status', [
  z.object({ status: z.literal('SUCCEEDED'), output: z.unknown() }),
  z.object({
    status: z.literal('FAILED'),
    error: z.string().optional(),
    cause: z.string().optional(),
  }),
  z.object({ status: z.literal('TIMED_OUT') }),
]);
export type Ending = z.infer<typeof Ending>;

/** What the process of an execution says. */
export const Report = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: ExecutionEvent }),
  z.object({ kind: z.literal('ended'), ending: Ending }),
]);
export type Report = z.infer<typeof Report>;
