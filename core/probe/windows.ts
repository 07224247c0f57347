import type { Inventory } from '../inventory.ts';
import type { Plan, PlanPart } from '../plan/plan.ts';

/** A stretch of time, in milliseconds from the run's injectAt. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** Whether a part is in force for the whole of a span; `unsure` where it switches within it, or near it. */
export type Being = 'on' | 'off' | 'unsure';

/** The parts of a plan by what they are for the whole of a look. */
export type PartsInForce = Readonly<Record<Being, readonly PlanPart[]>>;

/**
 * How long a look takes, from the probe's own `at`: two seconds of patience with what is dropped, and half
 * a second until the last of its dials has begun.
 */
export const lookMs = 2_500;
export const dialLagMs = 500;

/** How far apart hosts' clocks are taken to be where nobody measured them: as far as preflight allows. */
const guardMsUnmeasured = 500;
/** A switch by the kernel comes within a tick, by a script within this. */
const switchMs = 200;

/**
 * How long a part needs until it is what it should be, once it switches. A service that stops first closes
 * what it has open, and one that starts loads its data before it listens.
 */
const turning: Readonly<Record<PlanPart['kind'], Readonly<Record<'on' | 'off', number>>>> = {
  cut: { on: 0, off: 0 },
  reroute: { on: 0, off: 0 },
  service: { on: 5_000, off: 30_000 },
  'xdr-pause': { on: 2_000, off: 2_000 },
};

/**
 * The parts that are on, off and neither for certain, for a look that begins `atMs` after injectAt. A plan
 * without parts has one, on until its end.
 */
export function partsInForce(
  plan: Plan,
  atMs: number,
  { forMs = lookMs, guardMs = guardMsUnmeasured }: { forMs?: number; guardMs?: number } = {},
): PartsInForce {
  const look = { startMs: atMs, endMs: atMs + forMs };
  const beings = partsOf(plan).map((part) => ({ part, being: beingOf(part, look, guardMs) }));
  const those = (wanted: Being): PlanPart[] =>
    beings.filter(({ being }) => being === wanted).map(({ part }) => part);
  return { on: those('on'), off: those('off'), unsure: those('unsure') };
}

/** The parts of a plan; of one that names none, the one that it is. */
export function partsOf({ parts, cuts, targets, prediction }: Plan): readonly PlanPart[] {
  return (
    parts ?? [
      {
        part: 0,
        kind: 'cut',
        cuts,
        targets,
        window: { startMs: 0, endMs: Infinity },
        clusterSizes: prediction.clusterSizes,
        says: '',
      },
    ]
  );
}

/** What a part is for the whole of a span; `guardMs` is how far the clocks may be apart. */
export function beingOf(part: PlanPart, { startMs, endMs }: Span, guardMs: number): Being {
  const holds = (span: Span): boolean => span.startMs <= startMs && endMs <= span.endMs;
  if (surely('on', part, guardMs).some(holds)) return 'on';
  return surely('off', part, guardMs).some(holds) ? 'off' : 'unsure';
}

/** The spans in which a part is surely on, or surely off, before, between and after. */
export function surely(being: 'on' | 'off', part: PlanPart, guardMs: number): Span[] {
  const spans = being === 'on' ? onSpans(part) : offSpans(part);
  const lead = Math.max(guardMs, turning[part.kind][being]);
  return spans
    .map(({ startMs, endMs }) => ({ startMs: startMs + lead, endMs: endMs - guardMs }))
    .filter(({ startMs, endMs }) => startMs < endMs);
}

/** When a part should be on, in order; one that flaps begins with on. */
export function onSpans({ window: { startMs, endMs }, flapping }: PlanPart): Span[] {
  if (flapping === undefined) return [{ startMs, endMs }];
  const [onMs, offMs] = [1000 * flapping.onSeconds, 1000 * flapping.offSeconds];
  const spans: Span[] = [];
  for (let at = startMs; at < endMs; at += onMs + offMs) {
    spans.push({ startMs: at, endMs: Math.min(at + onMs, endMs) });
  }
  return spans;
}

/** When a part should be off: before it is first on, between, and after its end. */
function offSpans(part: PlanPart): Span[] {
  const on = onSpans(part);
  const starts = [-Infinity, ...on.map(({ endMs }) => endMs)];
  return starts.map((startMs, index) => ({ startMs, endMs: on[index]?.startMs ?? Infinity }));
}

/**
 * How far hosts' clocks may be apart, in milliseconds, by what was measured of them. Looks and rules both
 * go by hosts' clocks, so that what they have in common, and how far ours is off, does not matter.
 */
export function guardMsOf({ instances, surveys = [] }: Inventory): number {
  const offsets = surveys.flatMap(({ clock }) => (clock === undefined ? [] : [clock.offsetMs]));
  if (offsets.length < instances.length) return guardMsUnmeasured;
  return switchMs + Math.min(Math.max(...offsets) - Math.min(...offsets), 2 * guardMsUnmeasured);
}
