import { within } from '../cut.ts';
import { portNumbersOf } from '../experiment.ts';
import { nodesOf } from '../inventory.ts';
import type { Instance } from '../inventory.ts';
import type { Plan, PlanPart } from '../plan/plan.ts';
import type { Subject } from '../probe.ts';
import { predictedSizes } from '../topology/predicted-sizes.ts';
import { onSpans, partsOf } from './windows.ts';
import type { Span } from './windows.ts';

/** A time in which the same parts that shape the cluster are on, and what it should look like then. */
export interface Stretch extends Span {
  readonly on: readonly PlanPart[];
  /** Sizes of the clusters, ascending; of held services none is counted. */
  readonly sizes: readonly number[];
  /** Nodes that cannot say anything then. */
  readonly silent: ReadonlySet<string>;
  /** From here on it should look so. */
  readonly settledMs: number;
}

/**
 * Nodes part after 2.4 s and are one again after 2.2 s (measured: rows D to H, P and Q of the observed
 * table), to which comes how late each says so; an orphan waits 11.5 s to say 0 (row K).
 */
const settleMs = 5_000;
const orphanMs = 14_000;
/** What a service needs beside: to stop, or to load its data and listen. */
const serviceMs = { on: 3_000, off: 30_000 };

/** By when, after injectAt, nodes tell of a fault that is on from the first. */
export const showsByMs = ({ prediction }: Pick<Plan, 'prediction'>): number =>
  tellsAfterMs(prediction.clusterSizes);

const tellsAfterMs = (sizes: readonly number[]): number =>
  sizes.includes(0) ? orphanMs : settleMs;

/** The stretches of a plan, from before injectAt to `endMs` after it. */
export function stretchesOf(subject: Subject, endMs: number): Stretch[] {
  const shaping = partsOf(subject.plan).filter((part) => shapes(part, subject));
  const switches = shaping.flatMap((part) =>
    onSpans(part).flatMap((span) => [span.startMs, span.endMs]),
  );
  const cuts = [...new Set(switches)].filter((at) => at < endMs).toSorted((a, b) => a - b);
  return [-Infinity, ...cuts].map((startMs, index) => {
    const span = { startMs, endMs: Math.min(cuts[index] ?? endMs, endMs) };
    return stretch(span, shaping, subject);
  });
}

function stretch(span: Span, shaping: readonly PlanPart[], subject: Subject): Stretch {
  const on = shaping.filter((part) =>
    onSpans(part).some(({ startMs, endMs }) => startMs <= span.startMs && span.startMs < endMs),
  );
  const sizes = sizesWhile(on, subject).toSorted((a, b) => a - b);
  const held = on.filter(({ kind }) => kind === 'service').flatMap(({ targets }) => targets);
  const services = shaping.filter(({ kind }) => kind === 'service');
  const begins = services.some((part) => onSpans(part).some((one) => one.startMs === span.startMs));
  const ends = services.some((part) => onSpans(part).some((one) => one.endMs === span.startMs));
  const settledMs =
    span.startMs + tellsAfterMs(sizes) + (begins ? serviceMs.on : 0) + (ends ? serviceMs.off : 0);
  return { ...span, on, sizes, silent: new Set(held), settledMs };
}

/** Whether the cluster should look otherwise while a part is on. */
function shapes({ kind, clusterSizes }: PlanPart, { inventory }: Subject): boolean {
  return kind === 'service' || clusterSizes.join() !== String(nodesOf(inventory).length);
}

/** The sizes that a part predicts while it alone is on; of several, what follows from all their cuts. */
function sizesWhile(on: readonly PlanPart[], subject: Subject): readonly number[] {
  const [first] = on;
  if (first === undefined) return [nodesOf(subject.inventory).length];
  if (on.length > 1) return sizesTogether(on, subject);
  return first.kind === 'service'
    ? first.clusterSizes.filter((size) => size > 0)
    : first.clusterSizes;
}

function sizesTogether(
  on: readonly PlanPart[],
  { experiment, inventory }: Subject,
): readonly number[] {
  const held = new Set(
    on.filter(({ kind }) => kind === 'service').flatMap(({ targets }) => targets),
  );
  const nodes = nodesOf(inventory).filter(({ id }) => !held.has(id));
  const { heartbeat: port } = portNumbersOf(experiment);
  const isCut = within(on.filter(({ kind }) => kind === 'cut').flatMap(({ cuts }) => cuts));
  const loses = ({ id: from }: Instance, { id: to }: Instance): boolean =>
    isCut({ from, to, port }) && isCut({ from: to, to: from, port });
  const losses = nodes
    .map((node) => ({ nodes: [node], lost: nodes.filter((other) => loses(node, other)) }))
    .filter(({ lost }) => lost.length > 0);
  return predictedSizes(nodes, losses).sizes;
}
