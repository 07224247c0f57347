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

/**
 * Says of every connection at every moment whether it was as it should be, as the verdicts do: before the
 * fault it must be open if it is needed; from then on what was open counts, and who refused may refuse still.
 */
export function judgeOf(report: Report): (one: ConnectionReport, moment: Moment) => Judged {
  // Of a fault that comes and goes or stops a share alone, the last look says little: parts have verdicts of their own.
  const isSteady = report.parts.length === 0;
  const isInjected = report.timing.injectedAt !== null;
  return (one, moment) => {
    const answer = one[moment];
    if (answer === null || answer === 'absent') return 'unknown';
    if (moment === 'before') {
      return answer === 'open' ? 'right' : one.needed === true ? 'wrong' : 'unknown';
    }
    if (one.kind === 'control' && moment === 'during' && one.before === 'refused') {
      return isOf(['open', 'refused'].includes(answer));
    }
    if (one.before !== 'open') return 'unknown';
    if (moment === 'after' || one.kind === 'control') return isOf(answer === 'open');
    if (one.kind === 'canary') {
      return one.expected === null ? 'unknown' : isOf(answer === one.expected);
    }
    return isSteady && isInjected ? isOf(answer !== 'open') : 'unknown';
  };
}

const isOf = (right: boolean): Judged => (right ? 'right' : 'wrong');
