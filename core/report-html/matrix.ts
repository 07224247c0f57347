/** Which connections were there before the fault, during it and after. */
import { judgeOf, letters, moments } from './matrix-answers.ts';
import { matrixGrids } from './matrix-grid.ts';
import { markup } from './markup.ts';
import type { Content, Markup } from './markup.ts';
import { folded, list, table } from './table.ts';
import { toned } from './words.ts';
import type { Abridged } from '../report/abridged.ts';
import type { ConnectionReport } from '../report/connections.ts';
import type { Report } from '../report.ts';

/** Sentences on connections that are not as they should be, at most. */
const wrongMax = 12;

/** The grids count every connection there is; the list has those that fit the page. */
export function matrix(whole: Report, { report: shown }: Abridged): Markup {
  if (whole.connections.length === 0) {
    return markup`<p class="none">No connection was asked for.</p>`;
  }
  return markup`
    <p>Rows dial columns. <b>O</b> open, <b>R</b> refused, <b>T</b> timed out, <b>U</b> unreachable, <b>X</b> reset, · not answered;
     below them <b>alive</b>, <b>dead</b> or <b>absent</b>: a connection that stands since before the fault. ${judgement(whole)}</p>
    ${matrixGrids(whole)}
    ${wrongOnes(whole)}
    ${folded(`All connections: ${shown.connections.length}`, everyOne(shown))}`;
}

function judgement({ parts, timing }: Report): string {
  if (timing.injectedAt === null)
    return 'Nothing was injected: every connection that is needed should be open.';
  return parts.length === 0
    ? 'What is not as the plan would have it is marked wrong.'
    : 'Parts of the fault come and go: what is cut is judged part by part, in the evidence; here it is the last answer.';
}

function wrongOnes(report: Report): Content {
  const judge = judgeOf(report);
  const wrong = report.connections.flatMap((one) =>
    moments
      .filter((moment) => judge(one, moment) === 'wrong')
      .map((moment) => `${whatIs(one)}: ${one[moment] ?? ''} ${moment} the fault`),
  );
  if (wrong.length === 0) {
    return markup`<p>${toned('good', 'None is wrong')} among ${report.connections.length} connections, as far as they were answered.</p>`;
  }
  const more = wrong.length - wrongMax;
  return markup`
    <p>${toned('bad', `${wrong.length} wrong`)} of ${report.connections.length} connections at three moments:</p>
    ${list([...wrong.slice(0, wrongMax), ...(more > 0 ? [`and ${more} more`] : [])])}`;
}

const whatIs = ({ from, to, port, kind }: ConnectionReport): string =>
  `${from} to ${to}, port ${port} (${kind})`;

function everyOne(report: Report): Markup {
  const judge = judgeOf(report);
  const answer = (one: ConnectionReport, moment: (typeof moments)[number]): Content => {
    const found = one[moment];
    if (found === null) return '·';
    const letter = letters[found] ?? '';
    const word = letter === found ? found : `${letter} ${found}`;
    return judge(one, moment) === 'wrong' ? markup`${word} <strong>wrong</strong>` : word;
  };
  return table({
    id: 'connections',
    caption: 'Every connection that was asked for',
    head: ['from', 'to', 'port', 'family', 'kind', ...moments],
    numbers: [2],
    rows: report.connections.map((one) => [
      one.from,
      one.to,
      one.port,
      one.family,
      one.kind,
      ...moments.map((moment) => answer(one, moment)),
    ]),
  });
}
