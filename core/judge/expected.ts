/**
 * What was expected of a fault against what was seen, one hypothesis at a time: those of the experiment's
 * `expect`, and where it says nothing, what the planner predicts.
 */
import { grouped, sizesOf } from '../clusters.ts';
import type { Expect } from '../expect.ts';
import { nodesOf } from '../inventory.ts';
import type { Subject } from '../probe.ts';
import { namespacesOf } from '../surveyed.ts';
import type { Finding, VerdictAnswer } from '../verdict.ts';
import type { Views } from './answers.ts';
import { sizesAgainst } from './cluster.ts';
import type { SaidSizes } from './cluster.ts';
import { aboutClients, aboutLag } from './expected-traffic.ts';
import { answerOf } from './hypothesis.ts';
import type { Evidence, Hypothesis } from './hypothesis.ts';

/** Every hypothesis there is for this experiment. */
export function hypothesesOf(evidence: Evidence): Hypothesis[] {
  const { expect = {} } = evidence.subject.experiment;
  return [
    ...aboutSizes(expect, evidence),
    ...aboutPrincipal(expect, evidence),
    ...aboutUnavailable(expect, evidence),
    ...aboutClients(expect, evidence),
    ...aboutLag(expect, evidence),
    ...aboutRecovery(expect, evidence),
  ];
}

function aboutSizes({ clusterSizes }: Expect, evidence: Evidence): Hypothesis[] {
  const { subject, looks } = evidence;
  const said: SaidSizes =
    clusterSizes === undefined
      ? { by: 'predicted', sizes: subject.plan.prediction.clusterSizes }
      : { by: 'expected', sizes: clusterSizes };
  const found =
    evidence.sizes ?? looks.slice(-1).map(({ views }) => sizesAgainst(said, subject, views));
  const [worst] = worstFirst(found);
  if (worst === undefined) return [];
  return [
    {
      what: 'cluster sizes',
      by: clusterSizes === undefined ? 'prediction' : 'experiment',
      expected: said.sizes.toSorted((one, other) => one - other).join(' and '),
      seen: worst.saw,
      answer: worst.answer,
    },
  ];
}

/** The sides as the nodes reported them at the last look; two that are equally large are neither. */
function aboutPrincipal(
  { principal }: Expect,
  { subject, baseline, looks }: Evidence,
): Hypothesis[] {
  if (principal === undefined) return [];
  const before = new Set(baseline.views.flatMap(({ view }) => view?.principal ?? []));
  const [leader] = before;
  const views = looks.at(-1)?.views ?? [];
  const own = views.find(({ view }) => view?.node === leader)?.view;
  const sizes = clustersIn(views);
  const told = {
    what: 'principal',
    by: 'experiment',
    expected: `on the ${wordOf(principal)}`,
  } as const;
  if (before.size !== 1 || leader === undefined || own === undefined || own === null) {
    return [
      { ...told, seen: 'the principal before the fault did not answer', answer: 'inconclusive' },
    ];
  }
  const silent = silentIn({ subject, looks: looks.slice(-1) });
  if (silent.length > 0) {
    return [{ ...told, seen: `${silent.join(', ')} did not answer`, answer: 'inconclusive' }];
  }
  if (sizes.length < 2) return [{ ...told, seen: 'there was no split', answer: 'refuted' }];
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const side = own.size === most ? 'larger-side' : 'smaller-side';
  const seen = `${leader} was in a cluster of ${own.size}, next to ${sizes.join(' and ')}`;
  if (least === most)
    return [{ ...told, seen: `${seen}: no side is larger`, answer: 'inconclusive' }];
  return [{ ...told, seen, answer: side === principal ? 'confirmed' : 'refuted' }];
}

const wordOf = (side: string): string => side.replace('-', ' ');

/**
 * Each node of a sub-cluster reports the figure of all of it, so it counts once for each key. Predicted is
 * that none is unavailable, where no namespace is strongly consistent and no node is left without a cluster.
 */
