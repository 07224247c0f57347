/** The verdict, in a word, in a sentence, in five answers and a few figures; then who, why and with what. */
import { instant, roughly } from './clock.ts';
import { lasted, timingsOf } from './timings.ts';
import { markup, nothing } from './markup.ts';
import type { Content, Markup } from './markup.ts';
import { mark, outcomeWords, placeOf, verdictsOf } from './words.ts';
import type { Report } from '../report.ts';

export function head(report: Report): Markup {
  const { experiment, runId, stoppedBy } = report;
  const { tone, word } = outcomeWords(report);
  return markup`
    <header><div class="top ${tone}">
      <p class="run">run <code>${runId}</code> · ${report.timing.openedAt === null ? 'never opened' : instant(report.timing.openedAt)} UTC</p>
      <h1><span class="outcome">${mark(tone)} ${word}</span> <span class="what">${experiment.name} on ${experiment.cluster}</span></h1>
      <p class="says">${sentenceOf(report)}</p>
      ${stoppedBy === null ? nothing : markup`<p>Stopped early: ${stoppedBy.says}.</p>`}
      ${report.failure === null ? nothing : markup`<p>It ended with ${report.failure.error}: ${report.failure.cause}</p>`}
      ${whatToDo(report)}
      <nav aria-label="Verdicts"><ul class="chips">${verdictsOf(report).map(
        (one) =>
          markup`<li><a class="chip ${one.tone}" href="#${placeOf(one.name)}"><b>${one.title}</b> ${mark(one.tone)} ${one.answer}</a></li>`,
      )}</ul></nav>
      ${figures(report)}
    </div>${origin(report)}</header>`;
}

/** The report's own sentence without what the heading has said already. */
function sentenceOf({ says, experiment, runId }: Report): string {
  const named = says.replace(/^[A-Z]+(?: [A-Z]+)* /, '');
  const [rest = ''] = [
    `${experiment.name} on ${experiment.cluster}, run ${runId}: `,
    `${experiment.name}: `,
  ]
    .filter((start) => named.startsWith(start))
    .map((start) => named.slice(start.length));
  if (rest === '') return says;
  const sentence = `${rest.slice(0, 1).toUpperCase()}${rest.slice(1)}`;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** The last thing that is read first: what a person has to do. */
function whatToDo({ outcome, stuck, runId, life }: Report): Markup {
  const restore = markup`<code>aerofault restore ${runId}</code>`;
  if (stuck !== null) {
    return markup`<p class="do"><strong>A person is needed.</strong> Now: ${restore}; if that does not end it, <a href="#by-hand">do it by hand</a>.</p>`;
  }
  if (outcome === 'not-clean') {
    return markup`<p class="do"><strong>Something is left, or nobody knows.</strong> Now: ${restore}, then read <a href="#evidence-clean">what was found</a>.</p>`;
  }
  return life === 'final' || outcome === 'refused'
    ? nothing
    : markup`<p class="do">The run was ${life} when this was written: it goes on.</p>`;
}

/** Timings that a first glance wants. */
const glance: Readonly<Record<string, string>> = {
  bite: 'in force after',
  hold: 'held for',
  rejoin: 'one cluster after',
  migrations: 'migrated after',
  clean: 'proven clean after',
};

function figures(report: Report): Content {
  if (report.timing.injectedAt === null) return nothing;
  const shown = timingsOf(report).flatMap((timing) => {
    const name = glance[timing.what];
    return name === undefined ? [] : [{ name, took: lasted(timing) }];
  });
  return markup`<dl class="figures">${shown.map(
    ({ name, took }) =>
      markup`<div><dt>${name}</dt><dd>${took === null ? 'not seen' : markup`${roughly(took)}<small> s</small>`}</dd></div>`,
  )}</dl>`;
}

function origin(report: Report): Markup {
  const { experiment, plan, nodes } = report;
  const builds = [...new Set(nodes.map(({ build }) => build ?? 'unknown'))];
  const cut = nodes.filter(({ isTarget }) => isTarget).map(({ name }) => name);
  const rows: (readonly [string, Content])[] = [
    ['started by', report.startedBy],
    [
      'asked for',
      `${faultIn(experiment)} by ${experiment.mechanism}, held ${experiment.holdSeconds} s`,
    ],
    ['targets', cut.length === 0 ? 'none' : namesOf(cut)],
    [
      'cluster',
      `${counted(nodes.length, 'node')}; server ${builds.length === 0 ? 'unknown' : builds.join(', ')}`,
    ],
    [
      'plan',
      plan.digest === null
        ? 'none was made'
        : markup`<code>${plan.digest}</code>, ${counted(plan.steps.length, 'step')}`,
    ],
    ['ended by', report.closedBy ?? 'nobody'],
  ];
  return markup`
    <dl class="origin">${rows.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function faultIn({ fault }: Report['experiment']): string {
  if (fault.kind !== 'partition') return fault.kind;
  return `partition, ${fault.topology.kind}`;
}

const namesOf = (names: readonly string[]): string =>
  names.length > 8
    ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`
    : names.join(', ');

const counted = (count: number, thing: string): string =>
  `${count} ${thing}${count === 1 ? '' : 's'}`;
