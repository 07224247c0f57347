import { describe, expect, test } from 'vitest';
import type { NodeView } from '../../../core/observation.ts';
import { watch } from '../../../lambda/engine/watch.ts';
import type { Report } from '../../../core/report.ts';
import { partition } from '../../fakes/example-cluster.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { restoreMachine, runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { nodeSays } from './node-says.ts';
import { injected, wrongIn } from './scenes.ts';

const runId = 'run1';
const sliceMs = 10_000;
/** A look with nobody silent, and the way there and back. */
const lookMs = 3_000;

const holding = (stopOn: object) => ({ ...partition, holdSeconds: 600, stopOn });

async function reportOf(world: World): Promise<Report> {
  expect(await wrongIn(world)).toEqual([]);
  return (await world.journal.report(runId))!;
}

/** Runs a hold of 600 s in which node-2 changes its word after 60 s, and is back to it at restore. */
async function stoppedBy(stopOn: object, changes: Partial<NodeView>) {
  const world = new World({});
  let since = Number.POSITIVE_INFINITY;
  const closed = (): boolean => world.journal.now(runId)?.life !== 'open';
  const shown = nodeSays('i-node-2', changes, () => !closed() && world.clock.now() >= since);
  const invoke = async <Value>(state: string, handler: () => Promise<Value>): Promise<Value> => {
    if (state === 'Inject') since = world.clock.now() + 60_000;
    return handler();
  };
  const { outcome } = await runWorkflow(world.gateways(shown), {
    runId,
    input: holding(stopOn),
    invoke,
  });
  return { outcome, since, report: await reportOf(world) };
}

describe('a sign of Aerospike ends the hold within one slice', () => {
  test.each([
    { stopOn: { orphanedNodes: true }, says: { size: 0 }, cause: 'orphaned-node' },
    {
      stopOn: { unavailablePartitions: 5 },
      says: { unavailable: 6 },
      cause: 'unavailable-partitions',
    },
    { stopOn: { deadPartitions: 0 }, says: { dead: 1 }, cause: 'dead-partitions' },
    { stopOn: { stopWrites: true }, says: { stopWrites: true }, cause: 'stop-writes' },
  ])('$cause', async ({ stopOn, says, cause }) => {
    const { outcome, since, report } = await stoppedBy(stopOn, says);

    expect(report.stoppedBy).toMatchObject({ cause, says: expect.stringContaining('node-2') });
    expect(report.says).toMatch(/^STOPPED isolate-one-node .*node-2/);
    expect(report.stoppedBy!.at - since).toBeLessThanOrEqual(sliceMs + lookMs);
    expect(report.timing.restoredAt! - report.stoppedBy!.at).toBeLessThan(sliceMs);
    expect(outcome).toBe('not-confirmed');
    expect(report.verdicts.clean.answer).toBe('confirmed');
  });

  test('and no other sign does', async () => {
    const world = new World({});
    const shown = nodeSays('i-node-2', { clockSkewMs: 5 });
    await runWorkflow(world.gateways(shown), {
      runId,
      input: { ...partition, stopOn: { stopWrites: true, deadPartitions: 0 } },
    });

    expect((await reportOf(world)).stoppedBy).toBeNull();
  });
});

describe('an alarm', () => {
  test('ends the hold within one slice, and is named', async () => {
    const world = new World({});
    world.alarms.set('latency', 'OK');
    const offAt = world.clock.now() + 120_000;
    world.clock.at(offAt, () => world.alarms.set('latency', 'ALARM'));
    await runWorkflow(world.gateways(), { runId, input: holding({ alarms: ['latency'] }) });
    const { stoppedBy: stop } = await reportOf(world);

    expect(stop).toMatchObject({ cause: 'alarm', says: 'alarm "latency" is ALARM' });
    expect(stop!.at - offAt).toBeLessThanOrEqual(sliceMs + lookMs);
  });

  test('ends the proof as well', async () => {
    const world = new World({});
    world.alarms.set('latency', 'OK');
    const invoke = async <Value>(state: string, handler: () => Promise<Value>): Promise<Value> => {
      if (state === 'Prove') world.alarms.set('latency', 'ALARM');
      return handler();
    };
    const input = holding({ alarms: ['latency'] });
    await runWorkflow(world.gateways(), { runId, input, invoke });
    const { stoppedBy: stop, timing } = await reportOf(world);

    expect(stop!.at - timing.injectAt!).toBeLessThanOrEqual(sliceMs);
  });

  test('that cannot be read ends it too', async () => {
    const world = new World({});
    world.alarms.set('latency', 'OK');
    const denied: Intercept = (call, proceed) => {
      const isHeld = world.journal.now(runId)?.injectAt !== undefined;
      if (call.gateway !== 'alarms' || !isHeld) return proceed();
      return Promise.reject(new Error('AccessDenied'));
    };
    await runWorkflow(world.gateways(denied), { runId, input: holding({ alarms: ['latency'] }) });

    expect((await reportOf(world)).stoppedBy).toMatchObject({ cause: 'unknown' });
  });
});

