/**
 * A run that is final and told of keeps its verdicts, whoever starts the restore machine for it later: the
 * rule on failed executions does so seconds after every run that is not confirmed, a person days after.
 */
import { expect, test } from 'vitest';
import type { Report } from '../../../core/report.ts';
import { partition } from '../../fakes/example-cluster.ts';
import { named } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Died, Mortal } from '../../fakes/mortality.ts';
import { restoreMachine, runWorkflow } from '../../fakes/workflow.ts';
import type { Invoke } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { nodeSays } from './node-says.ts';
import { wrongIn } from './scenes.ts';

const runId = 'run1';
const input = partition;
const day = 24 * 60 * 60 * 1000;

const reportIn = async (world: World): Promise<Report> => (await world.journal.report(runId))!;
const answersIn = async (world: World) => {
  const { outcome, verdicts, timing } = await reportIn(world);
  return { outcome, verdicts, timing };
};

test('a cluster that took longer than its time to recover is not called recovered by who looks later', async () => {
  const world = new World({});
  const isFinal = (): boolean => world.journal.now(runId)?.life === 'final';
  const migrating = nodeSays('i-node-2', { migrations: 5, settled: false }, isFinal);
  await runWorkflow(world.gateways(migrating), { runId, input });
  const before = await answersIn(world);
  const again = await restoreMachine(world.gateways(), { runId, by: 'status-change' });

  expect(before.verdicts.recovered.answer).toBe('refuted');
  expect(again.outcome).toBe('not-confirmed');
  expect(await answersIn(world)).toEqual(before);
  expect(world.delivery.events.map(({ outcome }) => outcome)).toEqual(['not-confirmed']);
});

test('a person who restores a run of yesterday is told that it is clean, at once, and no machine is asked', async () => {
  const world = new World({});
  await runWorkflow(world.gateways(), { runId, input });
  const before = await answersIn(world);
  await world.clock.sleep(day);
  world.machines.get('i-node-2')!.reachable = false;
  const [began, asked] = [world.clock.now(), world.hosts.ran.length];
  const again = await restoreMachine(world.gateways(), { runId, by: 'person' });

  expect(again.outcome).toBe('confirmed');
  expect(await answersIn(world)).toEqual(before);
  expect(world.clock.now() - began).toBeLessThan(1_000);
  expect(world.hosts.ran).toHaveLength(asked);
  expect(world.delivery.events).toHaveLength(1);
});

test('what nobody has seen since the run became final is looked at: its workflow died with that', async () => {
  const world = new World({});
  const dies = new Mortal({ effect: 1, when: 'after', of: named('journal.write finish') });
  await runWorkflow(world.gateways(dies.intercept), { runId, input }).catch(() => {});
  const again = await restoreMachine(world.gateways(), { runId, by: 'status-change' });

  expect(dies.hasDied).toBe(true);
  expect(again.outcome).toBe('confirmed');
  expect(await wrongIn(world)).toEqual([]);
});

test.each(['AwaitRecovery', 'Report'])('a run that was killed at %s is told of', async (state) => {
  const world = new World({});
  const invoke: Invoke = (name, handler) =>
    name === state ? Promise.reject(new Died(state)) : handler();
  await expect(runWorkflow(world.gateways(), { runId, input, invoke })).rejects.toThrow(Died);
  const again = await restoreMachine(world.gateways(), { runId, by: 'status-change' });

  expect(again.outcome).toBe('confirmed');
  expect(world.delivery.events).toHaveLength(1);
});

test('a run that is not clean, as a machine did not answer, is clean once it does, and recovered as it was', async () => {
  const world = new World({});
  const isFinal = (): boolean => world.journal.now(runId)?.life === 'final';
  const silent: Intercept = async (call, proceed) =>
    call.name === 'hosts.run probe' && isFinal()
      ? { kind: 'unknown', reason: 'DeliveryTimedOut' }
      : proceed();
  const first = await runWorkflow(world.gateways(silent), { runId, input });
  const { recovered } = (await reportIn(world)).verdicts;
  const again = await restoreMachine(world.gateways(), { runId, by: 'person' });
  const { verdicts } = await reportIn(world);

  expect([first.outcome, again.outcome]).toEqual(['not-clean', 'not-confirmed']);
  expect(verdicts.clean.answer).toBe('confirmed');
  expect(verdicts.recovered).toEqual(recovered);
});

test('marker records that could not be removed are tried once more', async () => {
  const world = new World({});
  const marked = { ...partition, markers: { namespace: 'test', set: 'markers' } };
  world.hosts.markers.isStuck = true;
  const first = await runWorkflow(world.gateways(), { runId, input: marked });
  const { recovered } = (await reportIn(world)).verdicts;
  world.hosts.markers.isStuck = false;
  const again = await restoreMachine(world.gateways(), { runId, by: 'person' });

  expect([first.outcome, again.outcome]).toEqual(['not-clean', 'confirmed']);
  expect((await reportIn(world)).verdicts.recovered).toEqual(recovered);
  expect(world.hosts.markers.records.size).toBe(0);
});
