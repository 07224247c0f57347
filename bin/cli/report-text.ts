import { printable } from '../../core/printable.ts';
import type { Report } from '../../core/report.ts';
import type { Verdict } from '../../core/verdict.ts';
import { commandLine } from './command-line.ts';

/** The report for people: verdict first, then what is stuck, what was seen, and when. */
export function reportText(report: Report): string {
  const { verdicts } = report;
  const lines = [
    headline(report),
    ...rows('steady', verdicts.steady),
    ...rows('in force', verdicts.inForce),
    ...rows('expected', verdicts.expected),
    ...rows('clean', verdicts.clean),
    ...rows('recovered', verdicts.recovered),
    ...(report.markers === null ? [] : rows('markers', report.markers.kept)),
    '',
    ...eventsOf(report),
    ...report.residue.map((line) => `  residue  ${line}`),
    ...report.others.map((line) => `  others   ${line}`),
    ...timesOf(report),
    ...stuckLines(report),
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

/** At the left edge, so that lines can be pasted as they are; what several steps share is said once. */
function stuckLines({ stuck, runId }: Report): string[] {
  if (stuck === null) return [];
  const known = new Set<string>();
  const commands = stuck.steps.flatMap(({ stepId, says, reason, byHand }) => {
    const fresh = byHand.filter((line) => line.startsWith('#') || !known.has(line));
    for (const line of fresh) known.add(line);
    return ['', `# ${stepId}: ${says}`, `# ${reason}`, ...fresh];
  });
  return [
    '',
    `  STUCK since ${new Date(stuck.since).toISOString()}; the sweeper goes on trying. By hand, in this order:`,
    ...commands,
    '',
    '# Then let the run end:',
    commandLine('restore', runId),
  ];
}

function since(at: number, injectedAt: number | null): string {
  const offset = injectedAt === null ? 0 : (at - injectedAt) / 1000;
  return `${offset < 0 ? '' : '+'}${offset.toFixed(2)} s`.padStart(10);
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(1)} s`;
