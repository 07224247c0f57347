import { expect, test } from 'vitest';
import type { Report } from '../../../core/report.ts';
import { clientCut, partition } from '../../fakes/example-cluster.ts';
import { Died } from '../../fakes/mortality.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { restoreMachine, runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

const runId = 'run1';
const markers = { namespace: 'test', set: 'markers' };
const input = { ...partition, markers };
/** Stops clients alone: the cluster stays one. */
const unsplit = { ...clientCut, markers };

async function reportOf(world: World): Promise<Report> {
  return (await world.journal.report(runId))!;
}

const actionsIn = (world: World): string[] => world.hosts.markers.asked;

test('what a side acknowledged and another overwrote is reported lost, and is no refuted verdict', async () => {
  const world = new World({});
  const { outcome } = await runWorkflow(world.gateways(), { runId, input });
  const { markers: told, residue } = await reportOf(world);

  expect(outcome).toBe('confirmed');
  expect(told).toMatchObject({
    by: 'i-client-1',
    client: 'fake 1',
    ttlSeconds: 3600,
    split: { predicted: true, seen: true },
    lost: 100,
    removed: true,
    sides: [
      {
        own: { acknowledged: 100, seenDuring: [100, 0], seenAfter: 100, lost: 0 },
        shared: { acknowledged: 100, seenDuring: [100, 0], seenAfter: 0, lost: 100 },
      },
      { own: { lost: 0 }, shared: { acknowledged: 100, seenDuring: [0, 100], lost: 0 } },
    ],
  });
  expect(told?.sides.map(({ nodes }) => nodes.length)).toEqual([1, 2]);
  expect(told?.kept.answer).toBe('refuted');
  expect(residue).toEqual([]);
  expect(world.hosts.markers.records.size).toBe(0);
  expect(actionsIn(world)).toEqual(['write', 'read', 'remove']);
});

test('with no split none is lost', async () => {
  const world = new World({});
  await runWorkflow(world.gateways(), { runId, input: unsplit });
  const { markers: told } = await reportOf(world);

  expect(told).toMatchObject({ split: { predicted: false, seen: false }, lost: 0, removed: true });
  expect(told?.sides.map(({ nodes }) => nodes.length)).toEqual([3]);
  expect(told?.kept.answer).toBe('confirmed');
});

test('an experiment that asks for none has none written', async () => {
  const world = new World({});
  await runWorkflow(world.gateways(), { runId, input: partition });

  expect((await reportOf(world)).markers).toBeNull();
  expect(actionsIn(world)).toEqual([]);
});

test.each([
  [99, 'not-confirmed', 'refuted'],
  [100, 'confirmed', 'confirmed'],
])('where %d may be lost the run is %s', async (lostMarkersMax, outcome, expected) => {
  const world = new World({});
  const few = { ...input, expect: { lostMarkersMax } };
  const run = await runWorkflow(world.gateways(), { runId, input: few });

  expect(run.outcome).toBe(outcome);
  expect((await reportOf(world)).verdicts.expected.answer).toBe(expected);
});

test('without a client that has the package it is inconclusive, and nothing is left to remove', async () => {
  const world = new World({});
  world.hosts.markers.without.add('i-client-1');
  const { outcome } = await runWorkflow(world.gateways(), { runId, input });
  const { markers: told } = await reportOf(world);

  expect(outcome).toBe('confirmed');
  expect(told).toMatchObject({ client: null, lost: null, removed: null, sides: [] });
  expect(told?.kept).toEqual({
    answer: 'inconclusive',
    evidence: ['no marker records: no client'],
  });
});

test('and where few may be lost, so is the run', async () => {
  const world = new World({});
  world.hosts.markers.without.add('i-client-1');
  const few = { ...input, expect: { lostMarkersMax: 0 } };

  expect((await runWorkflow(world.gateways(), { runId, input: few })).outcome).toBe(
    'not-confirmed',
  );
});

test('records that cannot be removed are residue', async () => {
  const world = new World({});
  world.hosts.markers.isStuck = true;
  const { outcome } = await runWorkflow(world.gateways(), { runId, input });
  const { residue, markers: told } = await reportOf(world);

  expect(outcome).toBe('not-clean');
  expect(told?.removed).toBe(false);
  expect(residue).toEqual([
    'marker records of run run1 in test.markers, with keys aerofault/run1/...: 300 could not be removed; they expire within an hour of their writing',
  ]);
});

test('a workflow that dies after they were written has them removed by whoever restores', async () => {
  const world = new World({});
  const dies: Intercept = async (call, proceed) => {
    const answer = await proceed();
    if (call.name === 'hosts.run markers' && world.hosts.markers.records.size > 0) throw new Died();
    return answer;
  };
  await expect(runWorkflow(world.gateways(dies), { runId, input })).rejects.toThrow(Died);
  expect(world.hosts.markers.records.size).toBe(300);

  await restoreMachine(world.gateways(), { runId, by: 'person' });
  const { markers: told, residue } = await reportOf(world);

  expect(world.hosts.markers.records.size).toBe(0);
  expect(told).toMatchObject({ removed: true, lost: null, kept: { answer: 'inconclusive' } });
  expect(residue).toEqual([]);
});
