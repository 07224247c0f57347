/** The matrix as three grids, of machines where they are few, else of groups of machines. */
import { judgeOf, letters, moments } from './matrix-answers.ts';
import type { Judged, Moment } from './matrix-answers.ts';
import { markup, nothing } from './markup.ts';
import type { Content, Markup } from './markup.ts';
import type { ConnectionReport } from '../report/connections.ts';
import type { Report } from '../report.ts';

/** More machines than this do not fit a grid. */
const machinesMax = 12;

/** What rows and columns stand for: a machine's own name, or a group's. */
function groupingOf({ connections, nodes }: Report): (name: string) => string {
  const names = new Set(connections.flatMap(({ from, to }) => [from, to]));
  if (names.size <= machinesMax) return (name) => name;
  const known = new Map(nodes.map((node) => [node.name, node]));
  const zones = new Set(nodes.map(({ zone }) => zone));
  const byZone = zones.size <= 4;
  return (name) => {
    const node = known.get(name);
    if (node === undefined) return 'clients and others';
    const role = node.isTarget ? 'targets' : 'others';
    return byZone && zones.size > 1 ? `${role}, ${node.zone}` : role;
  };
}

/** How often a cell has an answer, and how often it is not as it should be. */
interface Tally {
  readonly kind: ConnectionReport['kind'];
  readonly answer: string;
  readonly count: number;
  readonly judged: Judged;
}

export function matrixGrids(report: Report): Markup {
  const groupOf = groupingOf(report);
  const { connections } = report;
  const all = [...new Set(connections.flatMap(({ from, to }) => [groupOf(from), groupOf(to)]))];
  const names = all.toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }));
  const judge = judgeOf(report);
  const grid = (moment: Moment): Markup => {
    const cells = new Map<string, ConnectionReport[]>();
    for (const one of connections) {
      const place = JSON.stringify([groupOf(one.from), groupOf(one.to)]);
      cells.set(place, [...(cells.get(place) ?? []), one]);
    }
    const cell = (from: string, to: string): Markup => {
      const found = cells.get(JSON.stringify([from, to])) ?? [];
      return cellOf(talliesOf(found, moment, judge), found.length);
    };
    return markup`
      <table class="grid"><caption>${moment}</caption>
        <thead><tr><th scope="col">from \\ to</th>${names.map((name) => markup`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>${names.map((from) => markup`<tr><th scope="row">${from}</th>${names.map((to) => cell(from, to))}</tr>`)}</tbody>
      </table>`;
  };
  return markup`<div class="grids scroll" tabindex="0" role="group" aria-label="Connection matrix: before, during and after the fault">${moments.map(grid)}</div>`;
}

function talliesOf(
  found: readonly ConnectionReport[],
  moment: Moment,
  judge: ReturnType<typeof judgeOf>,
): Tally[] {
  const tallies = new Map<string, Tally>();
  for (const one of found) {
    const answer = one[moment];
    if (answer === null) continue;
    const judged = judge(one, moment);
    const kind = one.kind;
    const place = `${kind === 'canary'}/${answer}/${judged}`;
    const count = (tallies.get(place)?.count ?? 0) + 1;
    tallies.set(place, { kind, answer, count, judged });
  }
  return [...tallies.values()].toSorted((one, other) => rank(one) - rank(other));
}

/** What is not as it should be comes first, dialled connections before those that stand. */
const rank = ({ judged, kind }: Tally): number =>
  (judged === 'wrong' ? 0 : 2) + (kind === 'canary' ? 1 : 0);

function cellOf(tallies: readonly Tally[], asked: number): Markup {
  if (asked === 0) return markup`<td class="void"></td>`;
  if (tallies.length === 0) return markup`<td class="unasked">·</td>`;
  const isWrong = tallies.some(({ judged }) => judged === 'wrong');
  const isStopped = tallies.some(({ answer }) => !['open', 'alive', 'absent'].includes(answer));
  const look = isWrong ? 'wrong' : isStopped ? 'stopped' : 'passing';
  return markup`<td class="${look}">${tallies.map(tallyOf)}</td>`;
}

function tallyOf({ answer, count, judged, kind }: Tally): Content {
  const often = count === 1 ? nothing : markup`<small>×${count}</small>`;
  const word = judged === 'wrong' ? markup` <strong>wrong</strong>` : nothing;
  const look = kind === 'canary' ? 'stands' : 'dialled';
  return markup`<span class="${look}">${letters[answer] ?? answer}${often}${word}</span>`;
}
