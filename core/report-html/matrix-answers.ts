/** One connection's answers as the matrix shows them, and whether they are as they should be. */
import type { ConnectionReport } from '../report/connections.ts';
import type { Report } from '../report.ts';

/** When a connection was looked at. */
export const moments = ['before', 'during', 'after'] as const;
export type Moment = (typeof moments)[number];

/** How the matrix writes an answer, and what it says in words. */
export const letters: Readonly<Record<string, string>> = {
  open: 'O',
  refused: 'R',
  'timed-out': 'T',
  unreachable: 'U',
  reset: 'X',
  alive: 'alive',
  dead: 'dead',
  absent: 'absent',
};

/** As it should be, not as it should be, or nobody can tell. */
export type Judged = 'right' | 'wrong' | 'unknown';

/** Says of every connection at every moment whether it was as it should be. */
export function judgeOf(report: Report): (one: ConnectionReport, moment: Moment) => Judged {
  const cuts = new Set(report.connections.filter(({ kind }) => kind === 'cut').flatMap(bothWays));
  // Of a fault that comes and goes or stops a share alone, the last look says little: parts have verdicts of their own.
  const isSteady = report.parts.length === 0;
  const isInjected = report.timing.injectedAt !== null;
  const falls = report.plan.prediction?.connections;
  return (one, moment) => {
    const answer = one[moment];
    if (answer === null || answer === 'absent') return 'unknown';
    if (one.kind === 'canary') {
      // Before the fault it is dialled: open is how it begins.
      if (moment !== 'during' || !isInjected || !bothWays(one).some((way) => cuts.has(way))) {
        return isOf(answer === 'alive' || answer === 'open');
      }
      if (!isSteady || falls === undefined || falls === 'partly established') return 'unknown';
      return isOf(answer === (falls === 'full' ? 'dead' : 'alive'));
    }
    if (one.kind === 'control' || moment !== 'during') return isOf(answer === 'open');
    return isSteady && isInjected ? isOf(answer !== 'open') : 'unknown';
  };
}

const isOf = (right: boolean): Judged => (right ? 'right' : 'wrong');

const bothWays = ({ from, to, port }: ConnectionReport): string[] => [
  JSON.stringify([from, to, port]),
  JSON.stringify([to, from, port]),
];
