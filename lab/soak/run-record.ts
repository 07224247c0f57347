import * as z from 'zod';
import { Actor, Life } from '../../core/journal.ts';
import { disturbanceNames } from './disturbances.ts';

/** What runs in the lab at one instant. Memory is resident, in MiB; pages that processes share count for each. */
export const Census = z.strictObject({
  labMb: z.number().meta({
    description: "The lab's own process: endpoints, router rules, and the journal, in memory",
  }),
  heapMb: z.number().meta({ description: 'Its heap after a full collection' }),
  lambdasMb: z.number(),
  lambdaHeaps: z
    .record(z.string(), z.number())
    .meta({ description: 'The largest heap of each function after a full collection' }),
  nodesMb: z.number(),
  agentsMb: z.number(),
  othersMb: z.number(),
  processes: z.int(),
  zombies: z.int(),
  hostScripts: z.int().meta({ description: 'Timers and waiting scripts of runs on hosts' }),
});
export type Census = z.infer<typeof Census>;

/** One line of a soak's log: one run, what befell it, and how it ended. */
export const RunRecord = z.strictObject({
  at: z.iso.datetime(),
  /** A new stage is set after a run that left something. */
  stage: z.int(),
  index: z.int(),
  experiment: z.string(),
  holdSeconds: z.int(),
  disturbance: z.enum(disturbanceNames),
  /** In which state it came, and how many milliseconds after its beginning. */
  state: z.string(),
  afterMs: z.int(),
  befell: z.string().nullable().meta({ description: 'What was done; null: the moment never came' }),
  runId: z.string(),
  status: z.string().meta({ description: 'How the workflow ended' }),
  life: Life.nullable().meta({ description: 'null: there never was a run' }),
  closedBy: Actor.nullable(),
  outcome: z.string().nullable(),
  says: z.string().nullable(),
  intents: z.int().meta({ description: 'Steps that may have been applied: faults injected' }),
  stuck: z.array(z.string()),
  residue: z.array(z.string()).meta({ description: 'As the report and as the lab itself sees it' }),
  left: z
    .array(z.string())
    .meta({ description: 'Locks, schedules or executions that did not end' }),
  seconds: z.number().meta({ description: 'From the start to the last thing that ended' }),
  journalItems: z.int(),
  census: Census,
});
export type RunRecord = z.infer<typeof RunRecord>;

/** A line where there is no record: the lab itself failed. */
export const LabFailure = z.strictObject({
  at: z.iso.datetime(),
  stage: z.int(),
  labFailed: z.string(),
});
export type LabFailure = z.infer<typeof LabFailure>;

/** Any line of the log. */
export const LogLine = z.union([RunRecord, LabFailure]);
export type LogLine = z.infer<typeof LogLine>;

/** Whether a run kept the promise: it is final or never was, and nothing is left of it. */
export function keptPromise({ life, residue, left, stuck }: RunRecord): boolean {
  const over = life === null || life === 'final';
  return over && [...residue, ...left, ...stuck].length === 0;
}