function aboutUnavailable({ unavailablePartitions }: Expect, evidence: Evidence): Hypothesis[] {
  const { atLeast = 0, atMost = Infinity } = unavailablePartitions ?? { atMost: 0 };
  const isAsked = unavailablePartitions !== undefined;
  if (!isAsked && !predictsNoneUnavailable(evidence.subject)) return [];
  const seen = evidence.looks.map(({ views }, at) =>
    unavailableIn(views, startingAt(at, evidence)),
  );
  const worst = Math.max(0, ...seen);
  const isRight = worst >= atLeast && worst <= atMost;
  const silent = silentIn(evidence);
  const isSure = silent.length === 0 || worst > atMost;
  return [
    {
      what: 'unavailable partitions',
      by: isAsked ? 'experiment' : 'prediction',
      expected: boundsOf(atLeast, atMost),
      seen: `${worst} at the worst look${silent.length === 0 ? '' : `, but ${silent.join(', ')} did not answer`}`,
      answer: isSure ? answerOf(isRight) : 'inconclusive',
    },
  ];
}

function predictsNoneUnavailable({ plan, inventory }: Subject): boolean {
  const all = [
    plan.prediction.clusterSizes,
    ...(plan.parts ?? []).map((part) => part.clusterSizes),
  ];
  const namespaces = namespacesOf(inventory);
  return (
    namespaces.length > 0 &&
    namespaces.every(({ strong }) => !strong) &&
    all.every((sizes) => !sizes.includes(0))
  );
}

function unavailableIn(views: Views, starting: ReadonlySet<string>): number {
  const byKey = new Map(
    views.flatMap(({ from, view }) =>
      view === null || (view.size === 0 && starting.has(from))
        ? []
        : [[view.key, view.unavailable] as const],
    ),
  );
  return [...byKey.values()].reduce((total, one) => total + one, 0);
}

/**
 * Nodes whose service the plan itself held, and that a later look saw in a cluster: one that comes back belongs
 * to none for a moment. Size 0 and every partition unavailable are then no loss of the cluster; of one that
 * stays so, as a blocked orphan does, they are.
 */
function startingAt(at: number, { subject, looks }: Evidence): Set<string> {
  const held = heldIn(subject);
  const later = looks.slice(at + 1).flatMap(({ views }) => views);
  const joined = later.filter(({ from, view }) => held.has(from) && (view?.size ?? 0) > 0);
  return new Set(joined.map(({ from }) => from));
}

/** The nodes whose service the plan itself holds for a while. */
const heldIn = ({ plan }: Subject): Set<string> =>
  new Set(
    (plan.parts ?? []).filter(({ kind }) => kind === 'service').flatMap((part) => part.targets),
  );

/** Names of nodes that did not answer in some look, but for those whose service the plan itself holds. */
function silentIn({ subject, looks }: Pick<Evidence, 'subject' | 'looks'>): string[] {
  const held = heldIn(subject);
  const wanted = nodesOf(subject.inventory).filter(({ id }) => !held.has(id));
  return wanted
    .filter(({ id }) =>
      looks.some(({ views }) => views.every(({ from, view }) => from !== id || view === null)),
    )
    .map(({ name }) => name);
}

function aboutRecovery(
  { recoverySeconds }: Expect,
  { restoredAt, recoveredAt }: Evidence,
): Hypothesis[] {
  if (recoverySeconds === undefined) return [];
  const told = {
    what: 'recovery time',
    by: 'experiment',
    expected: `at most ${recoverySeconds} s`,
  } as const;
  if (restoredAt === null || recoveredAt === null) {
    return [{ ...told, seen: 'nobody saw the nodes as one cluster again', answer: 'inconclusive' }];
  }
  const seconds = (recoveredAt - restoredAt) / 1000;
  return [
    {
      ...told,
      seen: `${seconds.toFixed(1)} s after restore`,
      answer: answerOf(seconds <= recoverySeconds),
    },
  ];
}

function boundsOf(atLeast: number, atMost: number): string {
  if (atLeast === atMost) return String(atMost);
  if (atMost === Infinity) return `at least ${atLeast}`;
  return atLeast === 0 ? `at most ${atMost}` : `${atLeast} to ${atMost}`;
}

function clustersIn(views: Views): number[] {
  const now = new Map(
    views.flatMap(({ from, view }) => (view === null ? [] : [[from, view] as const])),
  );
  return sizesOf(grouped(now));
}

const ranks: readonly VerdictAnswer[] = ['refuted', 'inconclusive', 'confirmed'];

const worstFirst = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((one, other) => ranks.indexOf(one.answer) - ranks.indexOf(other.answer));
