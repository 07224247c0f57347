import { ofProcess } from './layout.ts';
import type { Slot } from './layout.ts';
import { attemptName } from './world.ts';
import type { World } from './world.ts';
import { writeNumber } from './writes.ts';

/** Writes down a definite answer, where the attempt has a name of its own. */
export function settleAttempt(w: World, slot: Slot, then: () => void): void {
  const run = w.of(slot, ofProcess.run);
  const attempt = settledName(w, slot, run);
  if (attempt === undefined) {
    w.begin();
    then();
    return w.emit(0, `${slot.name}: does not settle`);
  }
  for (const tick of w.times(slot)) {
    const make = () => ({ kind: 'settle', attempt, at: w.items.ms(tick) }) as const;
    const isMany = attempt !== attemptName(slot);
    const number = writeNumber('settle', { slot: slot.index, step: isMany ? 1 : 0, tick });
    w.write(slot, { run, number, make, says: 'settles' }, then);
  }
}

/** Its own attempt, if that was pending under its own name; else the shared one, if that may be settled. */
function settledName(w: World, slot: Slot, run: number): string | undefined {
  const own = attemptName(slot);
  const { pending = [] } = w.itemOf(run) ?? {};
  const shared = pending.find((one) => one === 'many');
  const attempt = pending.includes(own) || shared === undefined ? own : shared;
  return w.items.decide.maySettle(attempt) ? attempt : undefined;
}
