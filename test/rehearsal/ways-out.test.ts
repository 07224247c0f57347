import { expect, test } from 'vitest';
import { rehearse, reportIn, span } from './rehearse.ts';

/** The controller dies during the hold; the fault ends all the same, and the report says how. */

test.concurrent('hosts restore themselves at restoreAt when the workflow is killed', async () => {
  const run = await rehearse([
    'examples/isolate-one-node.json',
    '--during-hold',
    'kill-workflow',
    '--json',
  ]);
  const { timing, restored, closedBy, verdicts, residue } = reportIn(run);

  expect(run.code).toBe(1);
  expect(verdicts.inForce.evidence[0]).toBe('end of hold: nobody looked after the proof');
  expect(restored.map(({ by }) => by)).toEqual(['host timer']);
  expect(Math.abs(span(timing.restoreAt, timing.restoredAt))).toBeLessThan(1_000);
  expect(closedBy).toBe('schedule');
  expect(verdicts.clean.answer).toBe('confirmed');
  expect(residue).toEqual([]);
});

test.concurrent('the schedule restores security groups at the deadline when the workflow is killed', async () => {
  const run = await rehearse([
    'examples/client-cut.json',
    '--during-hold',
    'kill-workflow',
    '--json',
  ]);
  const { timing, restored, closedBy, verdicts, residue } = reportIn(run);

  expect(closedBy).toBe('schedule');
  expect(restored.map(({ by }) => by)).toContain('schedule');
  expect(span(timing.deadlineAt, timing.restoredAt)).toBeLessThan(10_000);
  expect(verdicts.clean.answer).toBe('confirmed');
  expect(residue).toEqual([]);
});

test.concurrent.each(['isolate-one-node', 'client-cut'])(
  '%s is restored by the status-change rule when the execution is stopped',
  async (name) => {
    const run = await rehearse([
      `examples/${name}.json`,
      '--during-hold',
      'stop-execution',
      '--json',
    ]);
    const { timing, closedBy, verdicts, residue } = reportIn(run);

    expect(run.code).toBe(1);
    expect(closedBy).toBe('status-change');
    expect(verdicts.inForce.evidence.join('\n')).toMatch(
      /the hold ended early, after \d+ of \d+ s/,
    );
    expect(span(timing.restoreAt, timing.restoredAt)).toBeLessThan(0);
    expect(verdicts.clean.answer).toBe('confirmed');
    expect(residue).toEqual([]);
  },
);
