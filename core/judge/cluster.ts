import { grouped, sizesOf } from '../clusters.ts';
import { nodesOf } from '../inventory.ts';
import type { NodeView } from '../observation.ts';
import type { Subject } from '../probe.ts';
import type { Finding } from '../verdict.ts';
import type { Views } from './answers.ts';

/** One cluster of all nodes under one key? */
export function wholeFinding({ inventory }: Subject, views: Views): Finding {
  const size = nodesOf(inventory).length;
  const silent = views.filter(({ view }) => view === null).length;
  const sizes = sizesOf(groupsOf(views));
  const whole = views.length === size && silent === 0 && sizes.length === 1 && sizes[0] === size;
  if (whole) return { answer: 'confirmed', saw: `one cluster of ${size} under one key` };
  if (views.length < size || silent > 0) {
    return {
      answer: 'inconclusive',
      saw: `${size - views.length + silent} of ${size} nodes did not answer`,
    };
  }
  return { answer: 'refuted', saw: `${describe(views)}, not one cluster of ${size}` };
}

/** Is a node at rest: stable, nothing migrating or lost, every heartbeat link there, rosters as observed? */
export function quietFinding(name: string, view: NodeView | null, size: number): Finding {
  if (view === null) return { answer: 'inconclusive', saw: `${name} did not answer` };
  const wrong = [
    view.integrity ? '' : 'cluster without integrity',
    view.member ? '' : 'no member of its cluster',
    view.settled ? '' : 'cluster not stable',
    view.migrations === 0 ? '' : `${view.migrations} partitions migrating`,
    view.unavailable + view.dead === 0 ? '' : `${view.unavailable} unavailable, ${view.dead} dead`,
    view.stopWrites ? 'writes stopped' : '',
    view.heartbeats >= size - 1 ? '' : `${view.heartbeats} heartbeat links of ${size - 1}`,
    ...rostersAmiss(view),
  ].filter((text) => text !== '');
  if (wrong.length > 0) return { answer: 'refuted', saw: `${name}: ${wrong.join(', ')}` };
  const untold = (view.rosters?.amiss ?? []).map(([namespace]) => namespace).join(', ');
  if (untold !== '') {
    return {
      answer: 'inconclusive',
      saw: `${name} could not be asked for the roster of ${untold}`,
    };
  }
  return {
    answer: 'confirmed',
    saw: `${name} quiet: ${view.heartbeats} heartbeat and ${view.fabric} fabric links`,
  };
}

/** A node that its roster does not have, or that has gone from the cluster, changes what a fault costs. */
function rostersAmiss({ rosters }: NodeView): string[] {
  const words = {
    pending: 'the pending one',
    observed: 'the observed nodes',
    both: 'the pending one, nor the observed nodes',
  };
  return (rosters?.amiss ?? []).flatMap(([namespace, what]) =>
    what === 'unknown' ? [] : [`roster of ${namespace} is not ${words[what]}`],
  );
}

/** Has a node recovered? Fabric links that fell need not all be back (measured: rows A1, B, G, W). */
export function settledFinding(name: string, view: NodeView | null): Finding {
  if (view === null) return { answer: 'inconclusive', saw: `${name} did not answer` };
  const lost = view.unavailable + view.dead;
  if (lost > 0)
    return { answer: 'refuted', saw: `${name}: ${lost} partitions unavailable or dead` };
  return view.settled
    ? { answer: 'confirmed', saw: `${name} stable, ${view.fabric} fabric links` }
    : { answer: 'refuted', saw: `${name} not stable, ${view.migrations} partitions migrating` };
}

/** Sizes of clusters, and whether the plan says them or the experiment's author. */
export interface SaidSizes {
  readonly by: 'predicted' | 'expected';
  readonly sizes: readonly number[];
}

/** Did the cluster split as predicted? */
export const sizesFinding = (subject: Subject, views: Views): Finding =>
  sizesAgainst({ by: 'predicted', sizes: subject.plan.prediction.clusterSizes }, subject, views);

/** Are the clusters of the sizes that somebody said? */
export function sizesAgainst(
  { by, sizes }: SaidSizes,
  { inventory }: Subject,
  views: Views,
): Finding {
  const wanted = sizes.toSorted((a, b) => a - b);
  if (views.length < nodesOf(inventory).length || views.some(({ view }) => view === null)) {
    return { answer: 'inconclusive', saw: 'not every node answered for its cluster' };
  }
  const groups = groupsOf(views);
  const split = wanted.join() === sizesOf(groups).join();
  const saw = `cluster sizes ${sizesOf(groups).join(' and ')} under ${groups.length} key(s), ${by} ${wanted.join(' and ')}`;
  if (split) return { answer: 'confirmed', saw };
  const [whole] = sizesOf(groups);
  const stayed = whole === views.length ? `cluster_size stayed ${whole}: ` : '';
  return { answer: 'refuted', saw: `${stayed}${saw}` };
}

/** Whether the plan says that the cluster splits. */
export function predictsSplit({ inventory, plan: { prediction } }: Subject): boolean {
  const { clusterSizes } = prediction;
  return clusterSizes.length !== 1 || clusterSizes[0] !== nodesOf(inventory).length;
}

function describe(views: Views): string {
  return groupsOf(views)
    .map(({ size, nodes }) => `${nodes.length} node(s) say size ${size}`)
    .join(', ');
}

function groupsOf(views: Views): ReturnType<typeof grouped> {
  const now = new Map(
    views.flatMap(({ from, view }) => (view === null ? [] : [[from, view] as const])),
  );
  return grouped(now);
}
