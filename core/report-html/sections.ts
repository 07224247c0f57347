/** The parts of the page that are lists and tables of the report as it is. */
import { instant } from './clock.ts';
import { markup, nothing } from './markup.ts';
import type { Content, Markup } from './markup.ts';
import { folded, list, longList, table } from './table.ts';
import { answerTag, placeOf, toned, verdictNames, verdictsOf } from './words.ts';
import type { Report } from '../report.ts';

export const hypothesisTable = ({ hypotheses }: Report): Markup =>
  table({
    id: 'hypotheses',
    caption: 'Expected against seen',
    head: ['what', 'answer', 'expected', 'seen', 'expected by'],
    rows: hypotheses.map(({ what, by, expected, seen, answer }) => [
      what,
      answerTag(answer),
      expected,
      seen,
      by,
    ]),
  });

/** Every step of the plan with what became of it, and what was undone besides. */
export function changes({ plan, restored, timing }: Report): Markup {
  const planned = new Set(plan.steps.map(({ id }) => id));
  const others = restored.filter(({ stepId }) => !planned.has(stepId));
  const back = (id: string): Content => {
    const found = restored.filter(({ stepId }) => stepId === id);
    if (found.length > 0) {
      return found.map(({ at, by }) => markup`<div>${instant(at)} by ${by}</div>`);
    }
    return timing.injectedAt === null ? '–' : toned('unknown', '? nobody told');
  };
  const rows = [
    ...plan.steps.map(({ id, kind, says }) => [id, says, kind, back(id)]),
    ...others.map(({ stepId, at, by }) => [
      stepId,
      'not in the plan',
      '–',
      markup`${instant(at)} by ${by}`,
    ]),
  ];
  const warnings =
    plan.warnings.length === 0
      ? nothing
      : markup`<h3>Warnings of the plan</h3>${longList(plan.warnings, 6)}`;
  const head = ['step', 'what it changes', 'kind', 'put back (UTC)'];
  return markup`${table({ id: 'steps', caption: 'Steps and what became of them', head, rows })}${warnings}`;
}

export const evidence = (report: Report): Markup[] =>
  verdictsOf(report).map(({ name, answer }) => {
    const found = report.verdicts[name].evidence;
    return markup`
      <section class="evidence" aria-labelledby="${placeOf(name)}">
        <h3 id="${placeOf(name)}">${verdictNames[name]} ${answerTag(answer)}</h3>
        ${found.length === 0 ? markup`<p class="none">Nobody saw anything.</p>` : longList(found, 10)}
      </section>`;
  });

/** What each part of the fault showed by itself. */
export const partEvidence = ({ parts }: Report): Content =>
  parts.length === 0
    ? nothing
    : [
        markup`<h3>Parts of the fault</h3>`,
        parts.map(
          ({ part, says, seen }) =>
            markup`<p><b>Part ${part}</b> ${answerTag(seen.answer)} ${says}</p>${longList(seen.evidence, 4)}`,
        ),
      ];

export function counters({ counters: nodes }: Report): Content {
  if (nodes.length === 0) return nothing;
  const names = [...new Set(nodes.flatMap((one) => Object.keys(one.during ?? one.after ?? {})))];
  const rows = names.map((name) => [
    name,
    ...nodes
      .flatMap(({ during, after }) => [during, after])
      .map((grown) => valueIn(grown, name) ?? '?'),
  ]);
  const head = ['counter', ...nodes.flatMap(({ node }) => [`${node} during`, `${node} after`])];
  const numbers = head.map((_, index) => index).slice(1);
  const caption = 'How much counters grew, during the fault and after it';
  return folded(
    `Counters of ${nodes.length} nodes`,
    table({ id: 'counters', caption, head, rows, numbers }),
  );
}

/** Lag, queue and recoveries to each destination, where nodes were asked for them. */
export function xdr({ xdr: told }: Report): Content {
  if (told.length === 0) return nothing;
  const times = ['before', 'worst', 'after'] as const;
  const rows = told.map((one) => [
    one.node,
    one.destination,
    ...times.flatMap((time) => {
      const seen = one[time];
      return [seen?.lagSeconds, seen?.queued, seen?.recoveries, seen?.pending].map(
        (value) => value ?? '?',
      );
    }),
  ]);
  const counted = ['lag (s)', 'queued', 'recovered', 'to recover'];
  const head = [
    'node',
    'destination',
    ...times.flatMap((time) => counted.map((one) => `${time}: ${one}`)),
  ];
  const numbers = head.map((_, index) => index).slice(2);
  const caption = 'XDR by node and destination, before the fault, at its worst, and at the end';
  return table({ id: 'xdr', caption, head, rows, numbers });
}

type Growth = Report['counters'][number]['during'];

const valueIn = (grown: Growth, name: string): number | null =>
  new Map(Object.entries(grown ?? {})).get(name) ?? null;

export function cost({ cost: spent }: Report): Markup {
  if (spent === null) return markup`<p class="none">Nobody noted what it took of AWS.</p>`;
  const calls = Object.entries(spent.calls).toSorted((one, other) => other[1] - one[1]);
  const all = calls.reduce((sum, [, count]) => sum + count, 0);
  const head = ['call', 'times'];
  return markup`
    <p>${all} calls to AWS and ${spent.invocations} invocations that took ${spent.lambdaSeconds} s: at least <b>${money(spent.usd)} USD</b>
     at list prices of us-east-1, free tiers aside. Requests to EC2 and SSM cost nothing.</p>
    ${folded(`Calls: ${calls.length} kinds`, table({ id: 'calls', caption: 'Calls by service and action', head, rows: calls, numbers: [1] }))}`;
}

/** Never in the notation of powers. */
const money = (usd: number): string => usd.toFixed(6).replace(/(\.\d\d\d*?)0+$/, '$1');

/** What the report cannot say, what this page leaves out, what others did, and what is left. */
export function limits(report: Report, leftOut: readonly string[]): Markup {
  const { limits: own, others, residue } = report;
  const unsure = [...own, ...leftOut];
  return markup`
    ${unsure.length === 0 ? markup`<p class="none">All that the run set out to see was seen.</p>` : longList(unsure, 12)}
    <h3>Changed by others meanwhile</h3>
    ${others.length === 0 ? markup`<p class="none">Nothing that was seen.</p>` : list(others)}
    <h3>Left behind</h3>
    ${residue.length === 0 ? markup`<p class="none">Nothing that was seen.</p>` : list(residue)}`;
}
