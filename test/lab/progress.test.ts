import { expect, test } from 'vitest';
import { printable } from '../../lab/progress.ts';

test('printable() leaves nothing a terminal would act on', () => {
  expect(printable('a\u001B[2Jb\r\nc\u009Bd')).toBe('a [2Jb  c d');
});
