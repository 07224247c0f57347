import { fireIfDue } from './calls.ts';
import { at, ofFlight, ofHost, ofProcess, ofResource, ofRun, pc } from './layout.ts';
import type { Slot } from './layout.ts';
import { isOrphan, taskOf } from './sweeper.ts';
import { isReady } from './world.ts';
import type { World } from './world.ts';

/** Until when run 2 may start. */
const run2By = ({ bounds }: World): number => bounds.run2By ?? 9;

/** The last tick of a search. */
export const horizonOf = ({ bounds }: World): number => bounds.horizon ?? 40;

/**
 * A tick passes. Whoever has something to do is held up over it, which costs one each; whoever was held up
 * before in the same Lambda is at its life's end. Sleepers, schedules, timers and the sweeper wake on time.
 */
export function tick(w: World): void {
  const now = (w.from[at.now] ?? 0) + 1;
  if (now > horizonOf(w) || mustRestoreFirst(w)) return;
  w.begin();
  w.to[at.now] = now;
  let cost = 0;
  const hasWork = now % (w.bounds.sweepEvery ?? 2) === 0 && sweepIsDue(w, now);
  let wakesSweeper = hasWork;
  for (const slot of w.slots) {
    if (isReady(w.from, slot)) cost += 1;
    age(w, slot, now);
    if (wake(w, slot, { now, wakesSweeper })) wakesSweeper = false;
    else if (slot.kind === 'sweeper' && w.bounds.sweepers !== 2) wakesSweeper = false;
  }
  expire(w, now);
  for (let run = 0; run < w.bounds.runs; run += 1) {
    const id = w.idOf(run, w.to);
    if (id !== 0) w.setItem(run, w.items.aged(id, now));
  }
  w.emit(cost, `tick ${now}`);
}

function mustRestoreFirst(w: World): boolean {
  if (w.bounds.workflowRestores !== true) return false;
  return w.slots.some(
    (slot) => isWorkflow(slot) && w.from[slot.base] === pc.idle && isOverdue(w, slot),
  );
}

const isWorkflow = ({ kind, by }: Slot): boolean => kind === 'restorer' && by === 'workflow';

/** Past the tick after its deadline. */
function isOverdue(w: World, { run }: Slot): boolean {
  const { deadlineAt } = w.itemOf(run) ?? {};
  return deadlineAt !== undefined && (w.from[at.now] ?? 0) > deadlineAt / w.items.tickMs;
}

function age(w: World, slot: Slot, now: number): void {
  const point = w.from[slot.base] ?? 0;
  const isScript = slot.kind === 'cut' || slot.kind === 'timer';
  if (isScript || (!isReady(w.from, slot) && point !== pc.awaitHost)) return;
  if (w.of(slot, ofProcess.old) === 1) return timeOut(w, slot, now);
  w.set(slot, ofProcess.old, 1);
  if (point !== pc.awaitHost) w.set(slot, ofProcess.stalled, w.of(slot, ofProcess.stalled) | 1);
}

/** The Lambda is killed. A machine invokes it again; the sweeper has its next round; Inject has failed. */
function timeOut(w: World, slot: Slot, now: number): void {
  if (slot.kind === 'restorer') return w.end(slot, pc.sleep, now);
  w.end(slot, slot.kind === 'sweeper' ? pc.sleep : pc.off);
  if (slot.kind === 'sweeper') w.set(slot, ofProcess.run, 0);
}

/** Whether it was the sweeper that woke. */
function wake(
  w: World,
  slot: Slot,
  { now, wakesSweeper }: { now: number; wakesSweeper: boolean },
): boolean {
  const point = w.to[slot.base] ?? 0;
  switch (slot.kind) {
    case 'restorer':
      wakeRestorer(w, slot, now);
      return false;
    case 'injector':
      if (point === pc.idle && now > run2By(w)) w.goTo(slot, pc.off);
      return false;
    case 'timer':
      fireIfDue(w, slot.run, now);
      return false;
    case 'sweeper':
      if (!wakesSweeper || point !== pc.sleep) return false;
      w.invoke(slot, pc.orphans);
      return true;
    default:
      return false;
  }
}

function wakeRestorer(w: World, slot: Slot, now: number): void {
  const point = w.to[slot.base] ?? 0;
  if (point === pc.sleep && (w.to[slot.base + ofProcess.wake] ?? 0) <= now) w.invoke(slot, pc.look);
  if (point !== pc.idle) return;
  if (slot.by === 'workflow' && isOverdue(w, slot)) w.goTo(slot, pc.off);
  const due = w.runByte(slot.run, ofRun.schedule);
  if (slot.by === 'schedule' && due !== 0 && due - 1 <= now) w.invoke(slot, pc.look);
}

function expire(w: World, now: number): void {
  for (let base = at.flights; base < at.processes; base += 4) {
    if ((w.to[base + ofFlight.until] ?? 0) < now) w.to.fill(0, base, base + 4);
  }
  for (let base = at.resources; base < at.host; base += 3) {
    w.to[base + ofResource.heldBefore] = w.to[base + ofResource.held] ?? 0;
    w.to[base + ofResource.held] = 1 << (w.to[base + ofResource.value] ?? 0);
  }
}

/** Whether a round of the sweeper beginning now would do anything at all. */
function sweepIsDue(w: World, now: number): boolean {
  const holder = w.from[at.lock] ?? 0;
  if (holder !== 0 && isOrphan(w, holder - 1)) return true;
  for (let run = 0; run < w.bounds.runs; run += 1) if (taskOf(w, run, now) !== 'leave') return true;
  return false;
}

/** Whether nothing can happen any more but by a new adversity. */
export function isQuiet(w: World): boolean {
  const { from, bounds } = w;
  if ((from[at.now] ?? 0) < (bounds.unreachableUntil ?? 0)) return false;
  if (w.slots.some((slot) => isReady(from, slot) || isWaiting(w, slot))) return false;
  for (let base = at.flights; base < at.processes; base += 4) if (from[base] !== 0) return false;
  if (from[at.host + ofHost.timers] !== 0) return false;
  return !bounds.waysOut.includes('sweeper') || !sweeperHasMore(w);
}

function isWaiting(w: World, slot: Slot): boolean {
  const point = w.from[slot.base] ?? 0;
  const hasRun = w.idOf(slot.run) !== 0;
  switch (slot.kind) {
    case 'injector':
      return point === pc.idle || point === pc.awaitHost;
    case 'retry':
      return point === pc.awaitHost;
    case 'restorer':
      if (point === pc.sleep) return true;
      if (point !== pc.idle) return false;
      return slot.by === 'workflow' ? hasRun : w.runByte(slot.run, ofRun.schedule) !== 0;
    default:
      return false;
  }
}

function sweeperHasMore(w: World): boolean {
  const holder = w.from[at.lock] ?? 0;
  if (holder !== 0 && isOrphan(w, holder - 1)) return true;
  for (let run = 0; run < w.bounds.runs; run += 1) {
    const item = w.itemOf(run);
    if (item === undefined || w.runByte(run, ofRun.struckOff) === 1) continue;
    if (item.life !== 'final' || taskOf(w, run, w.from[at.now] ?? 0) !== 'leave') return true;
  }
  return false;
}
