import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { drawExperiment, examplesOn } from '../../../lab/soak/draw-experiment.ts';
import { keptPromise, LogLine, RunRecord } from '../../../lab/soak/run-record.ts';
import { seededChance } from '../../../lab/soak/seeded-chance.ts';
import { soakStageNames } from '../../../lab/soak/soak-stages.ts';
import { summary } from '../../../lab/soak/summary.ts';

function aRun(changes: Partial<RunRecord> = {}): RunRecord {
  return RunRecord.parse({
    at: '2026-11-21T14:00:00.000Z',
    stage: 1,
    index: 1,
    experiment: 'client-cut',
    holdSeconds: 12,
    disturbance: 'workflow killed',
    state: 'Hold',
    afterMs: 900,
    befell: 'SIGKILL to the workflow process',
    runId: 'abc',
    status: 'LOST',
    life: 'final',
    closedBy: 'schedule',
    outcome: 'not-confirmed',
    says: 'NOT CONFIRMED',
    intents: 2,
    stuck: [],
    residue: [],
    left: [],
    seconds: 60,
    journalItems: 30,
    census: {
      labMb: 200,
      heapMb: 50,
      lambdasMb: 1000,
      lambdaHeaps: { plan: 20 },
      nodesMb: 500,
      agentsMb: 800,
      othersMb: 50,
      processes: 60,
      zombies: 0,
      hostScripts: 0,
    },
    ...changes,
  });
}

describe('keptPromise()', () => {
  test('holds for a run that is final, and for one that never was, with nothing left', () => {
    expect(keptPromise(aRun())).toBe(true);
    expect(keptPromise(aRun({ life: null, closedBy: null, intents: 0 }))).toBe(true);
  });

  test.each<[string, Partial<RunRecord>]>([
    ['residue', { residue: ['n1: differs from before in "-A INPUT"'] }],
    ['a run that is not final', { life: 'closed' }],
    ['a lock', { left: ['orders-staging is locked by abc'] }],
    ['a stuck step', { stuck: ['host-cut/i-1: no agent'] }],
  ])('is broken by %s', (_, changes) => {
    expect(keptPromise(aRun(changes))).toBe(false);
  });
});

describe('summary()', () => {
  test('counts runs, faults, residues, and lines where the lab itself failed', () => {
    const failure = LogLine.parse({ at: '2026-11-21T14:05:00.000Z', stage: 2, labFailed: 'why' });
    const runs = [aRun(), aRun({ intents: 0, index: 2 }), aRun({ residue: ['EC2'], index: 3 })];
    const text = summary([...runs, failure]);

    expect(text).toContain('3 runs in 0.05 h, 2 with a fault injected (4 steps)');
    expect(text).toContain('residues 1, never final 0, stuck 0, failures of the lab itself 1');
    expect(text).toContain('promise kept in 2 of 3');
  });

  test('tells what each quarter of the longest stage held, a Lambda that came late too', () => {
    const { census } = aRun();
    const runs = [0, 1, 2, 3].map((index) =>
      aRun({
        index,
        census: {
          ...census,
          labMb: 100 + index * 5,
          lambdaHeaps: { plan: 20 + index, ...(index === 0 ? {} : { sweep: 30 }) },
        },
      }),
    );
    const text = summary([aRun({ stage: 2 }), ...runs]);

    expect(text).toContain('the longest stage, 4 runs');
    expect(text).toMatch(/the lab's own process, MiB +100\.0 +105\.0 +110\.0 +115\.0/);
    expect(text).toMatch(/ plan +20\.0 +21\.0 +22\.0 +23\.0/);
    expect(text).toMatch(/ sweep +0\.0 +30\.0 +30\.0 +30\.0/);
  });
});

function draws(seed: number): string[] {
  const chance = seededChance(seed);
  const all = examplesOn('everything');
  return Array.from({ length: 20 }, () => JSON.stringify(drawExperiment(all, chance)));
}

describe('what is drawn', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
  });

  test.each(soakStageNames)(
    'on %s is every example that fits, held for 10 to 20 s unless it has times of its own',
    (stage) => {
      const all = examplesOn(stage);
      const chance = seededChance(1);
      const drawn = Array.from({ length: 1_500 }, () => drawExperiment(all, chance));
      const plain = drawn.filter(
        ({ fault, flapping, intensity }) =>
          fault.kind !== 'sequence' && flapping === undefined && intensity === undefined,
      );

      expect(new Set(drawn.map(({ name }) => name)).size).toBe(all.length);
      expect(Math.min(...plain.map(({ holdSeconds }) => holdSeconds))).toBe(10);
      expect(Math.max(...plain.map(({ holdSeconds }) => holdSeconds))).toBe(20);
    },
  );

  test('leaves no example out on every stage', () => {
    const files = readdirSync('examples').filter((file) => file.endsWith('.json'));
    const drawn = new Set(soakStageNames.flatMap(examplesOn).map(({ name }) => name));

    expect([...drawn].toSorted()).toEqual(files.map((file) => file.slice(0, -5)).toSorted());
  });
});
