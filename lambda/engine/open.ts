import * as z from 'zod';
import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import type { RunItem } from '../../core/journal.ts';
import { mayContinue } from '../../core/protocol.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Gateways, RunRequest } from '../gateways.ts';

/** What Step Functions knows of the execution that asks for a run. */
export interface Asked {
  readonly runId: string;
  readonly execution: string;
  readonly input: unknown;
}

const Wrapped = z.object({
  experiment: z.unknown(),
  startedBy: z
    .string()
    .max(256)
    .regex(/^[\w .:/@<>-]*$/)
    .optional(),
});

/**
 * Opens a run: first its item, then the cluster's lock (protocol rules 1 and 2). Bad input is refused
 * before anything is written.
 *
 * @throws Refusal for input that is no experiment, a run that is over, or a cluster that is taken.
 */
export async function open(asked: Asked, gateways: Gateways): Promise<{ says: string }> {
  const request = requestFrom(asked.input);
  const run = await createRun(asked, request.experiment, gateways);
  await gateways.journal.putRequest(asked.runId, request);
  await lockCluster(run, gateways);
  const { name, cluster } = request.experiment;
  return { says: `run ${asked.runId}: ${name} on ${cluster}` };
}

/** The input is an experiment, or one wrapped with who started it. */
function requestFrom(input: unknown): RunRequest {
  const wrapped = Wrapped.safeParse(input);
  if (wrapped.success && wrapped.data.experiment !== undefined) {
    const { experiment, startedBy = 'unknown' } = wrapped.data;
    return { experiment: parseExperiment(experiment), startedBy };
  }
  return { experiment: parseExperiment(input), startedBy: 'unknown' };
}

async function createRun(
  { runId, execution }: Asked,
  experiment: Experiment,
  { journal, clock, timing }: Gateways,
): Promise<RunItem> {
  const now = clock.now();
  const longest =
    timing.prepareSeconds + timing.leadSeconds + experiment.holdSeconds + timing.graceSeconds;
  const item: RunItem = {
    runId,
    execution,
    cluster: experiment.cluster,
    life: 'opening',
    version: 0,
    openedAt: now,
    deadlineAt: now + 1000 * longest,
    intents: {},
    pending: [],
  };
  const answer = await journal.write(runId, { kind: 'create', item });
  const existing = answer.item ?? item;
  if (answer.written || mayContinue(existing, execution)) return existing;
  throw new Refusal(
    `Cannot open run ${runId} as an execution must run only once: found it ${existing.life} already`,
  );
}

async function lockCluster(run: RunItem, gateways: Gateways): Promise<void> {
  const { journal, clock } = gateways;
  const holder = await journal.takeLock(run.cluster, run.runId, run.version);
  if (holder === run.runId) return;
  await journal.write(run.runId, { kind: 'close', by: 'workflow', at: clock.now() });
  const closed = await journal.read(run.runId);
  if (closed !== undefined) {
    await journal.write(run.runId, { kind: 'finish', version: closed.version, at: clock.now() });
  }
  throw new Refusal(
    `Cannot open a run on cluster "${run.cluster}" as one run at a time must hold it: found run ${holder}`,
  );
}
