import { expect, test } from 'vitest';
import { exampleLike, rehearse, reportIn, span } from './rehearse.ts';

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

/** One way out, all the others switched off. */
const alone = (...others: readonly string[]): string[] => ['--json', '--without', others.join(',')];

const shortCut = (name: string): string => {
  const changes = { name, holdSeconds: 10 };
  return exampleLike('examples/client-cut.json', changes);
};

test.concurrent('the sweeper alone: closed after the deadline, restored, and final', async () => {
  const words = alone('schedule', 'status-change', 'host-timer');
  const run = await rehearse([
    shortCut('sweeper-alone'),
    '--during-hold',
    'kill-workflow',
    '--sweep-seconds',
    '3',
    ...words,
  ]);
  const { timing, restored, closedBy, verdicts, residue, life } = reportIn(run);

  expect(closedBy).toBe('sweeper');
  expect(new Set(restored.map(({ by }) => by))).toEqual(new Set(['sweeper']));
  expect(span(timing.deadlineAt, timing.restoredAt)).toBeLessThan(10_000);
  expect(life).toBe('final');
  expect(residue).toEqual([]);
  // It restores, looks again and tries connections; it does not watch the cluster recover.
  expect(verdicts.clean.answer).toBe('confirmed');
  expect(verdicts.recovered.answer).toBe('inconclusive');
  expect(run.code).toBe(1);
});

test.concurrent('a person alone: the restore machine, started by hand, ends the fault early', async () => {
  const words = alone('schedule', 'status-change', 'sweeper', 'host-timer');
  const run = await rehearse([
    'examples/client-cut.json',
    '--during-hold',
    'restore-by-hand',
    ...words,
  ]);
  const { timing, restored, closedBy, verdicts, residue, life } = reportIn(run);

  expect(closedBy).toBe('person');
  expect(new Set(restored.map(({ by }) => by))).toEqual(new Set(['person']));
  expect(span(timing.deadlineAt, timing.restoredAt)).toBeLessThan(0);
  expect(life).toBe('final');
  expect(verdicts.clean.answer).toBe('confirmed');
  expect(residue).toEqual([]);
});

test.concurrent("the workflow's Catch alone: a state that fails in the hold leads to Restore", async () => {
  const words = alone('schedule', 'status-change', 'sweeper', 'host-timer');
  const run = await rehearse(['examples/client-cut.json', '--during-hold', 'fail-watch', ...words]);
  const { restored, closedBy, verdicts, residue, failure, life } = reportIn(run);

  expect(run.code).toBe(70);
  expect(failure).toEqual({ error: 'Runtime.ExitError', cause: 'the lab fails it' });
  expect(closedBy).toBe('workflow');
  expect(new Set(restored.map(({ by }) => by))).toEqual(new Set(['workflow']));
  expect(life).toBe('final');
  expect(verdicts.clean.answer).toBe('confirmed');
  expect(residue).toEqual([]);
});

test.concurrent("the hosts' timers alone: the machines are as before, and the run waits to be closed", async () => {
  const words = alone('schedule', 'status-change', 'sweeper');
  const run = await rehearse([
    'examples/isolate-one-node.json',
    '--during-hold',
    'kill-workflow',
    ...words,
  ]);
  const { closedBy, residue, life } = reportIn(run);

  expect(life).toBe('open');
  expect(closedBy).toBeNull();
  expect(residue).toEqual([]); // As the lab itself compares every machine with before.
});
