/** The one x axis that every band of the timeline shares. */
import { zeroOf } from '../clock.ts';
import type { Report } from '../../report.ts';

/** Places are in units of the picture; instants in epoch milliseconds. */
export interface Scale {
  readonly zero: number;
  readonly from: number;
  readonly until: number;
  x(at: number): number;
}

/** Names stand left of `left`. */
export const picture = { width: 1080, left: 132, right: 1044 } as const;

/** From the first thing that happened to the last; what was only planned for later is not on it. */
export function scaleOf(report: Report): Scale {
  const { at: zero } = zeroOf(report);
  const { deadlineAt: _, restoreAt: __, ...happened } = report.timing;
  const instants = [
    ...Object.values(happened).filter((at) => at !== null),
    ...report.states.flatMap((state) => [state.from, state.until]),
    ...report.clients.flatMap((client) => [client.from, client.until]),
    ...report.restored.map(({ at }) => at),
    zero,
  ];
  const first = least(instants);
  const records = report.nodes.flatMap(({ spans }) => spans.map(({ at }) => at));
  // A node's first record may be as old as its recorder: it begins where the run does.
  const all = [...instants, ...records.filter((at) => at >= first)];
  const last = all.reduce((one, other) => Math.max(one, other), first);
  const until = last > first ? last : first + 1000;
  const room = picture.right - picture.left;
  const x = (at: number): number => {
    const within = Math.min(Math.max(at, first), until);
    return Math.round(10 * (picture.left + (room * (within - first)) / (until - first))) / 10;
  };
  return { zero, from: first, until, x };
}

const least = (instants: readonly number[]): number =>
  instants.reduce((one, other) => Math.min(one, other), Infinity);

/** Round numbers of seconds from zero, as many as there is room for. */
export function ticksOf({ zero, from, until }: Scale): number[] {
  const step = stepFor((until - from) / 1000 / 9) * 1000;
  const first = Math.ceil((from - zero) / step);
  const last = Math.floor((until - zero) / step);
  return Array.from(
    { length: Math.max(0, last - first + 1) },
    (_, index) => (first + index) * step,
  );
}

/** 1, 2 or 5 times a power of ten, or whole minutes. */
function stepFor(atLeast: number): number {
  const powers = [0.001, 0.01, 0.1, 1, 10].flatMap((power) => [power, 2 * power, 5 * power]);
  const minutes = [60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 86_400];
  const steps = [...powers.filter((step) => step < 60), ...minutes];
  return steps.find((step) => step >= atLeast) ?? 86_400 * Math.ceil(atLeast / 86_400);
}
