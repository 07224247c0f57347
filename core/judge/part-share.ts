/** Whether a part stops or turns the share that was asked for: by its rules' own counters, and by dials. */
import type { Intensity } from '../fault.ts';
import type { PlanPart } from '../plan/plan.ts';
import type { Subject } from '../probe.ts';
import { stepsOfPart } from '../probe/touched.ts';
import type { Finding } from '../verdict.ts';
import { candidatesMin, isAllUnlikely, isLikely } from './chances.ts';
import { readingsOf } from './looks.ts';
import type { Looks } from './looks.ts';
import { tallyOf } from './tally.ts';
import type { Tally } from './tally.ts';

/** What the counters of a part with a share, and what its new connections, say. */
export function sharePartFindings(part: PlanPart, seen: Looks): Finding[] {
  const tally = tallyOf(part, seen);
  return [shareFinding(part, seen, 'stopped'), ...dialsFindings(part, tally)];
}

/** Are the counters those of the share? One look is enough to see that there are some. */
export function shareFinding(part: PlanPart, seen: Looks, verb: 'stopped' | 'turned'): Finding {
  const last = readingsOf(part.part, seen).flatMap((readings) => readings.at(-1) ?? []);
  const [all, hits] = [sum(last.map((one) => one.seen)), sum(last.map(({ hit }) => hit))];
  if (last.length === 0) {
    return { answer: 'inconclusive', saw: 'no host said what its rules counted' };
  }
  const noun = part.intensity?.per === 'packet' ? 'packets' : 'new connections';
  const share = all === 0 ? '' : ` (${Math.round((100 * hits) / all)} %)`;
  const saw = `rules ${verb} ${hits} of ${all} ${noun}${share}, asked ${askedOf(part.intensity)}`;
  const said = part.intensity?.every === undefined ? byChance : everyNth;
  const why = said({ part, seen, readings: last, all, hits });
  if (why === 'refuted') return { answer: 'refuted', saw };
  return why === undefined
    ? { answer: 'confirmed', saw }
    : { answer: 'inconclusive', saw: `${saw}: ${why}` };
}

const askedOf = (intensity: Intensity | undefined): string => {
  if (intensity === undefined) return 'all';
  return intensity.every === undefined ? `${intensity.percent} %` : `one in ${intensity.every}`;
};

interface Counted {
  readonly part: PlanPart;
  readonly seen: Looks;
  readonly readings: readonly { from: string; seen: number; hit: number }[];
  readonly all: number;
  readonly hits: number;
}

/** 'refuted', what is missing, or undefined where the counters are as asked. */
type Said = string | undefined;

function byChance({ part, seen, readings, all, hits }: Counted): Said {
  const percent = part.intensity?.percent;
  // A packet may be between the rule that counts it and the one that turns it.
  if (percent === undefined) return all - hits <= readings.length ? noneMet(hits) : 'refuted';
  if (all >= candidatesMin && !isLikely({ hits, seen: all, share: percent / 100 })) {
    return 'refuted';
  }
  if (seen.of === 'look') return noneMet(hits);
  return all < candidatesMin ? `fewer than ${candidatesMin} tell nothing` : undefined;
}

const noneMet = (count: number): Said => (count === 0 ? 'none yet' : undefined);

/** Each line of a host's rules counts for itself, so that each may be one off. */
function everyNth({ part, seen, readings }: Counted): Said {
  const every = part.intensity?.every ?? 1;
  const told = readings.map((reading) => ({
    ...reading,
    lines: linesOn(reading.from, part, seen.subject),
  }));
  const isOff = told.some((one) => Math.abs(one.hit - one.seen / every) > one.lines);
  if (isOff) return 'refuted';
  if (seen.of === 'look') return noneMet(sum(readings.map(({ hit }) => hit)));
  const few = told.find((one) => one.seen < every * one.lines);
  return few === undefined ? undefined : `${few.seen} on one host tell nothing`;
}

/** A rule for each peer, and both ways where it stops both. */
function linesOn(instanceId: string, part: PlanPart, { plan }: Subject): number {
  const lines = stepsOfPart(plan, part)
    .filter((step) => step.instanceId === instanceId)
    .map((step) => {
      if (step.kind === 'host-reroute') return step.peers.length;
      if (step.kind !== 'host-cut') return 0;
      return step.peers.length * (step.direction === 'both' ? 2 : 1);
    });
  return Math.max(1, sum(lines));
}

/** Some must pass while it is on, and all while it is off. */
function dialsFindings(part: PlanPart, { asked, tried, ends }: Tally): Finding[] {
  if (asked === 0) return [];
  if (tried === 0) {
    return [{ answer: 'inconclusive', saw: 'none of its connections was open before the fault' }];
  }
  const { on, off } = ends;
  const all = on.stopped + on.open;
  const saw = `new connections: ${on.stopped} of ${all} stopped while on${off.open + off.stopped > 0 ? `, ${off.open} of ${off.open + off.stopped} open while off` : ''}`;
  if (off.stopped > 0) return [{ answer: 'refuted', saw: `${saw}: stopped while it is off` }];
  if (on.open === 0 && isAllUnlikely(all, failingOf(part.intensity))) {
    return [{ answer: 'refuted', saw: `${saw}: none passed` }];
  }
  return all + off.open === 0 ? [] : [{ answer: 'confirmed', saw }];
}

/**
 * How likely one dial fails, at most. Of packets, both the dial's first and its answer must pass; a tool
 * that resends what is dropped only makes it likelier to pass.
 */
function failingOf({ percent, every = 2, per }: Intensity = { per: 'packet' }): number {
  const share = percent === undefined ? 1 / every : percent / 100;
  return per === 'packet' ? 1 - (1 - share) ** 2 : share;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
