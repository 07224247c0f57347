/** Whether a part that stops all of its connections did so while it was on, and only then. */
import type { PlanPart } from '../plan/plan.ts';
import { lookMs, onSpans, partsOf, surely } from '../probe/windows.ts';
import type { Finding } from '../verdict.ts';
import { countedOf, guardOf } from './looks.ts';
import type { Looks } from './looks.ts';
import { tallyOf } from './tally.ts';
import type { Tally } from './tally.ts';

/** What the rules of a part counted; undefined where no host said so. */
type Counted = ReturnType<typeof countedOf>;

/** What new connections and the hosts' own counters say of a part. */
export function cutPartFindings(part: PlanPart, seen: Looks): Finding[] {
  const tally = tallyOf(part, seen);
  const counted = countedOf(part.part, seen);
  const saw = wordsOf(tally, counted);
  if (tally.ends.on.open > 0) {
    return [{ answer: 'refuted', saw: `${saw}: open while it is on` }];
  }
  if (tally.ends.off.stopped > 0) {
    return [{ answer: 'refuted', saw: `${saw}: stopped while it is off` }];
  }
  const missing =
    tally.asked === 0
      ? missingUnasked(counted)
      : seen.of === 'look'
        ? missingInLook(part, tally)
        : missingInRun(part, tally, { counted, seen });
  return [
    missing === undefined
      ? { answer: 'confirmed', saw }
      : { answer: 'inconclusive', saw: `${saw}: ${missing}` },
  ];
}

/**
 * What the hosts' own rules say of a plan without parts: where there is nothing to dial, alone; else that
 * it was they who stopped the connections. Nothing where no host said it.
 */
export function countersFinding(seen: Looks): Finding[] {
  const [part] = partsOf(seen.subject.plan);
  const counted = part === undefined ? undefined : countedOf(part.part, seen);
  if (counted === undefined) return [];
  const saw = `rules of ours stopped ${counted.hit} packets`;
  return counted.hit > 0
    ? [{ answer: 'confirmed', saw }]
    : [{ answer: 'inconclusive', saw: `${saw}: something else stops the connections` }];
}

/** Nobody knows an address to dial, so the rules of the host alone can tell. */
function missingUnasked(counted: Counted): string | undefined {
  if (counted === undefined) return 'no host said what its rules stopped';
  return counted.hit > 0 ? undefined : 'its rules met no packet';
}

function missingInLook(part: PlanPart, { tried, ends, unanswered }: Tally): string | undefined {
  if (tried === 0) return 'none was open before the fault';
  if (unanswered > 0 && part.flapping === undefined) return `${unanswered} unanswered`;
  return ends.on.stopped + ends.off.open > 0
    ? undefined
    : 'no answer fell wholly into a time on or off';
}

/**
 * A whole run must have seen it on, and off where it has such a time. Where it flaps, or is on for less
 * than a look takes, its rules' own counters tell that it was on, and one connection that opened, at
 * whatever moment, that it was off.
 */
function missingInRun(
  part: PlanPart,
  { tried, ends, seenOn }: Tally,
  { counted, seen }: { counted: Counted; seen: Looks },
): string | undefined {
  if (tried === 0) return 'none was open before the fault';
  const isBrief = part.flapping !== undefined || isShort(part, seen);
  const wasOn = ends.on.stopped > 0 || (isBrief && (counted?.hit ?? 0) > 0);
  if (!wasOn) return 'it was never seen while it is on';
  if (!isBrief && seenOn < tried) return `${tried - seenOn} of ${tried} not seen while it is on`;
  const wasOff = ends.off.open > 0 || (isBrief && ends.unsure.open > 0);
  return wasOff || !hasTimeOff(part, seen) ? undefined : 'it was never seen while it is off';
}

const isShort = (part: PlanPart, seen: Looks): boolean =>
  surely('on', part, guardOf(seen)).every(({ startMs, endMs }) => endMs - startMs < lookMs);

/** Whether it should have been off at some time of the run, long enough to be sure of. */
function hasTimeOff(part: PlanPart, seen: Looks): boolean {
  if (part.flapping !== undefined) return onSpans(part).length > 1;
  const endMs = 1000 * seen.subject.experiment.holdSeconds;
  return surely('off', part, guardOf(seen)).some(
    (span) => Math.min(span.endMs, endMs) - Math.max(span.startMs, 0) >= offLongEnoughMs,
  );
}

/** Looks come every slice; a shorter time off, before or after, they may miss. */
const offLongEnoughMs = 15_000;

function wordsOf({ ends, ways }: Tally, counted: Counted): string {
  const { on, off, unsure } = ends;
  const how = ways.length > 0 ? ` (${ways.join(', ')})` : '';
  const words = [
    `${on.stopped} of ${on.stopped + on.open} stopped while on${how}`,
    ...(off.open + off.stopped > 0
      ? [`${off.open} of ${off.open + off.stopped} open while off`]
      : []),
    ...(unsure.open + unsure.stopped > 0
      ? [`${unsure.stopped} stopped and ${unsure.open} open as it switched`]
      : []),
  ];
  const rules = counted === undefined ? '' : `; its rules stopped ${counted.hit} packets`;
  return `new connections: ${words.join(', ')}${rules}`;
}
