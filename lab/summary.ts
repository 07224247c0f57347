import type { Report } from '../core/report.ts';
import type { Verdict } from '../core/verdict.ts';
import { printable } from './progress.ts';

/** The report for people: verdict first, then what was seen, then when. */
export function summary(report: Report): string {
  const { verdicts } = report;
  const lines = [
    headline(report),
    ...rows('steady', verdicts.steady),
    ...rows('in force', verdicts.inForce),
    ...rows('clean', verdicts.clean),
    ...rows('recovered', verdicts.recovered),
    '',
    ...eventsOf(report),
    ...report.residue.map((line) => `  residue  ${line}`),
    ...report.others.map((line) => `  others   ${line}`),
    ...timesOf(report),
  ];
  return `${lines.map(printable).join('\n')}\n`;
}

function headline({ says, closedBy }: Report): string {
  const usual = closedBy === null || closedBy === 'workflow';
  return usual ? says : `${says}; the run was closed by ${closedBy}`;
}

function rows(name: string, { answer, evidence }: Verdict): string[] {
  const [first = '', ...rest] = evidence.filter((text) => !text.startsWith('end of hold: '));
  const margin = ' '.repeat(28);
  return [
    `  ${name.padEnd(11)}${answer.padEnd(15)}${first}`,
    ...rest.map((text) => `${margin}${text}`),
  ];
}

/** Clusters as they were seen and steps as they were restored, in order of time. */
function eventsOf({ clusters, restored, timing }: Report): string[] {
  return [
    ...clusters.map((one) => ({ at: one.at, says: clusterLine(one) })),
    ...restored.map(({ at, stepId, by }) => ({ at, says: `${stepId} restored by ${by}` })),
  ]
    .toSorted((left, right) => left.at - right.at)
    .map(({ at, says }) => `  ${since(at, timing.injectedAt)}  ${says}`);
}

function clusterLine({ size, key, nodes }: Report['clusters'][number]): string {
  return `cluster of ${size}, key ${key}: ${nodes.join(', ')}`;
}

function timesOf({ timing }: Report): string[] {
  const { injectedAt, inForceAt, restoredAt, recoveredAt, cleanAt } = timing;
  if (injectedAt === null) return [];
  const spans = [
    inForceAt === null ? 'never in force' : `in force after ${seconds(inForceAt - injectedAt)}`,
    restoredAt === null ? 'not restored' : `restored after ${seconds(restoredAt - injectedAt)}`,
    restoredAt === null || recoveredAt === null
      ? 'not recovered'
      : `one cluster ${seconds(recoveredAt - restoredAt)} after restore`,
    cleanAt === null ? 'not clean' : `proven clean after ${seconds(cleanAt - injectedAt)}`,
  ];
  return [`  ${spans.join(', ')}`];
}

function since(at: number, injectedAt: number | null): string {
  const offset = injectedAt === null ? 0 : (at - injectedAt) / 1000;
  return `${offset < 0 ? '' : '+'}${offset.toFixed(2)} s`.padStart(10);
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
