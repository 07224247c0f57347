import { at, ofFlight, ofResource, ofRun } from './layout.ts';
import { theirs } from './world.ts';
import type { World } from './world.ts';

/** What a describe may answer, the truth first; all others are stale, and cost one. */
export function seenOf(w: World, resource: number): number[] {
  const base = at.resources + 3 * resource;
  const truth = w.valueOf(resource);
  const { staleDescribes = 0 } = w.bounds;
  if ((w.from[at.stales] ?? 0) >= staleDescribes) return [truth];
  const held = (w.from[base + ofResource.held] ?? 0) | (w.from[base + ofResource.heldBefore] ?? 0);
  return [truth, ...[0, 1, 2, theirs].filter((one) => one !== truth && (held >> one) & 1)];
}

/** A call that was sent takes effect on one resource; 1 applies, 2 undoes. */
export function land(
  w: World,
  { kind, run, resource }: { kind: number; run: number; resource: number },
): void {
  const value = w.valueOf(resource, w.to);
  if (kind === 1) apply(w, { run, resource, value });
  else undo(w, { run, resource, value });
}

interface Landing {
  readonly run: number;
  readonly resource: number;
  readonly value: number;
}

function apply(w: World, { run, resource, value }: Landing): void {
  checkAct(w, run);
  if (value === theirs && (w.bounds.ownAddress || w.drops('absence is the mark'))) return;
  w.setValue(resource, run + 1);
}

/** An apply takes effect now: the lock must be the run's, and nobody may have called it over. */
export function checkAct(w: World, run: number): void {
  if (w.to[at.lock] !== run + 1) w.breaks('acts without lock');
  else if (w.items.item(w.idOf(run, w.to))?.life === 'final') w.breaks('clean reported, off');
}

function undo(w: World, { run, resource, value }: Landing): void {
  const isOthers = value !== 0 && value !== run + 1;
  if (w.bounds.ownAddress && isOthers) return;
  if (isOthers) w.breaks('undoes another');
  if (value === run + 1 && w.to[at.lock] !== run + 1) w.breaks('restores without lock');
  w.setValue(resource, w.runByte(run, ofRun.originals + resource));
}

/** Sends a call on its way; it lands in one of the coming ticks, or never. */
export function addFlight(
  w: World,
  { kind, run, resource }: { kind: number; run: number; resource: number },
): void {
  const { effectTicks = 1 } = w.bounds;
  const until = (w.from[at.now] ?? 0) + effectTicks;
  for (let base = at.flights; base < at.processes; base += 4) {
    if (w.to[base + ofFlight.kind] !== 0) continue;
    w.to.set([kind, run, resource, until], base);
    return;
  }
  throw new Error('Cannot send a call as a state must have room for it: found three on their way');
}
