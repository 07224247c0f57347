import { at, ofProcess, ofRun, pc } from './layout.ts';
import type { Slot } from './layout.ts';
import type { Leave } from './restorer.ts';
import { sightsOf } from './sights.ts';
import type { World } from './world.ts';
import { stepId, writeNumber } from './writes.ts';

/** One round of sweep.ts, one effect at a time; its looks are those of the restorer. */
export function sweeper(w: World, slot: Slot): void {
  switch (w.of(slot, ofProcess.pc)) {
    case pc.sweep:
      return sweepRun(w, slot);
    case pc.holdAnew:
      return holdAnew(w, slot);
    case pc.recheck:
      return recheck(w, slot);
    case pc.strikeOff:
      return strikeOff(w, slot);
    case pc.reopenLock:
      return reopenLock(w, slot);
    case pc.reopen:
      return reopen(w, slot);
    case pc.orphans:
      return orphans(w, slot);
    case pc.freeOrphan:
      return freeOrphan(w, slot);
  }
}

/** Reads the runs from this one on, to the first with something to do. */
function sweepRun(w: World, slot: Slot): void {
  for (let run = w.of(slot, ofProcess.run); run < w.bounds.runs; run += 1) {
    const task = taskOf(w, run, w.now(slot));
    if (task === 'leave') continue;
    w.begin();
    w.set(slot, ofProcess.run, run);
    w.set(slot, ofProcess.version, w.items.version(w.idOf(run)) + 1);
    beginTask(w, slot, { run, task });
    return w.emit(0, `${slot.name}: reads run ${run + 1}, to ${task}`);
  }
  w.begin();
  endRound(w, slot);
  w.emit(0, `${slot.name}: is through`);
}

function beginTask(w: World, slot: Slot, { run, task }: { run: number; task: string }): void {
  if (task === 'restore') {
    return w.goTo(slot, w.itemOf(run)?.life === 'closed' ? pc.holdAnew : pc.look);
  }
  const steps = w.bounds.steps.findLastIndex((_, step) => hasIntent(w, run, step));
  w.set(slot, ofProcess.step, Math.max(0, steps));
  w.goTo(slot, pc.recheck);
}

/** What the sweeper would do with a run now. */
export function taskOf(w: World, run: number, now: number, state = w.from): string {
  const id = w.idOf(run, state);
  if (id === 0 || state[at.runs + 12 * run + ofRun.struckOff] === 1) return 'leave';
  return w.items.sweepTask(id, now);
}

const hasIntent = (w: World, run: number, step: number): boolean =>
  stepId(step) in (w.itemOf(run)?.intents ?? {});

/** The next run in the same round; the last one ends it. */
export const nextRun: Leave = (w, slot) => {
  const run = w.of(slot, ofProcess.run) + 1;
  if (run < w.bounds.runs) goOn(w, slot, run);
  else endRound(w, slot);
};

/** The round goes on with a run; its Lambda is as old as it was. */
function goOn(w: World, slot: Slot, run: number): void {
  const old = w.of(slot, ofProcess.old);
  w.end(slot, pc.sweep);
  w.set(slot, ofProcess.run, run);
  w.set(slot, ofProcess.old, old);
}

/** restoreUnderLock: of a run that was taken back, the lock is held anew by its later version. */
function holdAnew(w: World, slot: Slot): void {
  const run = w.of(slot, ofProcess.run);
  w.begin();
  const holds = w.drops('no lock fence') || w.takeLock(run, w.of(slot, ofProcess.version));
  if (holds) w.goTo(slot, pc.look);
  else nextRun(w, slot, undefined);
  w.emit(0, `${slot.name}: ${holds ? 'holds' : 'cannot hold'} the lock for run ${run + 1}`);
}

/** leftOf, step by step; what does not answer is tried again next time. */
function recheck(w: World, slot: Slot): void {
  const run = w.of(slot, ofProcess.run);
  const step = w.of(slot, ofProcess.step);
  const takesOver = w.drops('takes over marks') && w.valueOf(0) !== 0;
  if (!hasIntent(w, run, step)) return rechecked(w, slot, { ours: takesOver ? 1 : 0, cost: 0 });
  for (const { kind, cost } of sightsOf(w, run, step)) {
    if (kind === 'unknown') giveUp(w, slot);
    else if (kind === 'ours') rechecked(w, slot, { ours: 1, cost });
    else if (step > 0) nextSight(w, slot, { step: step - 1, cost });
    else rechecked(w, slot, { ours: 0, cost });
  }
}

