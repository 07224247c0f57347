import type { Answer, World } from './world.ts';
import { at, ofFlight, ofHost, ofProcess, pc } from './layout.ts';
import type { Slot } from './layout.ts';
import { addFlight, checkAct, land } from './resources.ts';

/** One call on the world: 1 applies a step, 2 undoes it. */
export interface Call {
  readonly kind: 1 | 2;
  readonly run: number;
  readonly step: number;
}

/** Stands for the host where a flight names a resource. */
const hostResource = 3;

/**
 * Makes a call, with all that may become of it: it acts and says so; it is refused; it acts and the answer
 * is lost; it acts later, or never, and its caller hears nothing; of a batch, a part acts.
 */
export function call(
  w: World,
  slot: Slot,
  { kind, run, step }: Call,
  then: (answer: Answer) => void,
): void {
  const target = w.bounds.steps[step] ?? [];
  const label = `${slot.name}: ${kind === 1 ? 'apply' : 'undo'} ${step}`;
  if (target === 'host') return callHost(w, slot, { kind, run, step }, then);
  w.begin();
  for (const resource of target) land(w, { kind, run, resource });
  then('done');
  w.emit(0, label);
  if ((w.from[at.faults] ?? 0) >= (w.bounds.callFaults ?? 0)) return;
  failing(w, () => then('refused'), `${label}; refused`);
  failing(
    w,
    () => (target.forEach((one) => land(w, { kind, run, resource: one })), then('unknown')),
    `${label}; answer lost`,
  );
  failing(
    w,
    () => (target.forEach((one) => addFlight(w, { kind, run, resource: one })), then('unknown')),
    `${label}; on its way`,
  );
  if (target.length < 2) return;
  for (const part of target) {
    for (const answer of ['refused', 'unknown'] as const) {
      failing(
        w,
        () => (land(w, { kind, run, resource: part }), then(answer)),
        `${label}; only of ${part}, ${answer}`,
      );
    }
  }
}

function failing(w: World, change: () => void, label: string): void {
  w.begin();
  w.to[at.faults] = (w.to[at.faults] ?? 0) + 1;
  change();
  w.emit(1, label);
}

/** By SSM: cut.sh runs by itself, and its caller waits for it; restore.sh is over in one go. */
function callHost(
  w: World,
  slot: Slot,
  { kind, run, step }: Call,
  then: (answer: Answer) => void,
): void {
  const label = `${slot.name}: ${kind === 1 ? 'cut.sh' : 'restore.sh'} ${step}`;
  const begun = (): boolean => (kind === 1 ? deliver(w, run) : restoreHost(w, run));
  w.begin();
  const acts = begun();
  if (kind === 1 && acts) w.goTo(slot, pc.awaitHost);
  else then(acts ? 'done' : 'unknown');
  w.emit(0, label);
  if ((w.from[at.faults] ?? 0) >= (w.bounds.callFaults ?? 0)) return;
  failing(w, () => then('refused'), `${label}; not delivered`);
  failing(w, () => (begun(), then('unknown')), `${label}; answer lost`);
  failing(
    w,
    () => (addFlight(w, { kind, run, resource: hostResource }), then('unknown')),
    `${label}; on its way`,
  );
}

/** Whatever is on its way may arrive now. */
export function landings(w: World): void {
  for (let base = at.flights; base < at.processes; base += 4) {
    const kind = w.from[base + ofFlight.kind] ?? 0;
    if (kind === 0) continue;
    const [run = 0, resource = 0] = w.from.subarray(base + ofFlight.run, base + ofFlight.until);
    w.begin();
    w.to.fill(0, base, base + 4);
    if (resource !== hostResource) land(w, { kind, run, resource });
    else if (kind === 1) deliver(w, run);
    else restoreHost(w, run);
    w.emit(0, `a late ${kind === 1 ? 'apply' : 'undo'} of run ${run + 1} lands`);
  }
}

const hostByte = (w: World, field: number): number => w.to[at.host + field] ?? 0;

function setHost(w: World, field: number, value: number): void {
  w.to[at.host + field] = value;
}

