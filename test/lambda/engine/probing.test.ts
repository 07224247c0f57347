import { expect, test } from 'vitest';
import { partition } from '../../fakes/example-cluster.ts';
import { runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

const runId = 'run1';

const probes = (world: World): number =>
  world.hosts.ran.filter(({ script }) => script === 'probe').length;

test('answers that found no room in a line are asked for again', async () => {
  const roomy = new World({});
  const narrow = new World({});
  narrow.hosts.probe.room = 3;
  await runWorkflow(roomy.gateways(), { runId, input: partition });
  const { outcome } = await runWorkflow(narrow.gateways(), { runId, input: partition });
  const [whole, pieces] = [await roomy.journal.report(runId), await narrow.journal.report(runId)];

  expect(outcome).toBe('confirmed');
  expect(pieces?.connections).toEqual(whole?.connections);
  expect(pieces?.counters.map(({ node }) => node)).toEqual(whole?.counters.map(({ node }) => node));
  expect(probes(narrow)).toBeGreaterThan(2 * probes(roomy));
});

test('a machine whose line has room for nothing is not asked for ever', async () => {
  const world = new World({});
  world.hosts.probe.room = 0;
  const { outcome } = await runWorkflow(world.gateways(), { runId, input: partition });

  expect(outcome).not.toBe('confirmed');
  expect(probes(world)).toBeLessThan(100);
});
