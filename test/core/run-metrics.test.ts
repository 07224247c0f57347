import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { objectLink } from '../../core/console-link.ts';
import { Report } from '../../core/report.ts';
import { runFinishedOf, RunFinished } from '../../core/run-finished.ts';
import { measurementsOf } from '../../core/run-metrics.ts';

const recorded = Report.parse(
  JSON.parse(
    readFileSync(join(import.meta.dirname, '../recorded/isolate-one-node.report.json'), 'utf8'),
  ),
);
const valuesOf = (report: Report): Record<string, number> =>
  Object.fromEntries(measurementsOf(report).map(({ name, value }) => [name, value]));
const at = (timing: Partial<Report['timing']>, more: Partial<Report> = {}): Report => ({
  ...recorded,
  ...more,
  timing: { ...recorded.timing, ...timing },
});

describe('the numbers of a run', () => {
  test('are its outcome, each verdict’s answer, its spans and its residue', () => {
    const report = at({
      injectedAt: 1_000,
      inForceAt: 3_100,
      restoreAt: 60_000,
      restoredAt: 60_200,
      recoveredAt: 63_000,
    });
    const told = [1_000, 2_900, 3_100, 63_000].map((instant, index) => ({
      ...recorded.clusters[index]!,
      at: instant,
    }));
    expect(valuesOf({ ...report, clusters: told })).toEqual({
      RunsConfirmed: 1,
      SteadyConfirmed: 1,
      InForceConfirmed: 1,
      ExpectedConfirmed: 1,
      CleanConfirmed: 1,
      RecoveredConfirmed: 1,
      TimeToBite: 2_100,
      TimeToSplit: 1_900,
      TimeToRestore: 200,
      TimeToRecover: 2_800,
      Residue: 0,
    });
  });

  test('leave out what was not seen, and never call it zero', () => {
    const unseen = { inForceAt: null, recoveredAt: null };
    const values = valuesOf(at(unseen, { clusters: recorded.clusters.slice(0, 1) }));
    expect(Object.keys(values)).not.toContain('TimeToBite');
    expect(Object.keys(values)).not.toContain('TimeToSplit');
    expect(Object.keys(values)).not.toContain('TimeToRecover');
  });

  test('count an inconclusive answer as that', () => {
    const inForce = { answer: 'inconclusive' as const, evidence: [] };
    const values = valuesOf(at({}, { verdicts: { ...recorded.verdicts, inForce } }));
    expect(values).toMatchObject({ InForceInconclusive: 1 });
    expect(Object.keys(values)).not.toContain('InForceConfirmed');
  });

  test('tell of no split where one cluster is predicted', () => {
    const prediction = { ...recorded.plan.prediction!, clusterSizes: [3] };
    const values = valuesOf(at({}, { plan: { ...recorded.plan, prediction } }));
    expect(Object.keys(values)).toContain('TimeToBite');
    expect(Object.keys(values)).not.toContain('TimeToSplit');
  });

  test('count from what stopped the run, where it ended early', () => {
    const stoppedBy = { at: 30_000, cause: 'person' as const, says: '' };
    const times = { restoreAt: 60_000, restoredAt: 31_500 };
    expect(valuesOf(at(times, { stoppedBy }))).toMatchObject({ TimeToRestore: 1_500 });
    expect(valuesOf(at(times))).toMatchObject({ TimeToRestore: 0 });
  });
});

describe('the event of a run’s end', () => {
  test('says what the report says, in its own schema, and where the report is', () => {
    const kept = { url: 's3://b/k', consoleUrl: 'https://c' };
    const detail = runFinishedOf(recorded, { journal: 'Journal', kept });
    expect(RunFinished.parse(detail)).toEqual(detail);
    expect(detail).toMatchObject({
      runId: recorded.runId,
      cluster: recorded.experiment.cluster,
      outcome: 'confirmed',
      exitCode: 0,
      verdicts: { inForce: 'confirmed' },
      link: 's3://b/k',
      consoleUrl: 'https://c',
      timing: recorded.timing,
    });
  });

  test('without a kept report has no link, and a long sentence is shortened', () => {
    const report = { ...recorded, says: 'x'.repeat(300_000) };
    const detail = runFinishedOf(report, { journal: 'Journal', kept: undefined });
    expect(detail).toMatchObject({ link: null, consoleUrl: null });
    expect(detail.says).toMatch(/^x{1999}…$/);
  });
});

test.each([
  ['eu-west-1', 'https://eu-west-1.console.aws.amazon.com/s3/object/b?region=eu-west-1&'],
  ['cn-north-1', 'https://cn-north-1.console.amazonaws.cn/s3/object/b?region=cn-north-1&'],
  [
    'us-gov-west-1',
    'https://us-gov-west-1.console.amazonaws-us-gov.com/s3/object/b?region=us-gov-west-1&',
  ],
])('the console of %s shows an object at %s', (region, link) => {
  expect(objectLink({ region, bucket: 'b', key: 'orders/2027/a b.json' })).toBe(
    `${link}prefix=orders%2F2027%2Fa%20b.json`,
  );
});
