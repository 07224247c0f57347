import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isRunByCi, titlesIn } from './cited-tests.ts';
import { citationsIn } from './proof-table.ts';

/** docs/verdicts.md promises a rehearsal for every situation. */

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const [, table = ''] = read('docs/verdicts.md').split(/^## Situations$/m);
const rows = table.split('\n').filter((line) => line.includes('“'));

test('there are at least 25 situations, half of them traps', () => {
  const traps = rows.filter((row) => /\|\s*trap\s*\|/.test(row));

  expect(rows.length).toBeGreaterThanOrEqual(25);
  expect(traps.length).toBeGreaterThanOrEqual(rows.length / 2);
});

test.each(rows.map((row) => ({ situation: row.split('|')[1]?.trim(), row })))(
  'situation “$situation” has a test of that name, in a file that CI runs',
  ({ row }) => {
    const cited = citationsIn(row);

    expect(cited).toHaveLength(1);
    for (const { file, title } of cited) {
      expect(isRunByCi(file), file).toBe(true);
      expect(titlesIn(read(file)), file).toContain(title);
    }
  },
);