function giveUp(w: World, slot: Slot): void {
  w.begin();
  nextRun(w, slot, undefined);
  w.emit(0, `${slot.name}: hears nothing`);
}

function nextSight(w: World, slot: Slot, { step, cost }: { step: number; cost: number }): void {
  w.begin();
  w.to[at.stales] = (w.to[at.stales] ?? 0) + cost;
  w.goTo(slot, pc.recheck);
  w.set(slot, ofProcess.step, step);
  w.emit(cost, `${slot.name}: finds step ${step + 1} gone`);
}

function rechecked(w: World, slot: Slot, { ours, cost }: { ours: number; cost: number }): void {
  const run = w.of(slot, ofProcess.run);
  const item = w.itemOf(run);
  if (item === undefined) return;
  const next = w.items.decide.afterRecheck({ ours }, item, w.items.ms(w.now(slot)));
  w.begin();
  w.to[at.stales] = (w.to[at.stales] ?? 0) + cost;
  if (next === 'look again') nextRun(w, slot, undefined);
  else if (next === 'strike off') w.goTo(slot, pc.strikeOff);
  else w.goTo(slot, pc.reopenLock);
  w.emit(cost, `${slot.name}: rechecks run ${run + 1}: ${next}`);
}

/** Only from `final`: a run that was reopened meanwhile stays on the list. */
function strikeOff(w: World, slot: Slot): void {
  const run = w.of(slot, ofProcess.run);
  w.begin();
  if (w.itemOf(run)?.life === 'final') w.setRunByte(run, ofRun.struckOff, 1);
  nextRun(w, slot, undefined);
  w.emit(0, `${slot.name}: strikes run ${run + 1} off`);
}

function reopenLock(w: World, slot: Slot): void {
  const run = w.of(slot, ofProcess.run);
  w.begin();
  if (w.drops('recheck once')) w.setRunByte(run, ofRun.struckOff, 1);
  const holds = w.takeLock(run, w.of(slot, ofProcess.version));
  if (holds) w.goTo(slot, pc.reopen);
  else {
    if (w.drops('recheck gives up')) w.setRunByte(run, ofRun.struckOff, 1);
    nextRun(w, slot, undefined);
  }
  w.emit(0, `${slot.name}: ${holds ? 'takes' : 'cannot take'} the lock for run ${run + 1} again`);
}

function reopen(w: World, slot: Slot): void {
  const run = w.of(slot, ofProcess.run);
  for (const tick of w.times(slot)) {
    const make = () => ({ kind: 'reopen-restore', at: w.items.ms(tick) }) as const;
    const number = writeNumber('reopen-restore', { tick });
    w.write(slot, { run, number, make, says: `takes run ${run + 1} back` }, (_, id) => {
      w.set(slot, ofProcess.version, w.items.version(id) + 1);
      w.goTo(slot, w.items.item(id)?.life === 'closed' ? pc.holdAnew : pc.look);
    });
  }
}

/** releaseOrphans, with which a round begins: the lock's holder, as it is read here. */
function orphans(w: World, slot: Slot): void {
  const run = (w.from[at.lock] ?? 0) - 1;
  if (run < 0 || !isOrphan(w, run)) return sweepRun(w, slot);
  w.begin();
  w.set(slot, ofProcess.run, run);
  w.set(slot, ofProcess.version, w.items.version(w.idOf(run)) + 1);
  w.goTo(slot, pc.freeOrphan);
  w.emit(0, `${slot.name}: finds an orphaned lock`);
}

/** Whether the lock may be freed: its run is final, or, only without rules 1 and 2, there is none. */
export function isOrphan(w: World, run: number, state = w.from): boolean {
  const item = w.items.item(w.idOf(run, state));
  return item === undefined ? w.drops('lock first') : w.items.decide.mayRelease(item);
}

function freeOrphan(w: World, slot: Slot): void {
  const run = w.of(slot, ofProcess.run);
  w.begin();
  w.releaseLock(run, w.of(slot, ofProcess.version));
  goOn(w, slot, 0);
  w.emit(0, `${slot.name}: frees the lock of run ${run + 1}`);
}

function endRound(w: World, slot: Slot): void {
  w.end(slot, pc.sleep);
  w.set(slot, ofProcess.run, 0);
}
