import { call } from './calls.ts';
import { ofProcess, ofRun, pc } from './layout.ts';
import type { Slot } from './layout.ts';
import { firstOfStep, stop } from './opener.ts';
import { settleAttempt } from './settle.ts';
import { attemptName } from './world.ts';
import type { Answer, World } from './world.ts';
import { stepId, writeNumber } from './writes.ts';

/** inject.ts, one effect at a time. */
export function injector(w: World, slot: Slot): void {
  switch (w.of(slot, ofProcess.pc)) {
    case pc.check:
      return check(w, slot);
    case pc.intend:
      return intend(w, slot);
    case pc.send:
      return send(w, slot);
    case pc.settle:
      return settle(w, slot);
  }
}

/** Only without rule 5: the check by itself. */
function check(w: World, slot: Slot): void {
  const item = w.itemOf(slot.run);
  if (item?.life !== 'open' || w.items.ms(w.now(slot)) >= item.deadlineAt) {
    return stop(w, slot, 'finds the run closed');
  }
  w.begin();
  w.goTo(slot, pc.intend);
  w.emit(0, `${slot.name}: finds the run open`);
}

/** inject.ts, injectStep: the intent, then the call, then what its answer settles. */
function intend(w: World, slot: Slot): void {
  const { run } = slot;
  const step = w.of(slot, ofProcess.step);
  const item = w.itemOf(run);
  if (item === undefined) return stop(w, slot, 'finds no run');
  const attempt = w.items.decide.attemptOf(item, attemptName(slot));
  for (const tick of w.times(slot)) {
    const make = () =>
      ({ kind: 'intend', stepId: stepId(step), attempt, at: w.items.ms(tick) }) as const;
    const number = writeNumber('intend', { step, slot: slot.index, tick });
    w.write(slot, { run, number, make, says: `intends ${step}` }, (written) => {
      if (written) w.goTo(slot, pc.send);
      else w.end(slot, pc.off);
    });
  }
}

function send(w: World, slot: Slot): void {
  const { run } = slot;
  call(w, slot, { kind: 1, run, step: w.of(slot, ofProcess.step) }, (answer: Answer) => {
    if (answer === 'unknown') return w.end(slot, pc.off);
    w.goTo(slot, pc.settle);
    w.set(slot, ofProcess.answer, answer === 'done' ? 1 : 2);
  });
}

function settle(w: World, slot: Slot): void {
  const { run } = slot;
  const step = w.of(slot, ofProcess.step);
  const isDone = w.of(slot, ofProcess.answer) === 1;
  const then = (): void => {
    if (!isDone && w.drops('failure clears the intent')) clearIntent(w, run, step);
    if (isDone) w.setRunByte(run, ofRun.applied, w.runByte(run, ofRun.applied) | noted(w, step));
    if (!isDone || step + 1 === w.bounds.steps.length) return w.end(slot, pc.off);
    w.goTo(slot, firstOfStep(w));
    w.set(slot, ofProcess.step, step + 1);
    w.set(slot, ofProcess.answer, 0);
  };
  settleAttempt(w, slot, then);
}

/** Notes are kept only where a mutant reads them. */
const noted = (w: World, step: number): number => (w.drops('only applied steps') ? 1 << step : 0);

function clearIntent(w: World, run: number, step: number): void {
  const id = w.items.edited(w.idOf(run, w.to), ({ intents }) => ({
    intents: Object.fromEntries(Object.entries(intents).filter(([key]) => key !== stepId(step))),
  }));
  w.setItem(run, id);
}
