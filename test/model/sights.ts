import { at, ofHost } from './layout.ts';
import { seenOf } from './resources.ts';
import { theirs } from './world.ts';
import type { World } from './world.ts';

/** What one step's describe may say, with what each answer costs. */
export interface Sight {
  readonly kind: 'ours' | 'absent' | 'unknown';
  readonly cost: number;
}

/** A step's describes: the truth first, then what is stale. A look at a host leaves the tombstone. */
export function sightsOf(w: World, run: number, step: number): Sight[] {
  if ((w.from[at.now] ?? 0) < (w.bounds.unreachableUntil ?? 0))
    return [{ kind: 'unknown', cost: 0 }];
  const target = w.bounds.steps[step] ?? [];
  if (target === 'host') return [hostSight(w, run)];
  const kinds = new Map<Sight['kind'], number>();
  const seen = target.map((resource) => seenOf(w, resource));
  const truth = seen.some(([value = 0]) => isOurs(w, run, value));
  kinds.set(truth ? 'ours' : 'absent', 0);
  for (const [index, values] of seen.entries()) {
    for (const value of values.slice(1)) {
      const rest = seen.some(([other = 0], one) => one !== index && isOurs(w, run, other));
      const kind = rest || isOurs(w, run, value) ? 'ours' : 'absent';
      if (!kinds.has(kind)) kinds.set(kind, 1);
    }
  }
  return [...kinds].map(([kind, cost]) => ({ kind, cost }));
}

function hostSight(w: World, run: number): Sight {
  const isLocked = ((w.from[at.host + ofHost.lockedBy] ?? 0) >> run) & 1;
  if (isLocked) return { kind: 'unknown', cost: 0 };
  const isThere = ((w.from[at.host + ofHost.chains] ?? 0) >> run) & 1;
  return { kind: isThere ? 'ours' : 'absent', cost: 0 };
}

function isOurs(w: World, run: number, value: number): boolean {
  if (value === run + 1) return true;
  if (w.drops('absence is the mark')) return value === theirs;
  return w.drops('mark without run id') && value !== 0 && value !== theirs;
}

/** Whether anything of the run is in force. */
export function isInForce(w: World, run: number): boolean {
  if ((((w.from[at.host + ofHost.chains] ?? 0) >> run) & 1) === 1) return true;
  return [0, 1, 2].some((resource) => w.valueOf(resource) === run + 1);
}
