import { at, ofProcess } from './layout.ts';
import type { World } from './world.ts';

/** States that differ in names alone are made the same: the order of flights, gaps between versions. */
export function canonical(w: World): void {
  sortFlights(w.to);
  for (let run = 0; run < w.bounds.runs; run += 1) {
    const id = w.idOf(run, w.to);
    if (id !== 0) rankVersions(w, run, id);
  }
}

/** Decisions only compare versions, so those in use are numbered from 0; a process's 0 is none. */
function rankVersions(w: World, run: number, id: number): void {
  const { to } = w;
  const current = w.items.version(id);
  const isHeld = to[at.lock] === run + 1;
  let bits = 1 | (1 << (current + 1)) | (isHeld ? 1 << (to[at.fence] ?? 0) : 0);
  for (const { base } of w.slots) {
    if (to[base + ofProcess.run] === run) bits |= 1 << (to[base + ofProcess.version] ?? 0);
  }
  if (bits === (1 << (current + 2)) - 1) return;
  w.setItem(run, w.items.withVersion(id, rank(bits, current + 1) - 1));
  if (isHeld) to[at.fence] = rank(bits, to[at.fence] ?? 0);
  for (const { base } of w.slots) {
    if (to[base + ofProcess.run] !== run) continue;
    to[base + ofProcess.version] = rank(bits, to[base + ofProcess.version] ?? 0);
  }
}

/** How many of the numbers below this one are in use. */
function rank(bits: number, number: number): number {
  let below = bits & ((1 << number) - 1);
  let count = 0;
  for (; below !== 0; below &= below - 1) count += 1;
  return count;
}

function sortFlights(state: Uint8Array): void {
  if (state[at.flights + 4] === 0 && state[at.flights + 8] === 0) return;
  const offsets = [0, 4, 8].map((offset) => at.flights + offset);
  const flights = offsets.map((base) => state.slice(base, base + 4));
  flights.sort((a, b) => numberOf(b) - numberOf(a));
  for (const [index, flight] of flights.entries()) state.set(flight, at.flights + 4 * index);
}

const numberOf = ([kind = 0, run = 0, resource = 0, until = 0]: Uint8Array): number =>
  ((kind * 4 + run) * 4 + resource) * 64 + until;
