import type { Plan, PlanPart } from '../plan/plan.ts';
import { beingOf, dialLagMs, lookMs, surely } from './windows.ts';
import type { Span } from './windows.ts';

/** When a look may begin so that it ends before its part switches. */
type Aims = readonly Span[];

/** What a look can be for: one part, on or off. */
interface Aim {
  readonly part: PlanPart;
  readonly being: 'on' | 'off';
  readonly times: Aims;
}

/** A look does not follow another sooner, in milliseconds: hosts answer and rest in between. */
const restMs = 1_000;
/** From the begin of one look to the next that is possible, with something to spare. */
const busyMs = lookMs + 2 * restMs;
/** A connection that nothing stops is open within this. */
const quickMs = 100;
/** A look reaches its hosts late rather than early. */
const delayMs = 1_500;

/**
 * When to look next, in milliseconds from injectAt: within a slice, for alarms are asked then, too, and so
 * that times on and times off that are long enough for a look take turns. One that comes round less often
 * than slices do is not missed for another. Pure: it does not know what was seen.
 */
export function nextLookMs(
  plan: Plan,
  { nowMs, sliceMs, guardMs }: { nowMs: number; sliceMs: number; guardMs: number },
): number {
  const reach = { startMs: nowMs + restMs, endMs: nowMs + sliceMs };
  const { fresh, stale } = inTurn(aimsOf(plan, guardMs), { nowMs, sliceMs });
  const scarce = rarestFirst(fresh, reach.startMs, sliceMs);
  const horizon = { ...reach, endMs: reach.endMs + busyMs };
  const [next = Infinity] = scarce.flatMap(({ times }) => earliest(times, horizon) ?? []);
  if (next <= reach.endMs) return next;
  const free = { ...reach, endMs: clamped(next - busyMs, reach) };
  const others = [...scarce, ...fresh, ...stale];
  return others.flatMap(({ times }) => placeIn(times, free) ?? [])[0] ?? free.endMs;
}

const clamped = (at: number, { startMs, endMs }: Span): number =>
  Math.max(startMs, Math.min(at, endMs));

/** Apart what a look just over may have been for; parts take turns. */
function inTurn(
  aims: readonly Aim[],
  { nowMs, sliceMs }: { nowMs: number; sliceMs: number },
): { fresh: Aim[]; stale: Aim[] } {
  const turn = Math.floor(nowMs / sliceMs) % Math.max(1, aims.length);
  const turned = [...aims.slice(turn), ...aims.slice(0, turn)];
  const lastMs = nowMs - lookMs / 2;
  const last = { startMs: lastMs, endMs: lastMs };
  const isFresh = ({ part, being }: Aim): boolean => beingOf(part, last, 0) !== being;
  return {
    fresh: turned.filter(isFresh),
    stale: turned.filter((aim) => !isFresh(aim)),
  };
}

/**
 * What slices could miss, for its next time is shorter than one and the time after it is far: the one that
 * is longest in coming again first.
 */
function rarestFirst(aims: readonly Aim[], fromMs: number, sliceMs: number): Aim[] {
  return aims
    .flatMap((aim) => {
      const index = aim.times.findIndex(({ endMs }) => endMs >= fromMs);
      const next = aim.times[index];
      const againMs = aim.times[index + 1]?.startMs ?? Infinity;
      const isScarce =
        next !== undefined &&
        next.endMs - next.startMs < sliceMs &&
        againMs - next.endMs >= sliceMs;
      return isScarce ? [{ aim, againMs }] : [];
    })
    .toSorted(
      (left, right) => Number(left.againMs < right.againMs) - Number(left.againMs > right.againMs),
    )
    .map(({ aim }) => aim);
}

/** At the begin of a time, or late in one that has begun, so that looks are not more than they must. */
function placeIn(aims: Aims, reach: Span): number | undefined {
  const at = earliest(aims, reach);
  const begun = aims.find(
    ({ startMs, endMs }) => startMs < reach.startMs && endMs >= reach.startMs,
  );
  if (at === undefined || begun === undefined) return at;
  return Math.max(at, Math.min(begun.endMs - delayMs, reach.endMs));
}

/** When a proof looks first: as soon as a part is on, `byMs` at the latest, else now. */
export function firstLookMs(
  plan: Plan,
  { nowMs, byMs, guardMs }: { nowMs: number; byMs: number; guardMs: number },
): number {
  const parts = plan.parts ?? [];
  const starts = parts.flatMap((part) => {
    const at = earliest(aimsAt('on', part, guardMs), { startMs: nowMs, endMs: byMs });
    return at === undefined ? [] : [at];
  });
  return starts.length === 0 ? nowMs : Math.min(...starts);
}

/** A part that is on all the time has no time off to be looked at; one without parts needs no aim. */
function aimsOf(plan: Plan, guardMs: number): Aim[] {
  const beings = ['on', 'off'] as const;
  return (plan.parts ?? [])
    .flatMap((part) =>
      beings.map((being) => ({ part, being, times: aimsAt(being, part, guardMs) })),
    )
    .filter(({ times }) => times.length > 0);
}

/** The times off before and after all of a part are as good as those between. */
function aimsAt(being: 'on' | 'off', part: PlanPart, guardMs: number): Aims {
  const needMs = being === 'off' && part.kind === 'cut' ? dialLagMs + quickMs : lookMs;
  return surely(being, part, guardMs)
    .map(({ startMs, endMs }) => ({ startMs, endMs: endMs - needMs }))
    .filter(({ startMs, endMs }) => startMs <= endMs);
}

function earliest(aims: Aims, reach: Span): number | undefined {
  const hit = aims.find(({ startMs, endMs }) => endMs >= reach.startMs && startMs <= reach.endMs);
  return hit === undefined ? undefined : Math.max(hit.startMs, reach.startMs);
}
