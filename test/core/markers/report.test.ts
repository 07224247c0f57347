import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../../core/experiment.ts';
import { recordsIn } from '../../../core/markers/reply.ts';
import type { MarkersNote, MarkersReply } from '../../../core/markers/reply.ts';
import type { Note } from '../../../core/note.ts';
import { markersExpected, markersOf, markersResidue } from '../../../core/report/markers.ts';
import { partition } from '../../fakes/example-cluster.ts';
import { aRun } from '../stories.ts';

const none = '0'.repeat(25);
const all = 'f'.repeat(25);
const bits = fc.string({
  unit: fc.constantFrom(...'0123456789abcdef'.split('')),
  minLength: 25,
  maxLength: 25,
});

type Wrote = Extract<MarkersReply, { outcome: 'wrote' }>;
const written = { acked: all, doubt: none, refused: 0, untried: 0 };
const through = { knew: ['A1'], kept: true };
const from = {
  ...through,
  own: [
    [100, 0],
    [0, 0],
  ],
  shared: [
    [100, 0],
    [0, 0],
  ],
} satisfies Wrote['reads']['from'][number];
const kept = { seen: all, unread: none };
const gone = { seen: none, unread: none };
const wrote: Wrote = {
  script: 'markers',
  outcome: 'wrote',
  client: 'aerospike 6.7.1',
  ttl: 3600,
  sides: [
    { ...through, own: written, shared: written, codes: {} },
    { ...through, own: written, shared: written, codes: {} },
  ],
  reads: { from: [from, from], own: [kept, kept], shared: [kept, kept] },
};
const found: Wrote['reads'] = { from: [from, from], own: [kept, kept], shared: [gone, kept] };
const read = (reads: Wrote['reads']): MarkersReply => ({
  script: 'markers',
  outcome: 'read',
  reads,
});
const removed = (left: number): MarkersReply => ({ script: 'markers', outcome: 'removed', left });

function note(phase: MarkersNote['phase'], changes: Partial<MarkersNote> = {}): Note {
  const sides = [['n1'], ['n2', 'n3']];
  const usual = { by: 'i-c1', sides, where: '10.0.0.1/A1', others: 0, settled: true };
  return { kind: 'markers', at: 1, phase, ...usual, reply: null, reason: null, ...changes };
}

const begun = note('begun');
const usual = [
  begun,
  note('written', { reply: wrote }),
  note('read', { reply: read(found) }),
  note('removed', { reply: removed(0) }),
];
const experiment = parseExperiment({ ...partition, markers: { namespace: 'test', set: 'm' } });
const story = (notes: readonly Note[], expected?: number) => ({
  run: aRun(),
  experiment:
    expected === undefined ? experiment : { ...experiment, expect: { lostMarkersMax: expected } },
  startedBy: 'console',
  record: undefined,
  notes,
  failure: undefined,
});
const told = (notes: readonly Note[]) => markersOf(story(notes))!;

