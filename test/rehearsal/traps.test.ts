import { expect, test } from 'vitest';
import { traps } from '../../lab/traps.ts';
import type { TrapName } from '../../lab/traps.ts';
import { seenIn } from './confirmed.ts';
import { rehearse, reportIn } from './rehearse.ts';
import type { Report } from '../../core/report.ts';
import { standInOnly } from './real-server.ts';

/** What misleads whoever judges: each trap is laid in a whole rehearsal, and the verdicts must see through it. */

async function trapped(trap: TrapName, words: readonly string[]): Promise<[number | null, Report]> {
  const run = await rehearse([...words, '--trap', trap, '--json']);
  expect(run.stderr, 'the trap must have been laid').toContain(traps[trap].says);
  return [run.code, reportIn(run)];
}

const isolate = ['examples/isolate-one-node.json'];

test.concurrent('a rule of others that accepts before ours: refuted, and the report says where', async () => {
  const [code, { verdicts, says }] = await trapped('accept-first', isolate);

  expect(code, says).toBe(1);
  expect(verdicts.inForce.answer).toBe('refuted');
  expect(verdicts.inForce.evidence.join('\n')).toMatch(
    /on n\d a rule of others accepts before ours, or ours was taken away/,
  );
  expect(verdicts.clean.answer).toBe('confirmed');
});

test.concurrent('a fault that a person undoes in the hold: proven first, refuted at its end', async () => {
  const [code, report] = await trapped('undone-by-person', isolate);

  expect(code, report.says).toBe(1);
  expect(report.states.find(({ state }) => state === 'Prove')?.says).toMatch(
    /^in force: confirmed/,
  );
  expect(report.verdicts.inForce.answer).toBe('refuted');
  expect(seenIn(report)).toMatch(/end of hold: .*still open/);
  expect(report.verdicts.expected.answer).toBe('refuted');
  expect(report.verdicts.clean.answer).toBe('confirmed');
});

test.concurrent('a machine that probes and is cut off itself: inconclusive, not an overreach', async () => {
  const [code, report] = await trapped('vantage-cut-off', isolate);

  expect(code, report.says).toBe(1);
  expect(report.verdicts.inForce.answer).toBe('inconclusive');
  expect(seenIn(report)).toContain('c1 reached nothing at all, far from any rule of ours');
  expect(report.verdicts.clean.answer).toBe('confirmed');
});

test.concurrent('a node that is down before: nothing is touched', async () => {
  const [code, report] = await trapped('node-down', isolate);

  expect(code, report.says).not.toBe(0);
  expect(report.timing.injectedAt).toBeNull();
  expect(report.verdicts.steady.answer).not.toBe('confirmed');
  expect(report.residue).toEqual([]);
});

standInOnly.concurrent(
  'a node that answers late: inconclusive, neither whole nor split',
  async () => {
    const [code, report] = await trapped('node-late', isolate);

    expect(code, report.says).toBe(1);
    expect(report.states.find(({ state }) => state === 'Prove')?.says).toMatch(
      /^in force: confirmed/,
    );
    expect(report.verdicts.inForce.answer).toBe('inconclusive');
    expect(seenIn(report)).toContain('not every node answered for its cluster');
    expect(report.verdicts.clean.answer).toBe('confirmed');
  },
);

test.concurrent('two nodes apart, each of which calls itself stable: a split, by size and key', async () => {
  const report = reportIn(await rehearse([...isolate, '--nodes', '2', '--json']));
  const alone = report.nodes.map(({ spans }) => spans.find(({ size }) => size === 1));

  expect(report.outcome, report.says).toBe('confirmed');
  expect(alone.map((span) => span?.member)).toEqual([true, true]);
  expect(new Set(alone.map((span) => span?.key)).size).toBe(2);
});

test.concurrent('a node that hangs when the fault ends: clean, and not recovered', async () => {
  const [code, report] = await trapped('node-hangs', isolate);

  expect(code, report.says).toBe(1);
  expect(report.verdicts.inForce.answer).toBe('confirmed');
  expect(report.verdicts.clean.answer).toBe('confirmed');
  expect(report.verdicts.recovered.answer).not.toBe('confirmed');
  expect(report.limits.join('\n')).toContain('n2 did not answer for its cluster');
});

test.concurrent('a restore that a person undoes: not clean, though nothing of ours is left', async () => {
  const [code, report] = await trapped('cut-by-person', isolate);

  expect(code, report.says).toBe(3);
  expect(report.verdicts.clean.answer).toBe('refuted');
  expect(report.residue).toEqual([]);
});

test.concurrent('a group that a person opens in the hold: refuted, and others are named as the reason', async () => {
  const [code, report] = await trapped('group-opened', ['examples/client-cut.json']);

  expect(code, report.says).toBe(1);
  expect(report.verdicts.inForce.answer).toBe('refuted');
  expect(seenIn(report)).toMatch(/why: .*others changed it/);
  expect(report.verdicts.clean.answer).toBe('confirmed');
  expect(report.others.join('\n')).toContain('was added');
});
