import { describe, expect, test } from 'vitest';
import { wrapped } from '../../bin/cli/screen.ts';

describe('wrapped()', () => {
  test('a row goes on under itself', () => {
    expect(wrapped('  clean      confirmed      nothing differs from what was before', 60)).toEqual(
      [
        '  clean      confirmed      nothing differs from what was',
        '                            before',
      ],
    );
  });

  test('on a narrow terminal a little under its name', () => {
    const lines = wrapped('  clean      confirmed      nothing differs from what was', 40);
    expect(lines[1]).toMatch(/^ {4}\S/);
  });

  test.each([20, 40, 80])('at %i columns no word is lost, and no line is too long', (columns) => {
    const text = `  in force   refuted        ${'some words of evidence '.repeat(12).trim()}`;
    const lines = wrapped(text, columns);
    expect(lines.join(' ').split(/\s+/)).toEqual(text.split(/\s+/));
    if (columns > 20) expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(columns);
  });

  test('a step goes on behind its mark, and a headline at the edge', () => {
    expect(wrapped('  ~ sg-1: one rule is narrowed or parked', 30)).toEqual([
      '  ~ sg-1: one rule is',
      '    narrowed or parked',
    ]);
    expect(wrapped('Plan 4be19c02: 6 steps on 1 host, exact.', 30)).toEqual([
      'Plan 4be19c02: 6 steps on 1',
      'host, exact.',
    ]);
  });

  test('a word that is too long for a line stays whole', () => {
    const arn = `arn:${'x'.repeat(60)}`;
    expect(wrapped(`  see ${arn} there`, 40)).toContain(`  ${arn}`);
  });
});
