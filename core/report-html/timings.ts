/** How long everything took, of the report's own instants. */
import { instant, seconds } from './clock.ts';
import { table } from './table.ts';
import type { Markup } from './markup.ts';
import type { Report } from '../report.ts';
import { splitAt } from '../report/split.ts';

/** One measured span; null: one of its ends was never seen. */
export interface Timing {
  readonly what: string;
  readonly says: string;
  readonly from: number | null;
  readonly until: number | null;
}

/** Every span that people ask for, in the order in which they begin. */
export function timingsOf(report: Report): Timing[] {
  const {
    injectAt,
    injectedAt,
    inForceAt,
    restoreAt,
    restoredAt,
    cleanAt,
    recoveredAt,
    deadlineAt,
  } = report.timing;
  return [
    span('inject', 'late by, against the time set', injectAt, injectedAt),
    span('split', 'until a node first reported another cluster', injectedAt, splitAt(report)),
    span('bite', 'until it was seen in force', injectedAt, inForceAt),
    span('hold', 'from injected to restored', injectedAt, restoredAt),
    span('restore', 'late by, against the time set; less than zero: early', restoreAt, restoredAt),
    span('rejoin', 'until all nodes were one cluster again', restoredAt, recoveredAt),
    span('migrations', 'until the last node had none', restoredAt, migratedAt(report)),
    span('clean', 'until nothing of it was proven left', restoredAt, cleanAt),
    span('margin', 'left until the deadline', restoredAt, injectedAt === null ? null : deadlineAt),
  ];
}

const span = (what: string, says: string, from: number | null, until: number | null): Timing => ({
  what,
  says,
  from,
  until,
});

/** Milliseconds; null where it was not seen. */
export const lasted = ({ from, until }: Timing): number | null =>
  from === null || until === null ? null : until - from;

/** When the last migration after restore was over; null: none was seen, or one was not seen to end. */
function migratedAt({ nodes, timing: { restoredAt } }: Report): number | null {
  if (restoredAt === null) return null;
  const ends = nodes.map(({ spans }) => {
    const last = spans.findLastIndex(({ migrating }) => migrating === true);
    if (last === -1) return null;
    const end = spans[last + 1]?.at ?? Infinity;
    return end > restoredAt ? end : null;
  });
  const known = ends.filter((end) => end !== null);
  const latest = Math.max(...known);
  return known.length === 0 || latest === Infinity ? null : latest;
}

export function timingTable(report: Report): Markup {
  return table({
    id: 'timings',
    caption: 'Timings in seconds',
    head: ['what', 'seconds', 'meaning', 'from (UTC)', 'until (UTC)'],
    numbers: [1],
    rows: timingsOf(report).map((timing) => {
      const took = lasted(timing);
      return [
        timing.what,
        took === null ? 'not seen' : seconds(took),
        timing.says,
        timing.from === null ? '–' : instant(timing.from),
        timing.until === null ? '–' : instant(timing.until),
      ];
    }),
  });
}
