/** The data of the timeline, in lists and tables. */
import { instant, since, utcOf, zeroOf } from '../clock.ts';
import { eventsOf } from './events.ts';
import { keysOf } from './keys.ts';
import { markup, nothing } from '../markup.ts';
import type { Content, Markup } from '../markup.ts';
import { folded, table } from '../table.ts';
import type { Report } from '../../report.ts';

/** Every numbered mark with its exact time. */
export function eventList(report: Report): Markup {
  const { at: zero } = zeroOf(report);
  const { events, more } = eventsOf(report);
  const items = events.map(
    ({ at, says }) =>
      markup`<li><span class="n">${since(at, zero)} s</span> <span class="said">${says}</span> ${instant(at, 'time')}</li>`,
  );
  const rest =
    more === 0 ? nothing : markup`<p class="none">${more} more events are in the tables.</p>`;
  const [first] = events;
  const day = first === undefined ? '' : utcOf(first.at).replace(/T.*/, '');
  return markup`
    <h3>Events, seconds since zero and UTC, from ${day}</h3>
    <ol class="events">${items}</ol>${rest}`;
}

/** Every band as a table. */
export const timelineTables = (report: Report): Markup =>
  markup`${[nodeTable(report), stateTable(report), clientTable(report), partTable(report)]}`;

function nodeTable(report: Report): Content {
  const shownAs = keysOf(report);
  const { at: zero } = zeroOf(report);
  const rows = report.nodes.flatMap(({ name, spans }) =>
    spans.map(({ at, size, key, principal, member, migrating }) => [
      name,
      since(at, zero),
      size ?? 'no answer',
      key === null ? '–' : `${key} (${shownAs(key, size ?? 0).letter})`,
      principal ?? '–',
      told(member, 'yes', 'no'),
      told(migrating, 'yes', 'no'),
    ]),
  );
  const made = table({
    id: 'node-spans',
    caption: 'What every node reported, from when on (seconds since zero)',
    head: ['node', 'from', 'cluster size', 'cluster key', 'principal', 'member', 'migrating'],
    numbers: [1, 2],
    rows,
  });
  return folded(`Nodes: ${rows.length} records of ${report.nodes.length} nodes`, made);
}

const told = (value: boolean | null, yes: string, no: string): string =>
  value === null ? '–' : value ? yes : no;

function stateTable(report: Report): Content {
  const { at: zero } = zeroOf(report);
  const rows = report.states.map(({ state, from, until, says }) => [
    state,
    since(from, zero),
    since(until, zero),
    utcOf(from),
    says,
  ]);
  if (rows.length === 0) return nothing;
  const head = ['state', 'from', 'until', 'from (UTC)', 'said'];
  const made = table({
    id: 'states',
    caption: 'States of the workflow',
    head,
    numbers: [1, 2],
    rows,
  });
  return folded(`Workflow: ${rows.length} states`, made);
}

function clientTable(report: Report): Content {
  const { at: zero } = zeroOf(report);
  const rows = report.clients.map(({ from, until, ok, timeouts, errors }) => [
    since(from, zero),
    since(until, zero),
    ok ?? 'not known',
    timeouts ?? 'not known',
    errors ?? 'not known',
  ]);
  if (rows.length === 0) return markup`<p class="none">Clients: nobody measured what they got.</p>`;
  const made = table({
    id: 'clients',
    caption: 'What clients got a second, averaged from look to look, over all nodes',
    head: ['from', 'until', 'ok / s', 'timeouts / s', 'errors / s'],
    numbers: [0, 1, 2, 3, 4],
    rows,
  });
  return folded(`Clients: ${rows.length} samples`, made);
}

function partTable({ parts }: Report): Content {
  if (parts.length === 0) return nothing;
  const made = table({
    id: 'parts',
    caption: 'Parts of the fault',
    head: ['part', 'kind', 'what', 'from (UTC)', 'until (UTC)', 'times on', 'rules hit', 'answer'],
    numbers: [0, 5],
    rows: parts.map(({ part, kind, says, startAt, endAt, timesOn, rules, seen }) => [
      part,
      kind,
      says,
      startAt === null ? 'never' : instant(startAt),
      endAt === null ? 'never' : instant(endAt),
      timesOn,
      rules === null ? '–' : `${rules.hit} of ${rules.seen}`,
      seen.answer,
    ]),
  });
  return folded(`Parts: ${parts.length}`, made);
}
