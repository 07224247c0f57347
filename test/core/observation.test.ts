import { describe, expect, test } from 'vitest';
import { Note } from '../../core/note.ts';
import {
  ChangeReply,
  ProbeReply,
  ProbeResult,
  RestoreReply,
  SeverReply,
} from '../../core/observation.ts';
import { aView } from './answers.ts';

const results = [
  { probe: 'new/10.0.0.1/3001', answer: 'open', ms: 1.2 },
  { probe: 'new/10.0.0.1/3001', answer: 'timed-out', ms: 2000 },
  { probe: 'view/10.0.0.1/3000/3', ...aView('n1') },
  { probe: 'view/10.0.0.1/3000/3', answer: 'silent', reason: 'timed-out' },
  { probe: 'record/10.0.0.1/3000', answer: 'recording' },
  {
    probe: 'recorded/10.0.0.1/3000/0',
    answer: 'ok',
    changes: [
      [1000, 3, 'AAA', 'n3', 1, 0],
      [2000, null],
    ],
    more: false,
  },
  { probe: 'kept/10.0.0.1/3000', answer: 'alive', lastAt: 1000 },
  { probe: 'kept/10.0.0.1/3000', answer: 'dead', lastAt: 1000 },
  { probe: 'kept/10.0.0.1/3000', answer: 'absent' },
  { probe: 'stop', answer: 'stopped' },
  { probe: 'established/10.0.0.1/3000', established: 4 },
];

describe('a probe result', () => {
  test.each(results)('$probe $answer is read whole', (result) => {
    expect(ProbeResult.parse(result)).toEqual(result);
  });

  test('makes a reply with others', () => {
    const reply = { script: 'probe', at: 1000, results };
    expect(ProbeReply.parse(reply)).toEqual(reply);
  });

  test.each([
    { probe: 'new/10.0.0.1/3001', answer: 'opened', ms: 1 },
    { probe: 'new/10.0.0.1/3001' },
    { answer: 'open', ms: 1 },
    { probe: 'kept/10.0.0.1/3000', answer: 'alive' },
    { probe: 'view/10.0.0.1/3000/3', ...aView('n1'), size: '3' },
    { probe: 'recorded/10.0.0.1/3000/0', answer: 'ok', changes: [[1000, 3]], more: false },
  ])('with a word it does not know is no answer: %j', (result) => {
    expect(ProbeResult.safeParse(result).success).toBe(false);
  });
});

describe('the replies of the other scripts', () => {
  test.each([
    [ChangeReply, { script: 'cut', outcome: 'applied', timer: 'systemd', appliedAt: 1000 }],
    [ChangeReply, { script: 'cut', outcome: 'refused', reason: 'iptables is missing' }],
    [RestoreReply, { script: 'restore', outcome: 'clean', found: 0, left: 0 }],
    [
      RestoreReply,
      {
        script: 'restore',
        outcome: 'clean',
        found: 0,
        left: 0,
        restoredAt: 9,
        restoredBy: 'timer',
      },
    ],
    [SeverReply, { script: 'sever', outcome: 'severed', before: 4, left: 0 }],
  ])('%#: are read whole', (schema, reply) => {
    expect(schema.parse(reply)).toEqual(reply);
  });

  test.each([
    [ChangeReply, { script: 'restore', outcome: 'applied' }],
    [ChangeReply, { script: 'cut', outcome: 'done' }],
    [RestoreReply, { script: 'restore', outcome: 'clean' }],
    [SeverReply, { script: 'sever' }],
  ])('%#: with anything unknown are none', (schema, reply) => {
    expect(schema.safeParse(reply).success).toBe(false);
  });
});

describe('a note', () => {
  test('keeps every kind of answer through the journal', () => {
    const seen = results.map((result) => ({ from: 'i-n1', at: 1000, result }));
    const note = { kind: 'probes', at: 1000, moment: 'prove', seen };

    expect(Note.parse(JSON.parse(JSON.stringify(note)))).toEqual(note);
  });

  test('has no key it does not know', () => {
    const note = { kind: 'residue', at: 1000, residue: [], more: true };
    expect(Note.safeParse(note).success).toBe(false);
  });
});
