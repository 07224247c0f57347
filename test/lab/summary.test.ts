import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Report } from '../../core/report.ts';
import { printable } from '../../lab/progress.ts';
import { summary } from '../../lab/summary.ts';

const folder = join(import.meta.dirname, '../recorded');
const recorded = Report.parse(
  JSON.parse(readFileSync(join(folder, 'isolate-one-node.report.json'), 'utf8')),
);

describe('summary()', () => {
  test('renders a recorded report as the text beside it', () => {
    const text = readFileSync(join(folder, 'isolate-one-node.summary.txt'), 'utf8');

    expect(summary(recorded)).toBe(text);
  });

  test('names the way out that closed the run, if it was not the workflow', () => {
    const [headline] = summary({ ...recorded, closedBy: 'schedule' }).split('\n');

    expect(headline).toBe(`${recorded.says}; the run was closed by schedule`);
  });

  test('says what never happened, and what was left', () => {
    const timing = { ...recorded.timing, inForceAt: null, recoveredAt: null, cleanAt: null };
    const text = summary({ ...recorded, timing, residue: ['n1: differs'] });

    expect(text).toContain('never in force');
    expect(text).toContain('not recovered');
    expect(text).toContain('not clean');
    expect(text).toContain('  residue  n1: differs\n');
  });
});

test('printable() leaves nothing a terminal would act on', () => {
  expect(printable('a\u001B[2Jb\r\nc\u009Bd')).toBe('a [2Jb  c d');
});
