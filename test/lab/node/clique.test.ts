import { expect, test } from 'vitest';
import { chooseCluster, leftOut } from '../../../lab/node/clique.ts';

const links = (...pairs: readonly string[]) => {
  const adjacency = new Map<string, Set<string>>();
  const hear = (a: string, b: string) => adjacency.set(a, (adjacency.get(a) ?? new Set()).add(b));
  for (const pair of pairs) {
    const [a = '', b = ''] = pair.split('-');
    hear(a, b);
    hear(b, a);
  }
  return adjacency;
};

test('nobody is left out when all hear each other', () => {
  expect(leftOut(['A3', 'A2', 'A1'], 'A3', links('A1-A2', 'A1-A3', 'A2-A3'))).toEqual([]);
});

test('of two that do not hear each other the lower id is left out, as in row K', () => {
  expect(leftOut(['A3', 'A2', 'A1'], 'A3', links('A1-A3', 'A2-A3'))).toEqual(['A1']);
});

test('self stays even when it has the lower id', () => {
  expect(leftOut(['A3', 'A2', 'A1'], 'A1', links('A1-A2', 'A2-A3'))).toEqual(['A3']);
});

test('a node that is heard but does not hear back counts as cut off', () => {
  const adjacency = new Map([
    ['A2', new Set(['A1'])],
    ['A1', new Set<string>()],
  ]);
  expect(leftOut(['A2', 'A1'], 'A2', adjacency)).toEqual(['A1']);
});

test('whoever misses most goes first, so that most stay', () => {
  const allButA4 = links('A1-A2', 'A1-A3', 'A2-A3', 'A5-A1', 'A5-A2', 'A5-A3', 'A5-A4');
  expect(leftOut(['A5', 'A4', 'A3', 'A2', 'A1'], 'A5', allButA4)).toEqual(['A4']);
});

test('chooseCluster() puts the highest id first, self among the rest', () => {
  const adjacency = links('A1-A2', 'A1-A10', 'A2-A10');
  expect(chooseCluster(['A1', 'A10'], 'A2', adjacency)).toEqual({
    chosen: ['A10', 'A2', 'A1'],
    evicted: [],
  });
});
