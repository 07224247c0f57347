import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { namespaceDefaults, statisticsDefaults } from '../../../lab/node/recorded-fields.ts';
import { inWordsOf, isKnownTo } from '../../../lab/node/releases.ts';
import { fieldsOf } from './info-client.ts';

/** What a real node of 7.2 said, by the name it was asked for. */
const recorded = new Map(
  readFileSync('test/recorded/healthy-7.2.n1.txt', 'utf8')
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map(
      (line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)] as const,
    ),
);

describe('7.2 has the fields that were recorded of it, in order', () => {
  test.each([
    ['statistics', statisticsDefaults],
    ['namespace/test', namespaceDefaults],
  ])('%s', (name, defaults) => {
    const known = defaults.map(([field]) => field).filter((field) => isKnownTo(702, field));

    expect(known).toEqual([...fieldsOf(recorded.get(name)).keys()]);
  });
});

test.each([
  ['set-config', 409, false],
  ['set-config', 500, true],
  ['xdr-command', 409, true],
  ['xdr-command', 500, false],
  ['fabric_connections_opened', 409, false],
  ['cluster_size', 409, true],
])('%s in release %i: %s', (name, release, known) => {
  expect(isKnownTo(release, name)).toBe(known);
});

test('before 7.2 an unstable cluster is an error without a number', () => {
  expect(inWordsOf(409, 'ERROR:7:unstable cluster')).toBe('ERROR::unstable-cluster');
  expect(inWordsOf(701, 'ERROR:7:cluster not specified size')).toBe(
    'ERROR::cluster-not-specified-size',
  );
  expect(inWordsOf(702, 'ERROR:7:unstable cluster')).toBe('ERROR:7:unstable cluster');
  expect(inWordsOf(409, 'A1')).toBe('A1');
});
