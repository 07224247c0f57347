import { expect, test } from 'vitest';
import {
  clientCut,
  oneRuleInventory,
  partition,
  sharedGroupInventory,
} from '../../fakes/example-cluster.ts';
import { faults } from '../../fakes/example-faults.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { runWorkflow, sweepUntilQuiet } from '../../fakes/workflow.ts';
import type { Invoke } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { wrongIn } from './scenes.ts';

const runId = 'run1';

test.each(faults)('$name runs to its end and is confirmed', async ({ input, world: worldOf }) => {
  const world = worldOf();
  const { outcome } = await runWorkflow(world.gateways(), { runId, input });

  expect(outcome).toBe('confirmed');
  expect(await wrongIn(world)).toEqual([]);
  expect(world.schedule.runIds).toEqual([]);
});

test.each(faults)('$name is proven at the first look', async ({ input, world: worldOf }) => {
  const said: string[] = [];
  const invoke: Invoke = async (state, handler) => {
    const answer = await handler();
    if (state === 'Prove') said.push(String(Reflect.get(Object(answer), 'says')));
    return answer;
  };
  const world = worldOf();
  await runWorkflow(world.gateways(), { runId, input, invoke });
  const notes = await world.journal.notes(runId);

  expect(said).toEqual([expect.stringMatching(/^in force: confirmed/)]);
  expect(notes.filter((note) => 'moment' in note && note.moment === 'prove')).toHaveLength(2);
});

test('a fault that took long to apply has its whole time to show after that', async () => {
  const world = new World({ inventory: oneRuleInventory() });
  const { clock } = world;
  let inject = false;
  const invoke: Invoke = async (state, handler) => {
    inject = state === 'Inject';
    if (inject) await clock.sleep(40_000);
    return handler();
  };
  // EC2 answers, and the change is in force five seconds later.
  const spreads: Intercept = async (call, proceed) => {
    if (!inject || call.name !== 'network.editRules') return proceed();
    clock.at(clock.now() + 5_000, () => void proceed());
    return { kind: 'done' };
  };
  const input = { ...clientCut, established: 'leave', holdSeconds: 120 };
  const { outcome } = await runWorkflow(world.gateways(spreads), { runId, input, invoke });

  expect(outcome).toBe('confirmed');
});

const byGroups = { ...partition, mechanism: 'security-group' };
const halves = { kind: 'partition', topology: { kind: 'halves' } };

test.each([
  ['attach-group', byGroups],
  ['attach-group', { ...byGroups, fault: halves }],
  ['sever', { ...byGroups, established: 'sever' }],
  ['end-pulse', { ...byGroups, established: 'sever', severBy: 'acl-pulse' }],
  ['swap-acl', { ...partition, mechanism: 'network-acl' }],
  ['revoke-rules', { ...clientCut, established: 'leave', detach: 'revoke' }],
])("a plan of the planner's with a step %s is carried out and confirmed", async (kind, input) => {
  const inventory = kind === 'revoke-rules' ? oneRuleInventory() : sharedGroupInventory();
  const world = new World({ inventory });
  const { outcome } = await runWorkflow(world.gateways(), { runId, input });

  expect(world.journal.intended(runId).map((step) => step.kind)).toContain(kind);
  expect(outcome).toBe('confirmed');
  expect(await wrongIn(world)).toEqual([]);
});

test('hosts restore by their own timers, at restoreAt exactly', async () => {
  const world = new World({});
  await runWorkflow(world.gateways(), { runId, input: partition });
  const report = await world.journal.report(runId);

  expect(report?.restored.map(({ at, by }) => ({ at, by }))).toEqual([
    { at: report?.timing.restoreAt, by: 'host timer' },
  ]);
});

test('a fault that does not bite is not confirmed', async () => {
  const world = new World({});
  const input = { ...partition, direction: 'inbound' };
  const { outcome } = await runWorkflow(world.gateways(), { runId, input });

  expect(outcome).toBe('not-confirmed');
  expect(await wrongIn(world)).toEqual([]);
});

test('an alarm that goes off ends the hold early', async () => {
  const world = new World({});
  world.alarms.set('latency', 'OK');
  const input = { ...partition, holdSeconds: 600, stopOn: { alarms: ['latency'] } };
  world.clock.at(world.clock.now() + 60_000, () => world.alarms.set('latency', 'ALARM'));
  await runWorkflow(world.gateways(), { runId, input });
  const { timing } = (await world.journal.report(runId))!;

  expect(timing.restoredAt! - timing.injectedAt!).toBeLessThan(60_000);
  expect(await wrongIn(world)).toEqual([]);
});

test('the sweeper looks again for an hour, and then lets a run rest', async () => {
  const world = new World({});
  await runWorkflow(world.gateways(), { runId, input: clientCut });
  const finalAt = world.journal.now(runId)?.finalAt ?? 0;

  expect(await sweepUntilQuiet(world.gateways())).toEqual([]);
  expect(world.clock.now() - finalAt).toBeGreaterThanOrEqual(60 * 60 * 1000);
});
