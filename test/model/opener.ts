import type { RunItem } from '../../core/journal.ts';
import { at, ofProcess, ofRun, pc } from './layout.ts';
import type { Slot } from './layout.ts';
import { seenOf } from './resources.ts';
import type { World } from './world.ts';
import { writeNumber } from './writes.ts';

/** The workflow's Lambdas before Inject, one effect at a time. */
export function opener(w: World, slot: Slot): void {
  switch (w.of(slot, ofProcess.pc)) {
    case pc.planEarly:
      return observe(w, slot, pc.idle); // A plan made by people: the run starts when they like.
    case pc.lockEarly:
      return lockEarly(w, slot);
    case pc.create:
      return create(w, slot);
    case pc.lock:
      return lock(w, slot);
    case pc.closeRefused:
      return closeRefused(w, slot);
    case pc.finishRefused:
      return finishRefused(w, slot);
    case pc.observe:
      return observe(w, slot, pc.begin);
    case pc.begin:
      return begin(w, slot);
    case pc.arm:
      return arm(w, slot);
    case pc.setSchedule:
      return setSchedule(w, slot);
  }
}

/** open.ts, createRun. */
function create(w: World, slot: Slot): void {
  const { run } = slot;
  const now = w.now(slot);
  const number = writeNumber('create', { step: run, tick: now });
  const make = () => ({ kind: 'create', item: newItem(w, run, now) }) as const;
  w.write(slot, { run, number, make, says: 'creates the run' }, (written, id) => {
    const existing = w.items.item(id);
    const goesOn = existing !== undefined && w.items.decide.mayContinue(existing, 'execution');
    if (!written && !goesOn) return w.end(slot, pc.off);
    w.set(slot, ofProcess.version, w.items.version(id) + 1);
    if (w.drops('lock first')) w.invoke(slot, pc.observe);
    else w.goTo(slot, pc.lock);
  });
}

const newItem = (w: World, run: number, now: number): RunItem => ({
  runId: `run${run + 1}`,
  execution: 'execution',
  cluster: 'c',
  life: 'opening',
  version: 0,
  openedAt: w.items.ms(now),
  deadlineAt: w.items.ms(now + holdOf(w) + 6),
  intents: {},
  pending: Array.from({ length: w.bounds.pendingBefore ?? 0 }, (_, index) => `junk${index}`),
});

/** open.ts, lockCluster. */
function lock(w: World, slot: Slot): void {
  w.begin();
  const has = w.takeLock(slot.run, w.of(slot, ofProcess.version));
  if (has) w.invoke(slot, w.drops('plan before lock') ? pc.begin : pc.observe);
  else w.goTo(slot, pc.closeRefused);
  w.emit(0, `${slot.name}: ${has ? 'takes the lock' : 'finds the lock held'}`);
}

function lockEarly(w: World, slot: Slot): void {
  w.begin();
  if (w.takeLock(slot.run, 1)) w.goTo(slot, pc.create);
  else w.end(slot, pc.off);
  w.emit(0, `${slot.name}: takes the lock before its run is there`);
}

function closeRefused(w: World, slot: Slot): void {
  const { run } = slot;
  for (const tick of w.times(slot)) {
    const make = () => ({ kind: 'close', by: 'workflow', at: w.items.ms(tick) }) as const;
    const number = writeNumber('close', { tick });
    w.write(slot, { run, number, make, says: 'closes its refused run' }, () => {
      w.goTo(slot, pc.finishRefused);
    });
  }
}

/** The read before it is one with it: a write between the two would only make it fail. */
function finishRefused(w: World, slot: Slot): void {
  const { run } = slot;
  const tick = w.now(slot);
  const version = w.items.version(w.idOf(run));
  const make = () => ({ kind: 'finish', version, at: w.items.ms(tick) }) as const;
  const number = writeNumber('finish', { slot: version, tick });
  w.write(slot, { run, number, make, says: 'finishes its refused run' }, () => w.end(slot, pc.off));
}

