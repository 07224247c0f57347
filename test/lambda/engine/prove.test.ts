import { expect, test } from 'vitest';
import { usualTiming } from '../../../core/timing.ts';
import { partition } from '../../fakes/example-cluster.ts';
import { runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

/** A proof by the timing of a deployment on AWS, of a cluster that takes its time (rows D to H: up to 2.4 s). */

const runId = 'run1';

test.each([10, 12, 15, 20, 30, 60])(
  'a split that shows after 2.4 s is proven, and seen at its end, in a hold of %i s',
  async (holdSeconds) => {
    const world = new World({ tellsAfterMs: 2_400 });
    expect(world.gateways().timing).toEqual(usualTiming);
    await runWorkflow(world.gateways(), { runId, input: { ...partition, holdSeconds } });
    const report = await world.journal.report(runId);

    expect(report?.verdicts.inForce).toMatchObject({ answer: 'confirmed' });
    expect(report?.outcome).toBe('confirmed');
  },
);

test('one that never shows is refuted, however short the hold', async () => {
  for (const holdSeconds of [10, 60]) {
    const world = new World({ tellsAfterMs: 600_000 });
    await runWorkflow(world.gateways(), { runId, input: { ...partition, holdSeconds } });
    const report = await world.journal.report(runId);

    expect(report?.verdicts.inForce.answer).toBe('refuted');
    expect(report?.timing.restoredAt).not.toBeNull();
  }
});
