import { performance } from 'node:perf_hooks';
import type { Experiment } from '../core/experiment.ts';
import type { Inventory } from '../core/inventory.ts';
import type { Plan } from '../core/plan/plan.ts';
import { systemClock } from '../lambda/aws/clock.ts';
import { ec2Network } from '../lambda/aws/network.ts';
import { inject } from '../lambda/engine/inject.ts';
import { look } from '../lambda/engine/restore.ts';
import type { Gateways } from '../lambda/gateways.ts';
import { digestOf } from '../lambda/aws/digest.ts';
import { usualTiming } from '../core/timing.ts';
import { FakeAlarms } from '../test/fakes/fake-alarms.ts';
import { FakeFreeze } from '../test/fakes/fake-freeze.ts';
import { FakeJournal } from '../test/fakes/fake-journal.ts';
import { FakeSecrets } from '../test/fakes/fake-secrets.ts';
import { FakeSchedule } from '../test/fakes/fake-schedule.ts';
import { VirtualClock } from '../test/fakes/virtual-clock.ts';
import { startEc2Of } from './ec2-of.ts';

/** What one run took: milliseconds, and the calls that EC2 saw change something. */
export interface Taken {
  readonly injectMs: number;
  readonly restoreMs: number;
  readonly injectCalls: number;
  readonly restoreCalls: number;
}

const runId = 'bench';

/**
 * Injects a plan and restores it by the engine and the gateway that are deployed, paced as on AWS, over HTTP
 * against the lab's EC2; the journal is in memory.
 */
export async function injectAndRestore(
  experiment: Experiment,
  inventory: Inventory,
  made: Plan,
): Promise<Taken> {
  const endpoint = await startEc2Of(inventory);
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' };
  const connection = { region: 'eu-west-1', endpoint: endpoint.url, credentials };
  const network = ec2Network(connection, { clock: systemClock });
  const gateways: Gateways = { ...parts(), network };
  try {
    await openRun({ experiment, inventory, made, gateways });
    const injected = await timed(() => inject(runId, gateways));
    const injectCalls = changesIn(endpoint.calls);
    const restored = await timed(() => look(runId, 'workflow', gateways));
    const restoreCalls = changesIn(endpoint.calls) - injectCalls;
    return { injectMs: injected, restoreMs: restored, injectCalls, restoreCalls };
  } finally {
    await endpoint.close();
  }
}

function noHost(): never {
  throw new Error('Cannot bench as the plan must touch no host: found one that does');
}

/** Everything but EC2: a journal in memory, and no host, for these plans touch none. */
function parts(): Omit<Gateways, 'network'> {
  let attempts = 0;
  return {
    journal: new FakeJournal(),
    schedule: new FakeSchedule(new VirtualClock(), () => {}),
    alarms: new FakeAlarms(),
    freeze: new FakeFreeze(),
    secrets: new FakeSecrets(),
    windows: [],
    clusters: undefined,
    hosts: { run: noHost, online: noHost, agents: noHost, versions: noHost },
    clock: systemClock,
    chance: { attempt: () => `attempt-${(attempts += 1)}` },
    timing: usualTiming,
    digest: digestOf,
  };
}

async function openRun(run: {
  readonly experiment: Experiment;
  readonly inventory: Inventory;
  readonly made: Plan;
  readonly gateways: Gateways;
}): Promise<void> {
  const { experiment, inventory, made: plan, gateways } = run;
  const { journal } = gateways;
  const at = gateways.clock.now();
  const deadlineAt = at + 3_600_000;
  await journal.write(runId, {
    kind: 'create',
    item: {
      runId,
      execution: 'bench',
      cluster: experiment.cluster,
      life: 'opening',
      version: 0,
      openedAt: at,
      deadlineAt,
      intents: {},
      pending: [],
    },
  });
  await journal.putRequest(runId, { experiment, startedBy: 'bench' });
  await journal.takeLock(experiment.cluster, runId, 0);
  await journal.putPlan(runId, { inventory, plan, digest: 'bench' });
  await journal.write(runId, { kind: 'begin', at });
  await journal.write(runId, { kind: 'arm', injectAt: at, restoreAt: deadlineAt, deadlineAt });
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

const changesIn = (calls: readonly { action: string }[]): number =>
  calls.filter(({ action }) => !action.startsWith('Describe')).length;
