import { describe, expect, test } from 'vitest';
import { Report, exitCodeOf, reportOf } from '../../core/report.ts';
import type { Note } from '../../core/note.ts';
import type { Story } from '../../core/story.ts';
import { cutSample, openSample, splitViews } from './answers.ts';
import {
  aClient,
  aClientCut,
  aGroup,
  aPartition,
  anInventory,
  someNodes,
  tcp,
} from './inventories.ts';
import { aSubject } from './planned.ts';
import { aRun, aStory, applied, goodNotes, isolationNotes, restored } from './stories.ts';

const subject = aSubject(aPartition(), anInventory({ instances: someNodes(3) }));
const clients = aSubject(
  aClientCut(),
  anInventory({
    instances: [...someNodes(3), aClient(1)],
    groups: [aGroup('nodes', [tcp('3000', '10.0.1.1/32')])],
  }),
);
const split = cutSample(subject, { views: splitViews(subject) });

const goodIsolation = isolationNotes(subject, split);

const story = (changes: Partial<Story> = {}): Story =>
  aStory(subject, { notes: goodIsolation, ...changes });

describe('a run in which all went well', () => {
  const report = reportOf(story());

  test('is confirmed, exit 0, in one readable sentence', () => {
    expect(report.outcome).toBe('confirmed');
    expect(exitCodeOf(report.outcome)).toBe(0);
    expect(report.says).toBe(
      'CONFIRMED isolate-one on orders, run run1: in force, held, restored, clean and recovered',
    );
  });

  test('says when everything happened', () => {
    expect(report.timing).toEqual({
      openedAt: 1000,
      injectAt: 20_000,
      injectedAt: 20_010,
      inForceAt: 22_200,
      restoreAt: 35_000,
      restoredAt: 35_010,
      cleanAt: 38_000,
      recoveredAt: 37_000,
      deadlineAt: 155_000,
    });
  });

  test('tells every cluster that was seen', () => {
    expect(report.clusters).toEqual([
      { at: 0, key: 'AAA', size: 3, nodes: ['n1', 'n2', 'n3'] },
      { at: 21_900, key: 'BBB', size: 1, nodes: ['n1'] },
      { at: 22_100, key: 'CCC', size: 2, nodes: ['n2', 'n3'] },
      { at: 36_800, key: 'DDD', size: 3, nodes: ['n1', 'n2', 'n3'] },
    ]);
  });

  test('tells plan, start, end and what was restored by whom', () => {
    expect(report).toMatchObject({
      schemaVersion: 1,
      runId: 'run1',
      startedBy: 'console',
      life: 'final',
      closedBy: 'workflow',
      failure: null,
      residue: [],
      others: [],
      restored: [{ stepId: 'host-cut/i-n1', at: 35_010, by: 'timer' }],
    });
    expect(report.plan).toEqual({
      digest: 'abc123',
      steps: [
        {
          id: 'host-cut/i-n1',
          kind: 'host-cut',
          says: 'n1: drop ports 3001, 3002 from and to n2, n3',
        },
      ],
      hosts: ['i-n1'],
      targets: ['i-n1'],
      prediction: {
        clusterSizes: [1, 2],
        connections: 'full',
        falls: [
          { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports: [3001, 3002] },
          { from: ['i-n1'], to: ['i-n2', 'i-n3'], ports: [3001, 3002] },
        ],
      },
      warnings: [],
    });
  });

  test('is a report by its own schema, and the same whenever it is made again', () => {
    expect(Report.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    expect(reportOf(story())).toEqual(report);
  });

  test('says a restoration once that several looks told', () => {
    const again = restored('host-cut/i-n1', 35_010, 'timer');
    const { restored: told } = reportOf(story({ notes: [...goodIsolation, again, again] }));

    expect(told).toHaveLength(1);
  });

  test('has the whole proof and the end of the hold for evidence', () => {
    expect(report.verdicts.inForce.evidence).toEqual([
      'heartbeat links of the cut: 4 of 4 ends gone; verdict class: full',
      'new connections: 8 of 8 stopped (timed-out)',
      'controls: 10 of 10 still open',
      'cluster sizes 1 and 2 under 2 key(s), predicted 1 and 2',
      'end of hold: heartbeat links of the cut: 4 of 4 ends gone',
      'end of hold: new connections: 8 of 8 stopped (timed-out)',
      'end of hold: controls: 10 of 10 still open',
      'end of hold: cluster sizes 1 and 2 under 2 key(s), predicted 1 and 2',
    ]);
  });

  test('is not confirmed when the hold ended early, for nobody knows the rest', () => {
    const stopped = story({ run: aRun({ closedAt: 28_000, closedBy: 'person' }) });
    const { outcome, says, verdicts } = reportOf(stopped);

    expect(outcome).toBe('not-confirmed');
    expect(verdicts.inForce.answer).toBe('inconclusive');
    expect(says).toMatch(/^STOPPED .*: a person ended it, after 8 s of it; clean/);
    expect(verdicts.inForce.evidence.join()).toMatch(
      /the hold ended early, after \d+ of \d+ s, by person/,
    );
  });

  test('is not confirmed when nobody looked after the proof', () => {
    const notes = goodIsolation.filter((note) => !('moment' in note) || note.moment !== 'hold');
    const { verdicts } = reportOf(story({ notes }));

    expect(verdicts.inForce.answer).toBe('inconclusive');
    expect(verdicts.inForce.evidence).toContain('end of hold: nobody looked after the proof');
  });
});

describe('a client-cut in which all went well', () => {
  const report = reportOf(
    aStory(clients, {
      run: aRun({ intents: { 'edit-rules/sg-nodes': 20_000 } }),
      notes: [
        ...goodNotes(clients),
        applied('edit-rules/sg-nodes', 20_100),
        restored('edit-rules/sg-nodes', 36_100, 'workflow'),
      ],
    }),
  );

  test('is confirmed, and says that established connections lived', () => {
    expect(report.outcome).toBe('confirmed');
    expect(report.verdicts.inForce.evidence).toContain(
      'established connections: 3 alive, 0 dead of 3; verdict class: new connections only',
    );
  });

  test('was in force when a probe first saw it, for no cluster changes its size', () => {
    expect(report.timing).toMatchObject({ injectedAt: 20_100, inForceAt: 22_500 });
  });
});

describe('whoever ended the fault', () => {
  test.each(['workflow', 'schedule', 'status-change', 'sweeper', 'person'] as const)(
    '%s, the report says so',
    (closedBy) => {
      expect(reportOf(story({ run: aRun({ closedBy }) })).closedBy).toBe(closedBy);
    },
  );

  test('nobody yet: null', () => {
    const { closedBy: _, ...open } = aRun({ life: 'open' });
    expect(reportOf(story({ run: open })).closedBy).toBeNull();
  });
});

describe('a look that died between its two notes', () => {
  test('does not lend its probes to the views of the next look', () => {
    const before = openSample(subject);
    const half: Note = { kind: 'probes', at: 4000, moment: 'baseline', seen: [...before.seen] };
    const { verdicts } = reportOf(story({ notes: [half, ...goodIsolation] }));

    expect(verdicts.steady.answer).toBe('confirmed');
  });
});
