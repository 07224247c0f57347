import { expect, test } from 'vitest';
import { exampleLike, rehearse, reportIn, span } from './rehearse.ts';

/** The hold ends by what its nodes say of themselves, and the report names it. */

/** A slice of the lab, and a look with its way there and back on a busy machine. */
const sliceMs = 10_000;

test.concurrent('a node that is left out of the cluster ends the hold', async () => {
  const changes = { name: 'stop-at-orphans', holdSeconds: 60, stopOn: { orphanedNodes: true } };
  const run = await rehearse([exampleLike('examples/pairs.json', changes), '--json']);
  const { stoppedBy, says, timing, plan, verdicts, residue } = reportIn(run);

  expect(run.code, says).toBe(1);
  expect(stoppedBy, says).toMatchObject({ cause: 'orphaned-node' });
  expect(says).toMatch(/^STOPPED stop-at-orphans .* is in no cluster: cluster_size 0/);
  expect(plan.warnings.join()).toContain('orphanedNodes is likely to stop it');
  // Five quantum intervals after it lost its principal, an orphan serves nobody.
  expect(span(timing.injectedAt, stoppedBy?.at ?? null)).toBeGreaterThan(8_000);
  expect(span(timing.injectedAt, stoppedBy?.at ?? null)).toBeLessThan(12_000 + sliceMs);
  expect(span(stoppedBy?.at ?? null, timing.restoredAt)).toBeLessThan(2 * sliceMs);
  expect(verdicts.clean.answer).toBe('confirmed');
  expect(verdicts.recovered.answer).toBe('confirmed');
  expect(residue).toEqual([]);
});

test.concurrent('a lag of XDR above its bound ends the hold', async () => {
  const changes = { name: 'stop-at-lag', holdSeconds: 60, stopOn: { xdrLagSeconds: 5 } };
  const file = exampleLike('examples/xdr-cut-iptables.json', changes);
  const run = await rehearse([file, '--destinations', '2', '--json']);
  const { stoppedBy, says, timing, verdicts } = reportIn(run);

  expect(run.code, says).toBe(1);
  expect(stoppedBy, says).toMatchObject({ cause: 'xdr-lag' });
  expect(stoppedBy?.says).toMatch(/ lags \d+ s behind to reporting, more than 5$/);
  expect(span(timing.injectedAt, stoppedBy?.at ?? null)).toBeLessThan(6_000 + 2 * sliceMs);
  expect(verdicts.clean.answer).toBe('confirmed');
});
