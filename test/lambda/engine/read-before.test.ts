/** When nodes are asked once more what they have counted, as the last thing before the fault. */
import { describe, expect, test } from 'vitest';
import type { Note } from '../../../core/note.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { clientCut, partition } from '../../fakes/example-cluster.ts';
import { runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, wrongIn } from './scenes.ts';

const runId = 'run1';
const expecting = (input: object): object => ({ ...input, expect: { clientErrorPercent: 5 } });

type Probes = Extract<Note, { kind: 'probes' }>;

const readings = async ({ journal }: World, moment: Probes['moment']): Promise<Probes[]> =>
  (await journal.notes(runId)).filter(
    (note): note is Probes => note.kind === 'probes' && note.moment === moment,
  );

const vantages = (note: Probes | undefined): string[] => note?.seen.map(({ from }) => from) ?? [];
const nodes = ['i-node-1', 'i-node-2', 'i-node-3'];

describe('before a fault on hosts', () => {
  test('they are asked while kernels are armed, and Inject ends as it would have', async () => {
    const world = new World({});
    await armed(runId, expecting(partition), world.gateways());
    const { injectAt = 0 } = world.journal.now(runId)!;
    await inject(runId, world.gateways());

    const [note, ...more] = await readings(world, 'armed');
    expect(more).toEqual([]);
    expect(vantages(note)).toEqual(nodes);
    expect(note?.at).toBeLessThan(injectAt);
    expect(note?.at).toBeGreaterThan(injectAt - 6_000);
    expect(world.clock.now()).toBe(injectAt);
  });

  test('one that answers when its kernel has switched has nothing to say', async () => {
    const world = new World({});
    await armed(runId, expecting(partition), world.gateways());
    world.hosts.delay('i-node-2', 'probe', 4_900);
    await inject(runId, world.gateways());

    const [note] = await readings(world, 'armed');
    expect(vantages(note)).toEqual(['i-node-1', 'i-node-3']);
  });

  test('where a script waits for its instant, they are asked before any of it', async () => {
    const world = new World({});
    world.machines.get('i-node-1')!.switchesByKernel = false;
    await armed(runId, expecting(partition), world.gateways());
    const before = world.hosts.ran.length;
    await inject(runId, world.gateways());

    const scripts = world.hosts.ran.slice(before).map(({ script }) => script);
    expect(scripts).toEqual(['probe', 'probe', 'probe', 'cut']);
    expect(vantages((await readings(world, 'armed'))[0])).toEqual(nodes);
  });
});

test('before a fault by API they are asked before the first step, and not where it is repeated', async () => {
  const world = new World({});
  await armed(runId, expecting(clientCut), world.gateways());
  await inject(runId, world.gateways());
  const [note] = await readings(world, 'armed');
  const applied = (await world.journal.notes(runId)).find(({ kind }) => kind === 'applied');
  expect(vantages(note)).toEqual(nodes);
  expect(note?.at).toBeLessThanOrEqual(applied?.at ?? 0);

  await inject(runId, world.gateways());
  expect(await readings(world, 'armed')).toHaveLength(1);
});

test('nobody is asked where no share of failures is expected', async () => {
  const world = new World({});
  await runWorkflow(world.gateways(), { runId, input: partition });
  expect(await readings(world, 'armed')).toEqual([]);
});

test('counters are read with the recorders, so that the baseline is two seconds later at least', async () => {
  const world = new World({});
  const { outcome } = await runWorkflow(world.gateways(), { runId, input: expecting(partition) });
  const [first] = await readings(world, 'quiet');
  const [second] = await readings(world, 'baseline');
  const report = await world.journal.report(runId);

  expect(vantages(first)).toEqual(nodes);
  expect((second?.seen[0]?.at ?? 0) - (first?.seen[0]?.at ?? 0)).toBeGreaterThanOrEqual(2_000);
  expect(report?.verdicts.steady.evidence.join()).toMatch(/0 of 0 requests of clients/);
  // Nobody asks these nodes for anything.
  expect(outcome).toBe('not-confirmed');
  expect(await wrongIn(world)).toEqual([]);
});