/** decide.ts: the inventory; another run's mark refuses. Storing the plan changes nothing for others. */
function observe(w: World, slot: Slot, next: number): void {
  const { run } = slot;
  const life = w.itemOf(run)?.life;
  if (next === pc.begin && (life === 'closed' || life === 'final'))
    return stop(w, slot, 'is closed');
  observeFrom(w, slot, { resource: 0, seen: [], cost: 0, next });
}

interface Observed {
  readonly resource: number;
  readonly seen: readonly number[];
  readonly cost: number;
  readonly next: number;
}

function observeFrom(w: World, slot: Slot, { resource, seen, cost, next }: Observed): void {
  const used = new Set(w.bounds.steps.flatMap((target) => (target === 'host' ? [] : target)));
  if (resource === 3) return planned(w, slot, { resource, seen, cost, next });
  const values = used.has(resource) ? seenOf(w, resource) : [0];
  for (const [index, value] of values.entries()) {
    if (index > 0 && cost > 0) continue;
    const more = {
      resource: resource + 1,
      seen: [...seen, value],
      cost: cost + (index && 1),
      next,
    };
    observeFrom(w, slot, more);
  }
}

function planned(w: World, slot: Slot, { seen, cost, next }: Observed): void {
  const { run } = slot;
  const isForeign = seen.some((value) => value !== 0 && value !== 3 && value !== run + 1);
  if (isForeign && !w.drops('plan before lock')) return stop(w, slot, 'sees a mark of another run');
  w.begin();
  w.to[at.stales] = (w.to[at.stales] ?? 0) + cost;
  if (w.runByte(run, ofRun.planned) === 0) {
    for (const [index, value] of seen.entries()) w.setRunByte(run, ofRun.originals + index, value);
    w.setRunByte(run, ofRun.planned, 1);
  }
  w.goTo(slot, next);
  w.emit(cost, `${slot.name}: observes ${seen.join(' ')}${cost > 0 ? ', stale' : ''}, plans`);
}

/** Its Lambda fails, and with it what led to Inject. */
export function stop(w: World, slot: Slot, says: string): void {
  w.begin();
  w.end(slot, pc.off);
  w.emit(0, `${slot.name}: ${says}, stops`);
}

/** decide.ts, begin. */
function begin(w: World, slot: Slot): void {
  const { run } = slot;
  const make = () => ({ kind: 'begin', at: w.items.ms(w.now(slot)) }) as const;
  w.write(slot, { run, number: writeNumber('begin', {}), make, says: 'begins' }, (written, id) => {
    if (!written && w.items.item(id)?.life !== 'open') return w.end(slot, pc.off);
    w.invoke(slot, pc.arm);
  });
}

/** In ticks; a run may last six more, and one more than that once it is armed. */
const holdOf = ({ bounds }: World): number => bounds.hold ?? 2;

/** arm.ts, fixTimes: set once, and the deadline only nearer. */
function arm(w: World, slot: Slot): void {
  const { run } = slot;
  const now = w.now(slot);
  const restoreAt = now + holdOf(w);
  const { deadlineAt = 0 } = w.itemOf(run) ?? {};
  const make = () =>
    ({
      kind: 'arm',
      injectAt: w.items.ms(now),
      restoreAt: w.items.ms(restoreAt),
      deadlineAt: Math.min(deadlineAt, w.items.ms(restoreAt + 1)),
    }) as const;
  w.write(slot, { run, number: writeNumber('arm', { tick: now }), make, says: 'arms' }, (_, id) => {
    const item = w.items.item(id);
    const goesOn = item?.life === 'open' && item.restoreAt !== undefined;
    if (goesOn) w.goTo(slot, pc.setSchedule);
    else w.end(slot, pc.off);
  });
}

/** arm.ts: the one-time schedule, for the deadline. */
function setSchedule(w: World, slot: Slot): void {
  const { run } = slot;
  w.begin();
  const deadline = (w.itemOf(run)?.deadlineAt ?? 0) / w.items.tickMs;
  if (w.bounds.waysOut.includes('schedule')) w.setRunByte(run, ofRun.schedule, deadline + 1);
  w.invoke(slot, firstOfStep(w));
  w.emit(0, `${slot.name}: sets the schedule`);
}

/** Where Inject begins with a step. */
export const firstOfStep = (w: World): number =>
  w.drops('check, then intent') ? pc.check : pc.intend;
