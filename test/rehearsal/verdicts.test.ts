import { expect, test } from 'vitest';
import { rehearse, reportIn, runLab, span } from './rehearse.ts';

/** Whole rehearsals: the synthesised machine, the bundled Lambdas, real packet filters. */

test.concurrent('isolate-one-node is in force, restored, clean and recovered, and exits 0', async () => {
  const run = await runLab(['examples/isolate-one-node.json', '--json']);
  const report = reportIn(run);

  expect(run.code, report.says).toBe(0);
  expect(Object.values(report.verdicts).map(({ answer }) => answer)).toEqual(
    Array.from({ length: 5 }, () => 'confirmed'),
  );
  expect(report.residue).toEqual([]);
  expect(run.stderr).toContain('synthesised the stacks and bundled the Lambdas');
  expect(run.seconds).toBeLessThan(120);
});

test.concurrent('isolate-one-node splits into 1 and 2 under two keys in 1.9 to 3 s, and is whole within 3 s of restore', async () => {
  const { timing, clusters } = reportIn(
    await rehearse(['examples/isolate-one-node.json', '--json']),
  );
  const during = clusters.filter(
    ({ at }) => at > (timing.injectedAt ?? 0) && at < (timing.restoredAt ?? 0),
  );

  expect(during.map(({ size }) => size).toSorted((a, b) => a - b)).toEqual([1, 2]);
  expect(new Set(during.map(({ key }) => key)).size).toBe(2);
  expect(span(timing.injectedAt, timing.inForceAt)).toBeGreaterThanOrEqual(1_800);
  expect(span(timing.injectedAt, timing.inForceAt)).toBeLessThanOrEqual(3_100);
  expect(span(timing.restoredAt, timing.recoveredAt)).toBeLessThanOrEqual(3_000);
});

test.concurrent('the one-ended recipe is refuted: cluster_size stayed 3', async () => {
  const run = await rehearse(['examples/one-ended-recipe.json', '--json']);
  const { verdicts, says } = reportIn(run);

  expect(run.code, says).toBe(1);
  expect(verdicts.inForce.answer).toBe('refuted');
  expect(verdicts.inForce.evidence.join('\n')).toContain('cluster_size stayed 3');
  expect(verdicts.clean.answer).toBe('confirmed');
});

test.concurrent('client-cut that leaves established connections says "new connections only"', async () => {
  const run = await rehearse(['examples/client-cut.json', '--json']);
  const { verdicts, says, residue } = reportIn(run);

  expect(run.code, says).toBe(0);
  expect(verdicts.inForce.evidence.join('\n')).toMatch(/new connections: 3 of 3 stopped/);
  expect(verdicts.inForce.evidence.join('\n')).toMatch(/3 alive, 0 dead.*new connections only/);
  expect(residue).toEqual([]);
});

test.concurrent('client-cut that severs says "full": established connections are gone, too', async () => {
  const run = await rehearse(['examples/client-cut-sever.json', '--json']);
  const { verdicts, says } = reportIn(run);

  expect(run.code, says).toBe(0);
  expect(verdicts.inForce.evidence.join('\n')).toMatch(/0 alive, 3 dead.*full/);
});
