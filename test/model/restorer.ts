import { call, tombstone } from './calls.ts';
import { at, ofProcess, ofRun, pc } from './layout.ts';
import type { Slot } from './layout.ts';
import { isInForce, sightsOf } from './sights.ts';
import type { Sight } from './sights.ts';
import { settleAttempt } from './settle.ts';
import { attemptName } from './world.ts';
import type { Answer, World } from './world.ts';
import { stepId, writeNumber } from './writes.ts';

/** What a look leads to when it is over; a machine sleeps or ends, the sweeper goes on to the next run. */
export type Leave = (w: World, slot: Slot, wakeAt: number | undefined) => void;

/** Bit of `late`: what the clock said is settled. */
const chosen = 4;

/** One look of restore.ts, one effect at a time. */
export function restorer(w: World, slot: Slot, leave: Leave): void {
  switch (w.of(slot, ofProcess.pc)) {
    case pc.look:
      return look(w, slot, leave);
    case pc.describe:
      return describe(w, slot, leave);
    case pc.intendUndo:
      return intendUndo(w, slot, leave);
    case pc.sendUndo:
      return sendUndo(w, slot, leave);
    case pc.settleUndo:
      return settleAttempt(w, slot, () => nextStep(w, slot, leave));
    case pc.finish:
      return finish(w, slot, leave);
    case pc.release:
      return release(w, slot, leave);
    case pc.removeSchedule:
      return removeSchedule(w, slot, leave);
  }
}

/** The restore machine: look, wait, look; a look that dies with its Lambda is made again. */
export const machine: Leave = (w, slot, wakeAt) => {
  if (wakeAt === undefined || (slot.by === 'schedule' && w.drops('schedule looks once'))) {
    w.end(slot, pc.off);
  } else w.end(slot, pc.sleep, wakeAt);
};

/** closeRun, and what `restoreTask` makes of the answer. A refused close and the read after it are one. */
function look(w: World, slot: Slot, leave: Leave): void {
  const run = w.of(slot, ofProcess.run);
  if (w.idOf(run) === 0) {
    w.begin();
    leave(w, slot, undefined);
    return w.emit(0, `${slot.name}: finds no run`);
  }
  for (const tick of w.times(slot)) {
    const make = () => ({ kind: 'close', by: slot.by, at: w.items.ms(tick) }) as const;
    const number = writeNumber('close', { tick });
    w.write(slot, { run, number, make, says: `closes run ${run + 1}` }, (_, id) => {
      beginLook(w, slot, { id, leave });
    });
  }
}

function beginLook(w: World, slot: Slot, { id, leave }: { id: number; leave: Leave }): void {
  const run = w.of(slot, ofProcess.run);
  const now = w.now(slot);
  const isLate = w.items.isLate(id, now);
  w.set(slot, ofProcess.version, w.items.version(id) + 1);
  if (isLate === undefined) return w.goTo(slot, pc.release);
  const later = w.items.isLate(id, now + 1) === true;
  const looks = stepsOf(w, id) & covered(w, run);
  w.goTo(slot, pc.describe);
  w.set(slot, ofProcess.looks, looks);
  w.set(slot, ofProcess.late, (isLate ? 1 : 0) | (later ? 2 : 0));
  if (looks === 0) over(w, slot, { isLate, leave });
  else w.set(slot, ofProcess.step, highest(looks));
}

/** The steps that a look covers, a bit each: `toLookAt` says which. */
function stepsOf(w: World, id: number): number {
  const item = w.items.item(id);
  const ids = new Set(item === undefined ? [] : w.items.decide.toLookAt(item));
  return w.bounds.steps.reduce(
    (bits, _, step) => bits | (ids.has(stepId(step)) ? 1 << step : 0),
    0,
  );
}

const covered = (w: World, run: number): number =>
  (w.drops('only applied steps') ? w.runByte(run, ofRun.applied) : 7) &
  (w.drops('restored skips') ? ~w.runByte(run, ofRun.restored) : 7);

const highest = (bits: number): number => 31 - Math.clz32(bits);

/** lookAndUndo, to where it knows what is there. */
function describe(w: World, slot: Slot, leave: Leave): void {
  const run = w.of(slot, ofProcess.run);
  const step = w.of(slot, ofProcess.step);
  for (const late of latesOf(w, slot)) {
    for (const { kind, cost } of sightsOf(w, run, step)) {
      w.begin();
      w.set(slot, ofProcess.late, chosen | late);
      w.to[at.stales] = (w.to[at.stales] ?? 0) + cost;
      if (w.bounds.steps[step] === 'host') tombstone(w, run);
      see(w, slot, { kind, leave });
      w.emit(
        cost,
        `${slot.name}: sees step ${step} of run ${run + 1} ${kind}${cost > 0 ? ', stale' : ''}`,
      );
    }
  }
}

