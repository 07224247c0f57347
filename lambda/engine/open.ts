import { askedRun, clustersAsked, pickedText } from '../../core/asked-run.ts';
import type { Experiment } from '../../core/experiment.ts';
import { refuseOutsideWindows } from '../../core/guards/refuse-outside-windows.ts';
import type { RunItem } from '../../core/journal.ts';
import { foreignTo } from '../../core/named-clusters.ts';
import { mayContinue, toLookAt } from '../../core/protocol.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Gateways } from '../gateways.ts';

/** What Step Functions knows of the execution that asks for a run. */
export interface Asked {
  readonly runId: string;
  readonly execution: string;
  readonly input: unknown;
}

/**
 * Opens a run: first its item, then the cluster's lock (protocol rules 1 and 2). Bad input is refused
 * before anything is written.
 *
 * @throws Refusal for input that is no experiment, a cluster that the deployment is not for, a run that is
 * over, a stack that is going, or a cluster that is taken.
 */
export async function open(asked: Asked, gateways: Gateways): Promise<{ says: string }> {
  const request = askedRun(asked.input, asked.runId);
  refuseForeign(asked.input, gateways);
  await refuseFrozen(gateways);
  const item = openingItem(asked, request.experiment, gateways);
  const span = { startAt: item.openedAt, endAt: item.deadlineAt };
  refuseOutsideWindows(request.experiment, span, gateways.windows);
  const run = await createRun(item, gateways);
  await gateways.journal.putRequest(asked.runId, request);
  await refuseShut(run, gateways);
  await lockCluster(run, gateways);
  const { name, cluster } = request.experiment;
  return { says: `run ${asked.runId}: ${name} on ${cluster}${pickedText(request.picked)}` };
}

/** Any of a list will do: whether a run starts is not for chance to say. */
function refuseForeign(input: unknown, { clusters }: Gateways): void {
  for (const cluster of clustersAsked(input)) {
    const must = foreignTo(clusters, cluster);
    if (must !== undefined) {
      throw new Refusal(`Cannot open a run on cluster "${cluster}" as ${must}`);
    }
  }
}

/** A switch that cannot be read counts as on. */
async function refuseFrozen({ freeze }: Gateways): Promise<void> {
  const frozen = await freeze.frozen().catch((error: unknown) => {
    const found = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const plain = found.replaceAll(/\s+/g, ' ').replace(/[ .]+$/, '');
    throw new Refusal(`Cannot open a run as the freeze switch must be readable: found ${plain}`);
  });
  if (frozen === undefined) return;
  throw new Refusal(
    `Cannot open a run as the freeze switch must be off: found that ${frozen.says}`,
  );
}

function openingItem(
  { runId, execution }: Asked,
  experiment: Experiment,
  { clock, timing }: Gateways,
): RunItem {
  const now = clock.now();
  const longest =
    timing.prepareSeconds + timing.leadSeconds + experiment.holdSeconds + timing.graceSeconds;
  return {
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
}

async function createRun(item: RunItem, { journal }: Gateways): Promise<RunItem> {
  const { runId, execution } = item;
  const answer = await journal.write(runId, { kind: 'create', item });
  const existing = answer.item ?? item;
  if (answer.written || mayContinue(existing, execution)) return existing;
  throw new Refusal(
    `Cannot open run ${runId} as an execution must run only once: found it ${existing.life} already`,
  );
}

/**
 * Asked after the run's item is there: who shuts the journal lists its runs afterwards, so a run that is
 * missed here is seen there.
 */
async function refuseShut(run: RunItem, gateways: Gateways): Promise<void> {
  const until = await gateways.journal.shutUntil();
  if (until <= gateways.clock.now()) return;
  await abandon(run, gateways);
  throw new Refusal(
    `Cannot open a run on cluster "${run.cluster}" as the stack must not be about to go: found a delete of it under way`,
  );
}

/** Closes a run, and ends it where it has changed nothing. */
async function abandon(
  { runId }: Pick<RunItem, 'runId'>,
  { journal, clock }: Gateways,
): Promise<void> {
  await journal.write(runId, { kind: 'close', by: 'workflow', at: clock.now() });
  const closed = await journal.read(runId);
  // An Open that is late may find its run in the midst of inject: then only a last look may end it [10].
  if (closed === undefined || toLookAt(closed).length > 0) return;
  await journal.write(runId, { kind: 'finish', version: closed.version, at: clock.now() });
}

async function lockCluster(run: RunItem, gateways: Gateways): Promise<void> {
  const { journal } = gateways;
  const holder = await journal.takeLock(run.cluster, run.runId, run.version);
  if (holder === run.runId) return;
  await abandon(run, gateways);
  throw new Refusal(
    `Cannot open a run on cluster "${run.cluster}" as one run at a time must hold it: found run ${holder}`,
  );
}