describe('nodes that nobody can hear', () => {
  const deaf =
    (world: World, looks: number): Intercept =>
    (call, proceed) => {
      const { injectAt = Infinity, life } = world.journal.now(runId) ?? {};
      const isHeld = life === 'open' && world.clock.now() > injectAt + 60_000;
      const isSilent = isHeld && call.name === 'hosts.run probe' && (asked += 1) <= looks;
      return isSilent ? Promise.resolve({ kind: 'unknown', reason: 'Undeliverable' }) : proceed();
    };
  let asked = 0;

  test.each([
    { stopOn: { stopWrites: true }, looks: 1000, cause: 'unknown', why: 'in two looks' },
    // The client is asked once a look, too.
    { stopOn: { stopWrites: true }, looks: 4, cause: undefined, why: 'in one look alone' },
    { stopOn: {}, looks: 1000, cause: undefined, why: 'where no sign of theirs is asked for' },
  ])('$why: $cause', async ({ stopOn, looks, cause }) => {
    const world = new World({});
    asked = 0;
    const input = { ...holding(stopOn), holdSeconds: 120 };
    await runWorkflow(world.gateways(deaf(world, looks)), { runId, input });

    expect((await reportOf(world)).stoppedBy?.cause).toBe(cause);
  });
});

test('a person ends the hold within one slice, and the report names it', async () => {
  const world = new World({});
  let person: Promise<unknown> = Promise.resolve();
  world.clock.at(world.clock.now() + 90_000, () => {
    person = restoreMachine(world.gateways(), { runId, by: 'person' });
  });
  await runWorkflow(world.gateways(), { runId, input: holding({}) });
  await person;
  const { stoppedBy: stop, timing, closedBy } = await reportOf(world);

  expect(closedBy).toBe('person');
  expect(stop).toMatchObject({ cause: 'person' });
  expect(timing.restoredAt! - stop!.at).toBeLessThanOrEqual(sliceMs);
});

/** Restores once, at the first call of Prove that this chooses. */
async function overtaken(isThen: (call: string) => boolean) {
  const world = new World({});
  const probed: string[] = [];
  let state = '';
  let isOver = false;
  const first: Intercept = async (call, proceed) => {
    if (state === 'Prove' && isOver) probed.push(call.name);
    if (state === 'Prove' && !isOver && isThen(call.name)) {
      isOver = true;
      await restoreMachine(world.gateways(), { runId, by: 'person' });
    }
    return proceed();
  };
  const invoke = <Value>(name: string, handler: () => Promise<Value>): Promise<Value> => {
    state = name;
    return handler();
  };
  await runWorkflow(world.gateways(first), { runId, input: holding({}), invoke });
  const { verdicts, stoppedBy: stop } = await reportOf(world);
  expect(stop).toMatchObject({ cause: 'person' });
  return { probed, inForce: verdicts.inForce };
}

describe('a person who ends the run in its proof', () => {
  const never = 'the fault was never looked at while it was in force';

  test('before its first look: nothing is asked any more', async () => {
    const { probed, inForce } = await overtaken((call) => call === 'journal.read');

    expect(probed.filter((call) => call.startsWith('hosts.'))).toEqual([]);
    expect(inForce).toEqual({ answer: 'inconclusive', evidence: [never] });
  });

  test('in the midst of a look: what it saw says nothing of the fault', async () => {
    const { probed, inForce } = await overtaken((call) => call.startsWith('hosts.'));

    expect(probed).toContain('hosts.run probe');
    expect(inForce).toEqual({ answer: 'inconclusive', evidence: [never] });
  });
});

test('a hold that was stopped stays so, whatever the next look would say', async () => {
  const world = new World({});
  world.alarms.set('latency', 'OK');
  await injected(runId, holding({ alarms: ['latency'] }), world.gateways());
  world.alarms.set('latency', 'ALARM');
  const first = await watch(runId, world.gateways());
  world.alarms.set('latency', 'OK');
  const again = await watch(runId, world.gateways());

  expect([first.again, again.again]).toEqual([false, false]);
  expect(world.journal.now(runId)?.life).toBe('closed');
});
