import { describe, expect, test } from 'vitest';
import { RunItem, transition } from '../../core/journal.ts';
import type { JournalWrite, Life } from '../../core/journal.ts';
import { anItem, writes } from './runs.ts';

const lives: readonly Life[] = ['opening', 'open', 'closed', 'final'];

/** The whole law: which write each life takes, and the life that follows. */
const table: Record<JournalWrite['kind'], Record<Life | 'absent', Life | undefined>> = {
  create: {
    absent: 'opening',
    opening: undefined,
    open: undefined,
    closed: undefined,
    final: undefined,
  },
  begin: {
    absent: undefined,
    opening: 'open',
    open: undefined,
    closed: undefined,
    final: undefined,
  },
  arm: { absent: undefined, opening: undefined, open: 'open', closed: undefined, final: undefined },
  intend: {
    absent: undefined,
    opening: undefined,
    open: 'open',
    closed: undefined,
    final: undefined,
  },
  'intend-undo': {
    absent: undefined,
    opening: undefined,
    open: undefined,
    closed: 'closed',
    final: undefined,
  },
  settle: { absent: undefined, opening: 'opening', open: 'open', closed: 'closed', final: 'final' },
  close: {
    absent: undefined,
    opening: 'closed',
    open: 'closed',
    closed: undefined,
    final: undefined,
  },
  stick: {
    absent: undefined,
    opening: undefined,
    open: undefined,
    closed: 'closed',
    final: undefined,
  },
  finish: {
    absent: undefined,
    opening: undefined,
    open: undefined,
    closed: 'final',
    final: undefined,
  },
  'reopen-restore': {
    absent: undefined,
    opening: undefined,
    open: undefined,
    closed: undefined,
    final: 'closed',
  },
};

const cells = Object.values(writes).flatMap((write) =>
  (['absent', ...lives] as const).map((life) => ({
    kind: write.kind,
    write,
    life,
    next: table[write.kind][life],
    item: life === 'absent' ? undefined : anItem({ life }),
  })),
);

describe('transition()', () => {
  test.each(cells)('$kind on a run that is $life: $next', ({ write, item, next }) => {
    const answer = transition(item, write);

    expect(answer.written).toBe(next !== undefined);
    if (answer.written) {
      expect(answer.item.life).toBe(next);
      expect(() => RunItem.parse(answer.item)).not.toThrow();
    } else {
      expect(answer.item).toBe(item);
    }
  });

  test('never changes the item it was given', () => {
    for (const { write, item } of cells) {
      const before = structuredClone(item);
      transition(item, write);
      expect(item).toEqual(before);
    }
  });
});

const written = (item: RunItem, write: JournalWrite): RunItem => {
  const answer = transition(item, write);
  expect(answer.written).toBe(true);
  return answer.item!;
};

describe('intend', () => {
  const { intend } = writes;
  test('sets the intent, the attempt and the mutation in one write', () => {
    expect(written(anItem(), intend)).toEqual(
      anItem({ version: 8, intents: { s1: 500 }, pending: ['a1'], lastMutationAt: 500 }),
    );
  });

  test('keeps the first intent of a step, and adds the new attempt', () => {
    const again = written(written(anItem(), intend), { ...intend, attempt: 'a9', at: 600 });

    expect(again).toMatchObject({
      intents: { s1: 500 },
      pending: ['a1', 'a9'],
      lastMutationAt: 600,
    });
  });

  test.each([
    { at: 999, written: true },
    { at: 1000, written: false },
    { at: 1001, written: false },
  ])('at $at with the deadline at 1000: $written', ({ at, written: wanted }) => {
    expect(transition(anItem(), { ...intend, at }).written).toBe(wanted);
  });
});

describe('settle', () => {
  test('takes its own attempt off, and moves the last mutation', () => {
    const item = anItem({ pending: ['a1', 'a2'], lastMutationAt: 400 });

    expect(transition(item, writes.settle).item).toMatchObject({
      pending: ['a2'],
      lastMutationAt: 500,
      version: 8,
    });
  });

  test('that was held up does not take the last mutation back', () => {
    const item = anItem({ pending: ['a1'], lastMutationAt: 600 });
    expect(transition(item, writes.settle).item).toMatchObject({
      pending: [],
      lastMutationAt: 600,
    });
  });

  test('takes no intent back', () => {
    const item = anItem({ intents: { s1: 400 }, pending: ['a1'] });
    expect(transition(item, writes.settle).item?.intents).toEqual({ s1: 400 });
  });
});

describe('arm', () => {
  const { arm } = writes;

  test('sets the times, and may only bring the deadline nearer', () => {
    expect(transition(anItem(), arm).item).toMatchObject({
      injectAt: 600,
      restoreAt: 700,
      deadlineAt: 900,
    });
    expect(transition(anItem(), { ...arm, deadlineAt: 1000 }).written).toBe(true);
    expect(transition(anItem(), { ...arm, deadlineAt: 1001 }).written).toBe(false);
  });

  test('happens once', () => {
    expect(transition(anItem({ restoreAt: 700 }), arm).written).toBe(false);
  });
});

describe('close, finish and reopening', () => {
  test('close says who and when', () => {
    expect(transition(anItem(), writes.close).item).toMatchObject({
      life: 'closed',
      closedBy: 'person',
      closedAt: 500,
      version: 8,
    });
  });

  test.each([6, 8])(
    'finish is refused on version %i of 7: something was written since',
    (version) => {
      const item = anItem({ life: 'closed' });
      expect(transition(item, { ...writes.finish, version }).written).toBe(false);
    },
  );

  test('finish says when', () => {
    const item = anItem({ life: 'closed' });
    expect(transition(item, writes.finish).item).toMatchObject({ life: 'final', finalAt: 500 });
  });

  test('stuck since the first time, with the steps of the last, until it is final', () => {
    const first = written(anItem({ life: 'closed' }), writes.stick);
    const again = written(first, { kind: 'stick', steps: [], at: 800 });

    expect(again).toMatchObject({ stuckSince: 500, stuckSteps: [], version: 7 });
    expect(written(again, writes.finish)).toEqual(anItem({ life: 'final', finalAt: 500 }));
  });

  test('a run taken back waits its quarantine again, and says still who closed it', () => {
    const item = anItem({ life: 'final', closedAt: 300, closedBy: 'workflow' });

    expect(transition(item, writes['reopen-restore']).item).toMatchObject({
      life: 'closed',
      closedAt: 500,
      closedBy: 'workflow',
      version: 8,
    });
  });
});