/** Held up before its first describe, it may have read the clock before or after that. */
function latesOf(w: World, slot: Slot): number[] {
  const late = w.of(slot, ofProcess.late);
  if ((late & chosen) !== 0) return [late & 1];
  const isStalled = (w.of(slot, ofProcess.stalled) & 1) === 1;
  return isStalled ? [...new Set([late & 1, late >> 1])] : [late & 1];
}

function see(w: World, slot: Slot, { kind, leave }: { kind: Sight['kind']; leave: Leave }): void {
  const run = w.of(slot, ofProcess.run);
  const step = w.of(slot, ofProcess.step);
  if (kind === 'ours') {
    w.set(slot, ofProcess.ours, 1);
    return w.goTo(slot, w.drops('no undo fence') ? pc.sendUndo : pc.intendUndo);
  }
  if (kind === 'unknown') w.set(slot, ofProcess.unknown, 1);
  else if (w.drops('restored skips')) {
    w.setRunByte(run, ofRun.restored, w.runByte(run, ofRun.restored) | (1 << step));
  }
  nextStep(w, slot, leave);
}

/** On to the step before, or to the end of the look. */
function nextStep(w: World, slot: Slot, leave: Leave): void {
  const left = w.of(slot, ofProcess.looks) & ((1 << w.of(slot, ofProcess.step)) - 1);
  const late = w.to[slot.base + ofProcess.late] ?? 0;
  if (left === 0) return over(w, slot, { isLate: (late & 1) === 1, leave });
  w.goTo(slot, pc.describe);
  w.set(slot, ofProcess.step, highest(left));
  w.set(slot, ofProcess.answer, 0);
}

/** What `afterLook` makes of the tally; `againLater` reads the run anew. */
function over(w: World, slot: Slot, { isLate, leave }: { isLate: boolean; leave: Leave }): void {
  const ours = w.to[slot.base + ofProcess.ours] ?? 0;
  const isBlind = w.to[slot.base + ofProcess.unknown] === 1 && !w.drops('unknown counts as clean');
  const next = w.items.decide.afterLook({ ours, unknown: isBlind ? ['one'] : [] }, isLate);
  if (next === 'finish') return w.goTo(slot, pc.finish);
  lookAgain(w, slot, leave);
}

function lookAgain(w: World, slot: Slot, leave: Leave): void {
  const run = w.of(slot, ofProcess.run);
  const ours = w.to[slot.base + ofProcess.ours] === 1;
  const now = w.from[at.now] ?? 0;
  leave(w, slot, w.items.wakeAt(w.idOf(run, w.to), now, ours));
}

function intendUndo(w: World, slot: Slot, leave: Leave): void {
  const run = w.of(slot, ofProcess.run);
  const item = w.itemOf(run);
  if (item === undefined) return;
  const attempt = w.items.decide.attemptOf(item, attemptName(slot));
  for (const tick of w.times(slot)) {
    const make = () => ({ kind: 'intend-undo', attempt, at: w.items.ms(tick) }) as const;
    const number = writeNumber('intend-undo', { slot: slot.index, tick });
    w.write(slot, { run, number, make, says: `intends to undo in run ${run + 1}` }, (written) => {
      if (written) w.goTo(slot, pc.sendUndo);
      else nextStep(w, slot, leave);
    });
  }
}

function sendUndo(w: World, slot: Slot, leave: Leave): void {
  const run = w.of(slot, ofProcess.run);
  const step = w.of(slot, ofProcess.step);
  call(w, slot, { kind: 2, run, step }, (answer: Answer) => {
    const isFenced = !w.drops('no undo fence');
    if (answer !== 'unknown' && isFenced) return w.goTo(slot, pc.settleUndo);
    w.abandon(slot);
    nextStep(w, slot, leave);
  });
}

/** Of the version that the look began with; another's finish will do as well. */
function finish(w: World, slot: Slot, leave: Leave): void {
  const run = w.of(slot, ofProcess.run);
  const version = w.of(slot, ofProcess.version) - 1;
  const tick = w.now(slot);
  const make = () => ({ kind: 'finish', version, at: w.items.ms(tick) }) as const;
  const number = writeNumber('finish', { slot: version, tick });
  w.write(slot, { run, number, make, says: `calls run ${run + 1} final` }, (written, id) => {
    if (written && isInForce(w, run)) w.breaks('clean reported, off');
    if (w.items.item(id)?.life === 'final') w.goTo(slot, pc.release);
    else lookAgain(w, slot, leave);
  });
}

function release(w: World, slot: Slot, leave: Leave): void {
  const run = w.of(slot, ofProcess.run);
  w.begin();
  w.releaseLock(run, w.of(slot, ofProcess.version));
  if (w.runByte(run, ofRun.schedule) === 0) leave(w, slot, undefined);
  else w.goTo(slot, pc.removeSchedule);
  w.emit(0, `${slot.name}: frees the lock of run ${run + 1}`);
}

function removeSchedule(w: World, slot: Slot, leave: Leave): void {
  w.begin();
  w.setRunByte(w.of(slot, ofProcess.run), ofRun.schedule, 0);
  leave(w, slot, undefined);
  w.emit(0, `${slot.name}: deletes the schedule`);
}
