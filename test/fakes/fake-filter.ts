/** What rules of packet filters do to new connections on the fake machines, and what they count. */
import type { Hits } from '../../core/observation.ts';
import type { FakePart } from './fake-part.ts';

const tallies = new WeakMap<FakePart, { seen: number; hit: number }>();

/** Whether a list among the part's parameters names this. */
export const names = ({ parameters }: FakePart, list: 'Peers' | 'Ports', one: string): boolean =>
  (parameters[list] ?? '').split(',').includes(one);

/** Whether it stops or turns a share only. */
export const isPartial = ({ parameters: { Share = 'all' } }: FakePart): boolean => Share !== 'all';

/** Counts one candidate, and says whether the part stops or turns it: evenly spread, and no chance. */
export function counted(part: FakePart): boolean {
  const tally = tallies.get(part) ?? { seen: 0, hit: 0 };
  tallies.set(part, tally);
  const share = shareOf(part);
  tally.seen += 1;
  const isHit = Math.floor(tally.seen * share) > Math.floor((tally.seen - 1) * share);
  if (isHit) tally.hit += 1;
  return isHit;
}

function shareOf({ parameters: { Share = 'all' } }: FakePart): number {
  if (Share === 'all') return 1;
  return Share.endsWith('%') ? Number(Share.slice(0, -1)) / 100 : 1 / Number(Share.slice(2));
}

/** Where a new connection to an address goes, by what is in force on the machine that dials. */
export function rerouted(
  parts: readonly FakePart[],
  { address, port }: { address: string; port: number },
): string {
  const turning = parts.find(
    (part) =>
      part.script === 'reroute' &&
      names(part, 'Peers', address) &&
      names(part, 'Ports', String(port)) &&
      counted(part),
  );
  return turning?.parameters['To'] ?? address;
}

/** What the rules of a run on one machine have counted, part by part. */
export function hitsOf(parts: Iterable<FakePart>, runId: string): Hits[] {
  return [...parts]
    .filter((part) => part.runId === runId && ['cut', 'reroute'].includes(part.script))
    .map((part) => ({ part: Number(part.part), ...(tallies.get(part) ?? { seen: 0, hit: 0 }) }));
}
