import { expect } from 'vitest';
import type { Report } from '../../core/report.ts';
import { rehearse, reportIn } from './rehearse.ts';

/** A rehearsal that must end well in every respect: exit 0, five verdicts confirmed, nothing left. */
export async function confirmed(words: readonly string[]): Promise<Report> {
  const run = await rehearse([...words, '--json']);
  const report = reportIn(run);
  expect(run.code, whyNot(report)).toBe(0);
  expect(Object.values(report.verdicts).map(({ answer }) => answer)).toEqual(
    Array.from({ length: 5 }, () => 'confirmed'),
  );
  expect(report.residue).toEqual([]);
  return report;
}

/** What a reader of a failed test needs: each verdict with what it rests on. */
const whyNot = ({ says, verdicts, timing, failure }: Report): string =>
  [
    says,
    ...Object.entries(verdicts).flatMap(([name, { answer, evidence }]) => [
      `${name} ${answer}:`,
      ...evidence.map((line) => `  ${line}`),
    ]),
    JSON.stringify({ timing, failure }),
  ].join('\n');

/** What was seen of the fault while it was in force, a line each. */
export const seenIn = ({ verdicts }: Report): string => verdicts.inForce.evidence.join('\n');

/** The kinds of the plan's steps, each once. */
export const kindsIn = ({ plan }: Report): string[] => [
  ...new Set(plan.steps.map(({ kind }) => kind)),
];

/** The sizes of the clusters that formed while the fault held, and how many keys they had. */
export function splitIn({ clusters, timing }: Report): { sizes: number[]; keys: number } {
  const { injectAt, restoredAt } = timing;
  const during = clusters.filter(({ at }) => at > (injectAt ?? 0) && at < (restoredAt ?? 0));
  const last = new Map(during.map(({ key, size }) => [key, size]));
  return { sizes: [...last.values()].toSorted((a, b) => a - b), keys: last.size };
}

/** Fabric links of each node after recovery, in order of name. */
export function linksAfter({ verdicts }: Report): number[] {
  return verdicts.recovered.evidence.flatMap((line) => {
    const [, links] = /^\S+ stable, (\d+) fabric links$/.exec(line) ?? [];
    return links === undefined ? [] : [Number(links)];
  });
}
