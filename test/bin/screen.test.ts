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

  test('what is to be pasted stays whole', () => {
    const command = `iptables -w -D INPUT ${'-j AEROFAULT '.repeat(20)}`;
    expect(wrapped(command, 40)).toEqual([command]);
  });
});
