import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { BURST_ROW } from './burst-row.ts';
import { DIFFERENCES } from './differences.ts';
import { isAsserted } from './judge.ts';
import { ROWS } from './rows.ts';

const named = new Map(ROWS.map((row) => [row.name, row]));

test('every row has a name of its own and a source', () => {
  expect(named.size).toBe(ROWS.length);
  expect(ROWS.filter(({ source }) => source === '')).toEqual([]);
});

test('every difference is of one row, once, that its endpoint has to keep to, and says what decides', () => {
  const places = DIFFERENCES.map(({ endpoint, row }) => `${endpoint}: ${row}`);
  expect(new Set(places).size).toBe(places.length);
  for (const { endpoint, row, text } of DIFFERENCES) {
    const found = named.get(row);
    expect(found, row).toBeDefined();
    expect(isAsserted(endpoint, found!), row).toBe(true);
    expect(text).not.toBe('');
  }
});

test('docs/confirm-on-aws.md lists every question that no text decides, and no other', () => {
  const guide = readFileSync(new URL('../../docs/confirm-on-aws.md', import.meta.url), 'utf8');
  const listed = [...guide.matchAll(/^- `([a-z][^`]+)`: /gm)].map(([, name = '']) => name);
  const undecided = ROWS.filter(({ decides }) => decides === 'unknown').map(({ name }) => name);
  expect(listed.toSorted()).toEqual([...undecided, BURST_ROW].toSorted());
});
