/**
 * A report cut down to what a page, or an item of the journal, can hold: long series keep their extremes,
 * long lists their beginning, and what was left out is told.
 */
import { endsOfRuns, extremes, firstOnes, shortened } from './fewer.ts';
import type { Report } from '../report.ts';
import type { Verdict } from '../verdict.ts';

/** A shorter report, and a sentence for everything that is missing in it. */
export interface Abridged {
  readonly report: Report;
  readonly leftOut: readonly string[];
}

/** What is held at most, before `share` makes it less. */
const most = {
  spans: 600,
  clients: 240,
  connections: 400,
  counters: 24,
  clusterNames: 3_000,
  clusters: 100,
  lines: 60,
  rows: 100,
  states: 200,
};

/** Shares of what a page usually shows; a report that is still too large gets less shown. */
export const shares = [1, 0.5, 0.2, 0.1, 0.02];

/**
 * @param share of what is usually held: from 1, all, down to 0.
 * @param where they are that are kept, as the sentences say it.
 */
export function abridged(report: Report, share: number, where: string): Abridged {
  const leftOut: string[] = [];
  const tell = (kept: number, all: number, what: string, how = ''): void => {
    if (kept < all) leftOut.push(`${kept} of ${all} ${what} ${where}${how}`);
  };
  const bound = (name: keyof typeof most): number => Math.max(4, Math.floor(most[name] * share));
  const some = <Item>(items: readonly Item[], atMost: number, what: string): Item[] => {
    const kept = firstOnes(items, atMost);
    tell(kept.length, items.length, what);
    return kept;
  };
  const tellSeries = (kept: number, all: number, what: string): void =>
    tell(kept, all, what, ': ends and extremes were kept');
  const texts = (items: readonly string[], what: string): string[] =>
    some(items, bound('lines'), what).map(shortened);
  const spansEach = Math.max(6, Math.floor(bound('spans') / Math.max(1, report.nodes.length)));
  const nodes = report.nodes.map((node) => ({
    ...node,
    spans: extremes(node.spans, spansEach, [({ size }) => size]),
  }));
  const clients = extremes(report.clients, bound('clients'), [
    ({ ok }) => ok,
    ({ timeouts }) => timeouts,
    ({ errors }) => errors,
  ]);
  tellSeries(spansIn(nodes), spansIn(report.nodes), 'records of nodes');
  tellSeries(clients.length, report.clients.length, 'spans of clients');
  // A long hold is one state that comes again and again.
  const isLong = report.states.length > bound('states');
  const states = isLong ? endsOfRuns(report.states, ({ state }) => state) : report.states;
  tellSeries(states.length, report.states.length, 'states');
  const size = Math.max(1, report.nodes.length);
  const clustersMost = Math.min(bound('clusters'), Math.ceil(bound('clusterNames') / size));
  const verdictOf = (verdict: Verdict, what: string): Verdict => ({
    ...verdict,
    evidence: texts(verdict.evidence, `lines of evidence (${what})`),
  });
  return {
    report: {
      ...report,
      plan: {
        ...report.plan,
        steps: some(report.plan.steps, bound('rows'), 'steps').map(saidShortly),
        warnings: texts(report.plan.warnings, 'warnings'),
        prediction: report.plan.prediction && {
          ...report.plan.prediction,
          falls: some(report.plan.prediction.falls, bound('rows'), 'cuts whose connections fall'),
        },
      },
      verdicts: {
        steady: verdictOf(report.verdicts.steady, 'steady'),
        inForce: verdictOf(report.verdicts.inForce, 'in force'),
        expected: verdictOf(report.verdicts.expected, 'expected'),
        clean: verdictOf(report.verdicts.clean, 'clean'),
        recovered: verdictOf(report.verdicts.recovered, 'recovered'),
      },
      nodes,
      clients,
      connections: some(report.connections, bound('connections'), 'connections'),
      counters: some(report.counters, bound('counters'), 'nodes with counters'),
      xdr: some(report.xdr, bound('rows'), 'XDR destinations of nodes'),
      clusters: some(report.clusters, clustersMost, 'clusters'),
      states: some(states, bound('states'), 'states').map(saidShortly),
      restored: some(report.restored, bound('rows'), 'restored steps'),
      residue: texts(report.residue, 'lines of residue'),
      others: texts(report.others, "lines on others' changes"),
      limits: texts(report.limits, 'limits'),
    },
    leftOut,
  };
}

const spansIn = (nodes: Report['nodes']): number =>
  nodes.reduce((sum, { spans }) => sum + spans.length, 0);

const saidShortly = <Item extends { says: string }>(item: Item): Item => ({
  ...item,
  says: shortened(item.says),
});
