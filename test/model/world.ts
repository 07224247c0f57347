/**
 * What the model's processes share: the bytes of the state they act on, the journal, the lock, and the
 * resources. Each step of a process is: `begin` a copy, change it, `emit` it with its cost.
 */
import type { JournalWrite, RunItem } from '../../core/journal.ts';
import type { Bounds, Property, Switch } from './bounds.ts';
import { Items } from './items.ts';
import { at, bytesOf, ofProcess, ofResource, ofRun, pc, slotsOf } from './layout.ts';
import type { Slot } from './layout.ts';
import type { Emit } from './search.ts';
import { canonical } from './canonical.ts';

/** Other party's own change of a resource; 1 and 2 are the runs' marks, 0 is as it was. */
export const theirs = 3;

/** What a call came to, as its caller knows it. */
export type Answer = 'done' | 'refused' | 'unknown';

const allChecks: readonly Property[] = [
  'restores without lock',
  'off at the end',
  'undoes another',
  'acts without lock',
  'clean reported, off',
  'never ends',
];

export class World {
  readonly bounds: Bounds;
  readonly items: Items;
  readonly slots: readonly Slot[];
  /** The state that is expanded. */
  from: Uint8Array;
  /** Its successor in the making. */
  readonly to: Uint8Array;
  broken: Property | undefined;
  readonly #checks: ReadonlySet<Property>;
  readonly #without: ReadonlySet<Switch>;
  #sink: Emit = () => {};
  #shut = false;

  constructor(bounds: Bounds) {
    this.bounds = bounds;
    this.items = new Items(bounds);
    this.slots = slotsOf(bounds);
    this.from = new Uint8Array(bytesOf(this.slots));
    this.to = new Uint8Array(this.from.length);
    this.#checks = new Set(bounds.checks ?? allChecks);
    this.#without = new Set(bounds.without);
  }

  /** Sets out from a state. */
  open(from: Uint8Array, sink: Emit): void {
    this.from = from;
    this.#sink = sink;
    this.broken = undefined;
    this.#shut = false;
  }

  begin(): Uint8Array {
    this.to.set(this.from);
    return this.to;
  }

