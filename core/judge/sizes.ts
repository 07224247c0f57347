/**
 * Whether the clusters were of the predicted sizes, as parts came and went: by the nodes' views at looks,
 * and by what their recorders noted between them.
 */
import { groupings, grouped, sizesOf } from '../clusters.ts';
import type { NodeChanges } from '../clusters.ts';
import { nodesOf } from '../inventory.ts';
import { stretchesOf } from '../probe/stretches.ts';
import type { Stretch } from '../probe/stretches.ts';
import type { Finding } from '../verdict.ts';
import type { Views } from './answers.ts';
import { guardOf } from './looks.ts';
import type { Looks } from './looks.ts';
import { whyWhole } from './why-whole.ts';

/** What a run knows beside its looks: what nodes recorded, and when it ended, from injectAt. */
export interface Recorded {
  readonly changes: readonly NodeChanges[];
  readonly endMs: number;
}

/** One comparison with what a stretch predicts. */
interface Check {
  readonly stretch: Stretch;
  readonly sizes: readonly number[];
  readonly isRight: boolean;
}

/** A node says what it is, and others hear of it, within this. */
const tellMs = 1_000;
/** Whoever is cut off for so long has left before it is over (measured: rows D to H and R2). */
const surelyMs = 3_000;

/** What one look says; nothing while the clusters are changing. */
export function sizesInLook(seen: Looks): Finding[] {
  return told(checksOfLooks(seen, Infinity), seen);
}

/** What a whole run says: each stretch in which the clusters change should have shown. */
export function sizesInRun(seen: Looks, recorded: Recorded): Finding[] {
  const checks = [
    ...checksOfLooks(seen, recorded.endMs),
    ...stretchesOf(seen.subject, recorded.endMs).flatMap((one) => checkOf(one, seen, recorded)),
  ];
  const unseen = stretchesOf(seen.subject, recorded.endMs).find(
    ({ on, startMs }) =>
      on.length > 0 && !checks.some(({ stretch }) => isSame(stretch.on, on)) && startMs >= 0,
  );
  if (unseen === undefined) return told(checks, seen);
  const saw = `cluster sizes ${listed(unseen.sizes)} were predicted of a time that nobody could see for certain`;
  return [...told(checks, seen), { answer: 'inconclusive', saw }];
}

const isSame = (left: Stretch['on'], right: Stretch['on']): boolean =>
  left.map(({ part }) => part).join() === right.map(({ part }) => part).join();

function told(checks: readonly Check[], { subject }: Looks): Finding[] {
  const wrong = checks.find(({ isRight }) => !isRight);
  if (wrong !== undefined) {
    const saw = `cluster sizes ${listed(wrong.sizes)}, predicted ${wordsOf(wrong.stretch)}`;
    const { on } = wrong.stretch;
    const cuts = on.flatMap((part) => part.cuts);
    const why = on.length > 0 && on.every(isCut) ? whyWhole(cuts, subject) : undefined;
    return [
      { answer: 'refuted', saw },
      ...(why === undefined ? [] : [{ answer: 'refuted' as const, saw: `why: ${why}` }]),
    ];
  }
  const times = new Map<string, number>();
  for (const { stretch } of checks) {
    times.set(wordsOf(stretch), (times.get(wordsOf(stretch)) ?? 0) + 1);
  }
  return [...times].map(([words, count]) => ({
    answer: 'confirmed',
    saw: `cluster sizes as predicted, ${words}, at ${count} time(s)`,
  }));
}

function wordsOf({ on, sizes }: Stretch): string {
  const those = on.map(({ part }) => part).join(' and ');
  return `${listed(sizes)} while ${on.length === 0 ? 'no part that moves nodes' : `part ${those}`} is on`;
}

const listed = (sizes: readonly number[]): string =>
  sizes.length === 0 ? 'none' : sizes.join(' and ');

function checksOfLooks(seen: Looks, endMs: number): Check[] {
  const stretches = stretchesOf(seen.subject, endMs);
  return seen.looks.flatMap(({ views }) => checkOfViews(views, stretches, seen));
}

/** A look counts where every node that can speak did, in one stretch that had settled. */
function checkOfViews(views: Views, stretches: readonly Stretch[], seen: Looks): Check[] {
  const { injectAt, inventory } = seen.subject;
  if (injectAt === undefined || views.length === 0) return [];
  const times = views.map(({ at }) => at - injectAt);
  const stretch = stretches.find(
    ({ settledMs, endMs }) =>
      settledMs <= Math.min(...times) && Math.max(...times) + tellMs + guardOf(seen) <= endMs,
  );
  if (stretch === undefined) return [];
  const speaking = views.filter(({ from }) => !stretch.silent.has(from));
  const wanted = nodesOf(inventory).filter(({ id }) => !stretch.silent.has(id));
  if (speaking.length < wanted.length || speaking.some(({ view }) => view === null)) return [];
  const now = new Map(
    speaking.flatMap(({ from, view }) => (view === null ? [] : [[from, view] as const])),
  );
  return [checked(stretch, sizesOf(grouped(now)))];
}

const checked = (stretch: Stretch, sizes: readonly number[]): Check => ({
  stretch,
  sizes,
  isRight: sizes.join() === stretch.sizes.join(),
});

/** What recorders say of a stretch: at its end where it had time to settle, else whether it came to it. */
function checkOf(stretch: Stretch, seen: Looks, { changes }: Recorded): Check[] {
  const { injectAt, inventory } = seen.subject;
  if (injectAt === undefined || stretch.startMs < 0) return [];
  const wanted = nodesOf(inventory).filter(({ id }) => !stretch.silent.has(id)).length;
  const all = groupings(changes.filter(({ node }) => !isSilent(node, stretch, seen)));
  const until = injectAt + stretch.endMs - guardOf(seen);
  const isWhole = ({ groups }: (typeof all)[number]): boolean =>
    groups.flatMap(({ nodes }) => nodes).length === wanted;
  if (stretch.settledMs + tellMs <= stretch.endMs) {
    const last = all.findLast(({ at }) => at <= until);
    return last !== undefined && isWhole(last) ? [checked(stretch, sizesOf(last.groups))] : [];
  }
  if (stretch.on.length === 0) return [];
  return cameTo(
    stretch,
    all.filter(({ at }) => at <= until + tellMs),
    injectAt + stretch.startMs - guardOf(seen),
    isWhole,
  );
}

/** Of a stretch too short to settle: were the sizes there at some time, and if not, did all say so? */
function cameTo<Grouped extends ReturnType<typeof groupings>[number]>(
  stretch: Stretch,
  all: readonly Grouped[],
  since: number,
  isWhole: (one: Grouped) => boolean,
): Check[] {
  const within = all.filter(({ at }) => at > since);
  const hit = within.find(({ groups }) => sizesOf(groups).join() === stretch.sizes.join());
  if (hit !== undefined) return [checked(stretch, stretch.sizes)];
  const last = all.at(-1);
  const sure = stretch.endMs - stretch.startMs >= surelyMs && stretch.on.every(isCut);
  return sure && last !== undefined && isWhole(last)
    ? [checked(stretch, sizesOf(last.groups))]
    : [];
}

const isCut = ({ kind }: Stretch['on'][number]): boolean => kind === 'cut';

/** Recorders are known by the names of their nodes. */
function isSilent(name: string, { silent }: Stretch, { subject }: Looks): boolean {
  return nodesOf(subject.inventory).some((node) => node.name === name && silent.has(node.id));
}
