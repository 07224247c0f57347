import { lastLookFrom } from '../../core/journal.ts';
import type { JournalWrite, RunItem } from '../../core/journal.ts';
import { recheckMs } from '../../core/protocol.ts';
import { most } from './bounds.ts';
import type { Bounds } from './bounds.ts';
import { decisions } from './decisions.ts';
import type { Decisions } from './decisions.ts';

/** A write's answer: the item's number afterwards. */
export interface Written {
  readonly id: number;
  readonly written: boolean;
}

/** A lookup that never forgets; the functions behind it are pure. */
const remembered = <Value>(): ((key: number, make: () => Value) => Value) => {
  const known = new Map<number, Value>();
  return (key, make) => {
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = make();
    known.set(key, value);
    return value;
  };
};

/**
 * The run items of a search, each a number. The real `transition` and the real decisions are asked once for
 * each different question, and their answers remembered.
 *
 * Two items that no decision can tell apart are one: when a step was intended does not matter but that it
 * was; nor who closed the run. Attempts whose owner is gone are called `lost` together: they are pending for
 * ever, and only whether any is pending counts.
 */
export class Items {
  readonly decide: Decisions;
  readonly tickMs: number;
  readonly #quarantine: { readonly troubledMs: number; readonly settledMs: number };
  readonly #items: RunItem[] = [];
  readonly #versions: number[] = [];
  readonly #ids = new Map<string, number>();
  readonly #writes = remembered<Written>();
  readonly #versioned = remembered<number>();
  readonly #abandoned = remembered<number>();
  readonly #late = remembered<boolean | undefined>();
  readonly #swept = remembered<string>();
  readonly #from = remembered<number>();
  readonly #aged = remembered<number>();
  readonly #longest: { readonly troubledMs: number; readonly settledMs: number };

  constructor({ shortcut = false, recheckTicks = 4, quarantine, ...bounds }: Bounds) {
    this.decide = { ...decisions, ...bounds.decisions };
    this.tickMs = recheckMs / recheckTicks;
    const { troubled, settled } = quarantine ?? { troubled: 3, settled: shortcut ? 1 : 3 };
    const longest = Math.max(troubled, settled) * this.tickMs;
    this.#longest = { troubledMs: longest, settledMs: longest };
    this.#quarantine = { troubledMs: troubled * this.tickMs, settledMs: settled * this.tickMs };
  }

  /** How many different items were met. */
  get count(): number {
    return this.#items.length;
  }

  item(id: number): RunItem | undefined {
    return this.#items[id - 1];
  }

  version(id: number): number {
    return this.#versions[id - 1] ?? 0;
  }

  intern(item: RunItem): number {
    const { closedBy, execution, openedAt, injectAt, ...rest } = item;
    const intents = Object.fromEntries(
      Object.keys(item.intents)
        .toSorted()
        .map((step) => [step, 0]),
    );
    const plain: RunItem = {
      ...rest,
      execution: 'execution',
      openedAt: 0,
      intents,
      pending: item.pending.toSorted(),
    };
    const key = JSON.stringify(plain, Object.keys({ ...plain, ...intents }).toSorted());
    const found = this.#ids.get(key);
    if (found !== undefined) return found;
    this.#items.push(plain);
    this.#versions.push(plain.version);
    this.#ids.set(key, this.#items.length);
    if (this.#items.length > 65_535) throw new Error('Cannot number more than 65,535 run items');
    return this.#items.length;
  }

  /** The write's own number is unique among the writes that one item can get: kind, step, attempt, time. */
  write(id: number, number: number, write: () => JournalWrite): Written {
    return this.#writes(id * 65_536 + number, () => {
      const answer = this.decide.transition(this.item(id), write());
      return {
        id: answer.item === undefined ? 0 : this.intern(answer.item),
        written: answer.written,
      };
    });
  }

  withVersion(id: number, version: number): number {
    if (this.version(id) === version) return id;
    return this.#versioned(id * 256 + version, () => this.#changed(id, () => ({ version })));
  }

  /**
   * The item as it counts from a tick on: where every look from now on is late already, it does not matter
   * since when. The real `lastLookFrom` says so, of the item with its waits as they are.
   */
  aged(id: number, now: number): number {
    return this.#aged(id * 256 + now, () => {
      const item = this.#known(id);
      const isOver = item.life === 'closed' || item.life === 'final';
      const from = lastLookFrom(item, this.#longest);
      if (!isOver || (from ?? 0) >= this.ms(now)) return id;
      const { lastMutationAt, ...rest } = item;
      return this.intern({ ...rest, closedAt: 0 });
    });
  }

  /** The owner of an attempt is gone: nobody will settle it. */
  abandon(id: number, attempt: string, number: number): number {
    if (id === 0) return 0;
    return this.#abandoned(id * 256 + number, () =>
      this.#changed(id, ({ pending }) => ({
        pending: [...new Set(pending.map((one) => (one === attempt ? 'lost' : one)))],
      })),
    );
  }

  /** Any change at all; for what stands outside the journal's rules. */
  edited(id: number, change: (item: RunItem) => Partial<RunItem>): number {
    return this.#changed(id, change);
  }

  /** What a restorer does: undefined to release, else whether its look is late. */
  isLate(id: number, beganAt: number): boolean | undefined {
    return this.#late(id * 256 + beganAt, () => {
      const task = this.decide.restoreTask(this.#known(id), this.ms(beganAt), this.#quarantine);
      return task.kind === 'release' ? undefined : task.isLate;
    });
  }

  sweepTask(id: number, now: number): string {
    return this.#swept(id * 256 + now, () => this.decide.sweepTask(this.#known(id), this.ms(now)));
  }

  /** When to look again, in ticks; mirrors `nextLookAt` of the engine for a look that found nothing. */
  wakeAt(id: number, now: number, ours: boolean): number {
    const from = this.#from(id, () => this.#firstLate(id));
    return Math.max(
      now + 1,
      ours ? now + Math.ceil(this.#quarantine.settledMs / this.tickMs) + 1 : from,
    );
  }

  #firstLate(id: number): number {
    for (let tick = 0; tick < most.ticks; tick += 1)
      if (this.isLate(id, tick) === true) return tick;
    return 0;
  }

  ms(tick: number): number {
    return tick * this.tickMs;
  }

  #known(id: number): RunItem {
    const item = this.item(id);
    if (item === undefined) throw new Error(`Cannot decide on item ${id} as it must be known`);
    return item;
  }

  #changed(id: number, change: (item: RunItem) => Partial<RunItem>): number {
    const item = this.#known(id);
    return this.intern({ ...item, ...change(item) });
  }
}