  /** Hands over the successor, unless an earlier one has broken a property already. */
  emit(cost: number, label: string): void {
    if (this.#shut) return;
    canonical(this);
    this.#sink(this.to, cost, label);
    this.#shut = this.broken !== undefined;
  }

  breaks(property: Property): void {
    if (!this.#shut && this.#checks.has(property)) this.broken ??= property;
  }

  drops(rule: Switch): boolean {
    return this.#without.has(rule);
  }

  /** A byte of a process, as the step began. */
  of(slot: Slot, field: number): number {
    return this.from[slot.base + field] ?? 0;
  }

  /** What a process's own clock says. */
  now(slot: Slot): number {
    const { injector = 0, restorers = 0 } = this.bounds.skew ?? {};
    const isInjector = slot.kind === 'injector' || slot.kind === 'retry';
    return (this.from[at.now] ?? 0) + (isInjector ? injector : restorers);
  }

  /** Times that a write may bear: one that was held up since the tick before may have read its clock then. */
  times(slot: Slot): number[] {
    const now = this.now(slot);
    return (this.of(slot, ofProcess.stalled) & 1) === 1 ? [now, now - 1] : [now];
  }

  idOf(run: number, state = this.from): number {
    const base = at.runs + 12 * run + ofRun.item;
    return (state[base] ?? 0) | ((state[base + 1] ?? 0) << 8);
  }

  itemOf(run: number): RunItem | undefined {
    return this.items.item(this.idOf(run));
  }

  setItem(run: number, id: number): void {
    const base = at.runs + 12 * run + ofRun.item;
    this.to[base] = id & 255;
    this.to[base + 1] = id >> 8;
  }

  runByte(run: number, field: number): number {
    return this.from[at.runs + 12 * run + field] ?? 0;
  }

  setRunByte(run: number, field: number, value: number): void {
    this.to[at.runs + 12 * run + field] = value;
  }

  /** Comes to another point; whatever it was held up at is behind it. */
  goTo(slot: Slot, next: number): void {
    this.to[slot.base + ofProcess.pc] = next;
    this.to[slot.base + ofProcess.stalled] = 0;
  }

  set(slot: Slot, field: number, value: number): void {
    this.to[slot.base + field] = value;
  }

  /** A new Lambda begins. */
  invoke(slot: Slot, next: number): void {
    const { base } = slot;
    const run = this.to[base + ofProcess.run] ?? 0;
    this.to.fill(0, base, base + 12);
    this.to[base + ofProcess.run] = run;
    this.to[base + ofProcess.pc] = next;
  }

  /** It is over, or waits for the next: nothing that it knew counts any more. */
  end(slot: Slot, next: number, wake = 0): void {
    this.abandon(slot);
    this.invoke(slot, next);
    this.to[slot.base + ofProcess.wake] = wake;
  }

  /** What this process would have settled stays pending for ever. */
  abandon(slot: Slot): void {
    const run = this.of(slot, ofProcess.run);
    const id = this.idOf(run, this.to);
    this.setItem(run, this.items.abandon(id, attemptName(slot), slot.index));
  }

  /**
   * One conditional write, with all that may become of it: it is decided; or it wins and its answer is lost,
   * so that the SDK repeats it, is refused, and knows its own signature on the item.
   */
  write(
    slot: Slot,
    {
      run,
      number,
      make,
      says,
    }: { run: number; number: number; make: () => JournalWrite; says: string },
    then: (written: boolean, id: number) => void,
  ): void {
    const label = `${slot.name}: ${says}`;
    if ((this.of(slot, ofProcess.stalled) & repeats) !== 0)
      return this.#repeat(slot, { run, label }, then);
    this.begin();
    const { id, written } = this.items.write(this.idOf(run), number, make);
    this.#store(run, id);
    then(written, id);
    this.emit(0, label);
    const { lostWrites = 0 } = this.bounds;
    if (!written || (this.from[at.lostWrites] ?? 0) >= lostWrites) return;
    this.begin();
    this.#store(run, id);
    this.to[at.lostWrites] = (this.to[at.lostWrites] ?? 0) + 1;
    this.set(slot, ofProcess.stalled, this.of(slot, ofProcess.stalled) | repeats);
    this.emit(1, `${label}; it wins, its answer is lost`);
  }

  /** A run that is not final is on the sweeper's list, by the same write. */
  #store(run: number, id: number): void {
    this.setItem(run, id);
    if (this.items.item(id)?.life !== 'final') this.setRunByte(run, ofRun.struckOff, 0);
  }

  #repeat(
    slot: Slot,
    { run, label }: { run: number; label: string },
    then: (written: boolean, id: number) => void,
  ): void {
    this.begin();
    this.set(slot, ofProcess.stalled, this.of(slot, ofProcess.stalled) & ~repeats);
    then(!this.drops('repeat counts as lost'), this.idOf(run));
    this.emit(0, `${label}, repeated`);
  }

  /** Takes the lock if it is free or the run's own; answers whether the run holds it then. */
  takeLock(run: number, version: number): boolean {
    const holder = this.to[at.lock] ?? 0;
    if (holder !== 0 && holder !== run + 1) return false;
    const fence = holder === 0 ? version : Math.max(version, this.to[at.fence] ?? 0);
    this.to[at.lock] = run + 1;
    this.to[at.fence] = this.drops('no lock fence') ? 1 : fence;
    return true;
  }

  releaseLock(run: number, version: number): void {
    const isFenced = !this.drops('no lock fence') && (this.to[at.fence] ?? 0) > version;
    if (this.to[at.lock] !== run + 1 || isFenced) return;
    this.to[at.lock] = 0;
    this.to[at.fence] = 0;
  }

  valueOf(resource: number, state = this.from): number {
    return state[at.resources + 3 * resource + ofResource.value] ?? 0;
  }

  setValue(resource: number, value: number): void {
    const base = at.resources + 3 * resource;
    this.to[base + ofResource.value] = value;
    this.to[base + ofResource.held] = (this.to[base + ofResource.held] ?? 0) | (1 << value);
  }
}

/** Bit of `stalled`: a write whose answer was lost is made again. */
const repeats = 2;

/** Attempts are told apart by who makes them: nobody makes two at once. */
export const attemptName = ({ index }: Slot): string => `a${index}`;

/** Whether a process has anything to do now. */
export function isReady(state: Uint8Array, { base }: Slot): boolean {
  const point = state[base] ?? 0;
  return point !== pc.idle && point !== pc.off && point !== pc.sleep && point !== pc.awaitHost;
}
