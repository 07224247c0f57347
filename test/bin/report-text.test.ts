import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { reportText } from '../../bin/cli/report-text.ts';
import { Report } from '../../core/report.ts';

const folder = join(import.meta.dirname, '../recorded');
const recorded = Report.parse(
  JSON.parse(readFileSync(join(folder, 'isolate-one-node.report.json'), 'utf8')),
);

describe('reportText()', () => {
  test('renders a recorded report as the text beside it', () => {
    const text = readFileSync(join(folder, 'isolate-one-node.summary.txt'), 'utf8');

    expect(reportText(recorded)).toBe(text);
  });

  test('names the way out that closed the run, if it was not the workflow', () => {
    const [headline] = reportText({ ...recorded, closedBy: 'schedule' }).split('\n');

    expect(headline).toBe(`${recorded.says}; the run was closed by schedule`);
  });

  test('says what never happened, and what was left', () => {
    const timing = { ...recorded.timing, inForceAt: null, recoveredAt: null, cleanAt: null };
    const text = reportText({ ...recorded, timing, residue: ['n1: differs'] });

    expect(text).toContain('never in force');
    expect(text).toContain('not recovered');
    expect(text).toContain('not clean');
    expect(text).toContain('  residue  n1: differs\n');
  });

  test('leaves nothing a terminal would act on', () => {
    expect(reportText({ ...recorded, others: ['a\u001B[2Jb'] })).toContain('  others   a[2Jb\n');
  });

  test('ends with what to paste for a stuck run, shared lines once, and how the run then ends', () => {
    const one = {
      stepId: 'cut/1',
      says: 'cut n1',
      reason: 'silent',
      byHand: ['aws a', '# Or', 'sh b'],
    };
    const other = {
      stepId: 'cut/2',
      says: 'cut n1 again',
      reason: 'silent',
      byHand: ['aws a', 'sh c'],
    };
    const text = reportText({ ...recorded, stuck: { since: 0, steps: [one, other] } });

    expect(text.slice(text.indexOf('  STUCK')).split('\n')).toEqual([
      '  STUCK since 1970-01-01T00:00:00.000Z; the sweeper goes on trying. By hand, in this order:',
      '',
      '# cut/1: cut n1',
      '# silent',
      'aws a',
      '# Or',
      'sh b',
      '',
      '# cut/2: cut n1 again',
      '# silent',
      'sh c',
      '',
      '# Then let the run end:',
      `aerofault restore ${recorded.runId}`,
      '',
    ]);
  });
});