describe('the report of markers', () => {
  test('counts what is gone, by side and kind', () => {
    const { lost, sides, kept: verdict, removed: isRemoved } = told(usual);
    expect({ lost, isRemoved, answer: verdict.answer }).toEqual({
      lost: 100,
      isRemoved: true,
      answer: 'refuted',
    });
    expect(sides.map(({ own, shared }) => [own.lost, shared.lost])).toEqual([
      [0, 100],
      [0, 0],
    ]);
    expect(verdict.evidence[0]).toBe(
      'through n1, records that every side wrote: 100 of 100 acknowledged writes lost',
    );
  });

  test('only what was acknowledged can be lost, and what was not readable is unknown', () => {
    fc.assert(
      fc.property(bits, bits, bits, (acked, seen, couldNot) => {
        const unread = couldNot
          .split('')
          .map((digit, at) =>
            (Number.parseInt(digit, 16) & ~Number.parseInt(seen[at]!, 16)).toString(16),
          )
          .join('');
        const own = { ...written, acked };
        const [first] = wrote.sides;
        const reply = { ...wrote, sides: [{ ...first!, own }, first!] };
        const after = { ...found, own: [{ seen, unread }, kept] };
        const fate = told([begun, note('written', { reply }), note('read', { reply: read(after) })])
          .sides[0]!.own;
        const [a, s, u] = [acked, seen, unread].map(recordsIn);
        expect(fate.acknowledged).toBe(a!.size);
        expect(fate.lost).toBe([...a!].filter((one) => !s!.has(one) && !u!.has(one)).length);
        expect(fate.seenAfter! + fate.lost! + fate.unknown).toBe(fate.acknowledged);
      }),
    );
  });

  test.each<[string, Note[], string]>([
    [
      'nobody looked',
      usual.slice(0, 2),
      'they were not looked for after recovery: the run never came to it',
    ],
    [
      'the cluster had not recovered',
      [...usual.slice(0, 2), note('read', { reply: read(found), settled: false })],
      'they were not looked for after recovery: the cluster had not recovered',
    ],
    [
      'no host answered',
      [begun, note('written', { reason: 'DeliveryTimedOut' })],
      'no marker records: DeliveryTimedOut',
    ],
    ['the run never got there', [], 'no marker records: the run never came to write them'],
  ])('is inconclusive where %s', (_, notes, why) => {
    const { lost, kept: verdict } = told(notes);
    expect({ lost, answer: verdict.answer }).toEqual({ lost: null, answer: 'inconclusive' });
    expect(verdict.evidence).toContain(why);
  });

  test('says nothing of a side that its client was not kept to', () => {
    const [first, second] = wrote.sides;
    const reply = { ...wrote, sides: [{ ...first!, kept: false, knew: ['A1', 'A2'] }, second!] };
    const { kept: verdict } = told([begun, note('written', { reply }), ...usual.slice(2)]);
    expect(verdict.answer).toBe('inconclusive');
    expect(verdict.evidence[0]).toContain('knew A1, A2');
  });

  test('takes the first look: a later one may have come after a removal', () => {
    const empty = { ...found, own: [gone, gone], shared: [gone, gone] };
    expect(told([...usual, note('read', { reply: read(empty) })]).lost).toBe(100);
  });

  test('of a namespace where records do not expire says so', () => {
    const reply = { ...wrote, ttl: 0 };
    const { ttlSeconds, kept: verdict } = told([
      begun,
      note('written', { reply }),
      ...usual.slice(2),
    ]);
    expect(ttlSeconds).toBeNull();
    expect(verdict.evidence.at(-1)).toMatch(/^nsup is off/);
  });
});

describe('residue', () => {
  test.each<[string, Note[], RegExp | undefined]>([
    ['all is gone', usual, undefined],
    ['nothing was begun', [], undefined],
    [
      'no host has a client',
      [begun, note('written', { reply: { script: 'markers', outcome: 'absent' } })],
      undefined,
    ],
    [
      'some would not go',
      [...usual.slice(0, 3), note('removed', { reply: removed(3) })],
      /3 could not be removed; they expire within an hour/,
    ],
    ['nobody came to it', usual.slice(0, 2), /nobody could remove them/],
    [
      'the answer to the writing was lost',
      [begun, note('written', { reason: 'lost' })],
      /nobody could remove them/,
    ],
  ])('where %s', (_, notes, line) => {
    const lines = markersResidue(story(notes));
    if (line === undefined) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringMatching(line)]);
  });
});

test.each([
  [99, usual, 'refuted'],
  [100, usual, 'confirmed'],
  [800, usual.slice(0, 2), 'inconclusive'],
] as const)('where %d may be lost', (most, notes, answer) => {
  expect(markersExpected(story(notes, most)).map((one) => one.answer)).toEqual([answer]);
});

test('what may be lost is nothing to ask where none are written', () => {
  const strange = { ...partition, expect: { lostMarkersMax: 0 } };
  expect(() => parseExperiment(strange)).toThrow(
    'Cannot use experiment "isolate-one-node" as markers must be there where expect has lostMarkersMax: found none',
  );
});
