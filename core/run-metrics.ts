import { answersOf } from './run-finished.ts';
import type { Report } from './report.ts';
import { splitAt } from './report/split.ts';

/** One number of a run for CloudWatch; spans are in milliseconds. */
export interface Measurement {
  readonly name: string;
  readonly unit: 'Count' | 'Milliseconds';
  readonly value: number;
}

/** Where the numbers of runs are found: those of a deployment, of one of its clusters, of one experiment. */
export const runMetrics = {
  namespace: 'Aerofault',
  dimensions: [['Journal'], ['Journal', 'Cluster'], ['Journal', 'Cluster', 'Experiment']],
  outcomes: {
    confirmed: 'RunsConfirmed',
    'not-confirmed': 'RunsNotConfirmed',
    refused: 'RunsRefused',
    'not-clean': 'RunsNotClean',
    broken: 'RunsBroken',
  },
  verdicts: {
    steady: 'Steady',
    inForce: 'InForce',
    expected: 'Expected',
    clean: 'Clean',
    recovered: 'Recovered',
  },
  answers: { confirmed: 'Confirmed', refuted: 'Refuted', inconclusive: 'Inconclusive' },
  spans: {
    bite: 'TimeToBite',
    split: 'TimeToSplit',
    restore: 'TimeToRestore',
    recover: 'TimeToRecover',
  },
  residue: 'Residue',
  notDelivered: 'NotDelivered',
} as const;

/**
 * What a run that is over counts for. A span that was not observed is left out rather than called zero,
 * and each answer of a verdict has a count of its own, so that none is rounded into another.
 */
export function measurementsOf(report: Report): Measurement[] {
  const { outcomes, verdicts, answers, residue } = runMetrics;
  const given = answersOf(report);
  const asked = ['steady', 'inForce', 'expected', 'clean', 'recovered'] as const;
  return [
    count(outcomes[report.outcome]),
    ...asked.map((verdict) => count(`${verdicts[verdict]}${answers[given[verdict]]}`)),
    ...spansOf(report),
    { name: residue, unit: 'Count', value: report.residue.length },
  ];
}

/**
 * From injected to seen in force, by the sign that the verdict goes by; where several clusters are predicted,
 * to the first node that told of another. From the end of the fault (its time, or what stopped it) to the last
 * step undone; a host's own timer may be a moment early, which counts as none.
 */
function spansOf(report: Report): Measurement[] {
  const { timing, plan, stoppedBy } = report;
  const { injectedAt, inForceAt, restoreAt, restoredAt, recoveredAt } = timing;
  const { bite, split, restore, recover } = runMetrics.spans;
  const splits = (plan.prediction?.clusterSizes.length ?? 0) > 1;
  const endedAt = earlier(restoreAt, stoppedBy?.at ?? null);
  return [
    ...span(bite, injectedAt, inForceAt),
    ...(splits ? span(split, injectedAt, splitAt(report)) : []),
    ...span(restore, endedAt, restoredAt),
    ...span(recover, restoredAt, recoveredAt),
  ];
}

function span(name: string, from: number | null, to: number | null): Measurement[] {
  if (from === null || to === null) return [];
  return [{ name, unit: 'Milliseconds', value: Math.max(0, to - from) }];
}

function earlier(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}

const count = (name: string): Measurement => ({ name, unit: 'Count', value: 1 });
