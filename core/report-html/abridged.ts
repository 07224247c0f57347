/**
 * A report cut down to what a page can hold: long series keep their extremes, long lists their beginning,
 * and what was left out is told. What the page shows and the JSON in it are made of the same.
 */
import { endsOfRuns, extremes, firstOnes, shortened } from './fewer.ts';
import type { Report } from '../report.ts';
import type { Verdict } from '../verdict.ts';

/** A report for a page, and a sentence for everything that is missing in it. */
export interface Abridged {
  readonly report: Report;
  readonly leftOut: readonly string[];
}

/** What a page holds at most, before `share` makes it less. */
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

/** @param share of what a page usually holds: from 1, all, down to 0. */
export function abridged(report: Report, share = 1): Abridged {
  const leftOut: string[] = [];
  const bound = (name: keyof typeof most): number => Math.max(4, Math.floor(most[name] * share));
  const some = <Item>(items: readonly Item[], atMost: number, what: string): Item[] => {
    const kept = firstOnes(items, atMost);
    if (kept.length < items.length) leftOut.push(sentence(kept.length, items.length, what));
    return kept;
  };
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
  tellSeries(leftOut, 'records of nodes', report.nodes.map(spansOf), nodes.map(spansOf));
  tellSeries(leftOut, 'spans of clients', [report.clients.length], [clients.length]);
  // A long hold is one state that comes again and again.
  const isLong = report.states.length > bound('states');
  const states = isLong ? endsOfRuns(report.states, ({ state }) => state) : report.states;
  tellSeries(leftOut, 'states', [report.states.length], [states.length]);
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

const spansOf = ({ spans }: Report['nodes'][number]): number => spans.length;

const saidShortly = <Item extends { says: string }>(item: Item): Item => ({
  ...item,
  says: shortened(item.says),
});

const sentence = (kept: number, all: number, what: string): string =>
  `${kept} of ${all} ${what} are on this page; the report as JSON has all`;

function tellSeries(
  leftOut: string[],
  what: string,
  before: readonly number[],
  after: readonly number[],
): void {
  if (total(after) === total(before)) return;
  leftOut.push(`${sentence(total(after), total(before), what)}: ends and extremes were kept`);
}

const total = (all: readonly number[]): number => all.reduce((sum, one) => sum + one, 0);
