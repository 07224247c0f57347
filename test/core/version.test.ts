import { expect, test } from 'vitest';
import { isOlder } from '../../core/version.ts';

test.each([
  ['3.3.987.0', '3.3.2746.0', true],
  ['3.3.2746.0', '3.3.2746.0', false],
  ['3.3.2746.1', '3.3.2746.0', false],
  ['4.9.0.11', '5.0', true],
  ['5.0', '5.0.0.0', false],
  ['5.0.0.1', '5.0', false],
  ['8.1.2.0-rc1', '5.0', false],
  ['10.0', '9.9', false],
  ['', '5.0', true],
])('%s comes before %s: %s', (version, than, is) => {
  expect(isOlder(version, than)).toBe(is);
});