/** cut.sh starts, unless one of the run is at it. */
function deliver(w: World, run: number): boolean {
  const cut = w.slots.find((slot) => slot.kind === 'cut' && slot.run === run);
  if (cut === undefined) return false;
  const point = w.to[cut.base] ?? 0;
  if (point !== pc.idle && point !== pc.off) return false;
  w.to[cut.base + ofProcess.run] = run;
  w.goTo(cut, pc.delivered);
  return true;
}

/** restore.sh: waits for the run's file lock, in vain if it is held; leaves a tombstone. */
export function tombstone(w: World, run: number): boolean {
  const bit = 1 << run;
  if ((hostByte(w, ofHost.lockedBy) & bit) !== 0) return false;
  setHost(w, ofHost.tombstones, hostByte(w, ofHost.tombstones) | bit);
  return true;
}

function restoreHost(w: World, run: number): boolean {
  if (!tombstone(w, run)) return false;
  setHost(w, ofHost.chains, hostByte(w, ofHost.chains) & ~(1 << run));
  return true;
}

/** cut.sh: under the lock it checks tombstone and restoreAt, arms the timer, and then applies. */
export function stepCut(w: World, slot: Slot): void {
  if (w.of(slot, ofProcess.pc) === pc.delivered) checkOnHost(w, slot);
  else applyOnHost(w, slot);
}

function restoreTick(w: World, run: number): number {
  return (w.itemOf(run)?.restoreAt ?? 0) / w.items.tickMs;
}

function checkOnHost(w: World, slot: Slot): void {
  const { run } = slot;
  const bit = 1 << run;
  const isLate = (w.from[at.now] ?? 0) >= restoreTick(w, run);
  w.begin();
  const isBuried = !w.drops('no tombstone') && (hostByte(w, ofHost.tombstones) & bit) !== 0;
  if (isBuried || (isLate && !w.drops('no deadline check on the host'))) {
    tell(w, slot, 2);
    return w.emit(0, `${slot.name}: refuses`);
  }
  if (!w.drops('no file lock on the host')) {
    setHost(w, ofHost.lockedBy, hostByte(w, ofHost.lockedBy) | bit);
  }
  // One shot: set for an instant that is over, it never fires.
  if (!isLate) setHost(w, ofHost.timers, hostByte(w, ofHost.timers) | bit);
  w.goTo(slot, pc.apply);
  w.emit(0, `${slot.name}: checks, arms its timer`);
}

function applyOnHost(w: World, slot: Slot): void {
  const { run } = slot;
  const bit = 1 << run;
  w.begin();
  checkAct(w, run);
  setHost(w, ofHost.chains, hostByte(w, ofHost.chains) | bit);
  setHost(w, ofHost.lockedBy, hostByte(w, ofHost.lockedBy) & ~bit);
  tell(w, slot, 1);
  fireIfDue(w, run, w.from[at.now] ?? 0);
  w.emit(0, `${slot.name}: applies`);
}

/** The script ends; whoever waits for it hears of it. */
function tell(w: World, slot: Slot, answer: number): void {
  w.goTo(slot, pc.off);
  for (const waiting of w.slots) {
    if (waiting.run !== slot.run || w.to[waiting.base] !== pc.awaitHost) continue;
    w.goTo(waiting, pc.settle);
    w.set(waiting, ofProcess.answer, answer);
  }
}

/** The timer on the host fires at restoreAt, or when the file lock is free again. */
export function fireIfDue(w: World, run: number, now: number): void {
  const bit = 1 << run;
  const timer = w.slots.find((slot) => slot.kind === 'timer' && slot.run === run);
  if (timer === undefined || (hostByte(w, ofHost.timers) & bit) === 0) return;
  if ((hostByte(w, ofHost.lockedBy) & bit) !== 0 || restoreTick(w, run) > now) return;
  setHost(w, ofHost.timers, hostByte(w, ofHost.timers) & ~bit);
  w.to[timer.base + ofProcess.run] = run;
  w.goTo(timer, pc.fired);
}

/** The timer's restore.sh; waits for the file lock as any. */
export function stepTimer(w: World, slot: Slot): void {
  w.begin();
  if (restoreHost(w, slot.run)) w.goTo(slot, pc.off);
  else {
    setHost(w, ofHost.timers, hostByte(w, ofHost.timers) | (1 << slot.run));
    w.goTo(slot, pc.idle);
  }
  w.emit(0, `${slot.name}: restores`);
}
