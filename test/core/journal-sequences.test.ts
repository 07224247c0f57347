import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transition } from '../../core/journal.ts';
import type { JournalWrite, RunItem } from '../../core/journal.ts';
import { anItem, writes } from './runs.ts';

describe('over any sequence of writes', () => {
  const anyWrite: fc.Arbitrary<JournalWrite> = fc
    .tuple(fc.constantFrom(...Object.values(writes)), fc.nat({ max: 1200 }), fc.nat({ max: 20 }))
    .map(([write, at, version]) =>
      write.kind === 'finish'
        ? { ...write, at, version }
        : 'at' in write
          ? { ...write, at }
          : write,
    );

  test('intents are never lost, and the version never falls', () => {
    fc.assert(
      fc.property(fc.array(anyWrite, { maxLength: 30 }), (sequence) => {
        let item: RunItem | undefined;
        for (const write of sequence) {
          const { item: next } = transition(item, write);
          for (const [id, at] of Object.entries(item?.intents ?? {})) {
            expect(next?.intents[id]).toBe(at);
          }
          expect(next?.version ?? 0).toBeGreaterThanOrEqual(item?.version ?? 0);
          item = next;
        }
      }),
      { numRuns: 300 },
    );
  });

  test('nothing new is intended once the run was closed', () => {
    fc.assert(
      fc.property(fc.array(anyWrite, { maxLength: 30 }), (sequence) => {
        let item: RunItem | undefined = anItem({ life: 'closed', intents: { s0: 1 } });
        for (const write of sequence) item = transition(item, write).item;
        expect(item?.intents).toEqual({ s0: 1 });
      }),
      { numRuns: 300 },
    );
  });

  test('a write that a last look must not miss makes its finish fail', () => {
    const item = anItem({ life: 'closed', intents: { s1: 1 }, pending: ['a1'] });
    const finish = { kind: 'finish', version: item.version, at: 900 } as const;
    for (const write of [writes['intend-undo'], writes.settle]) {
      expect(transition(transition(item, write).item, finish).written).toBe(false);
    }
    expect(transition(item, finish).written).toBe(true);
  });
});
