import { describe, expect, test } from 'vitest';
import { clustersSeen, firstGroupedAs, grouped, groupings, sizesOf } from '../../core/clusters.ts';
import type { NodeChanges } from '../../core/clusters.ts';
import type { Change } from '../../core/observation.ts';

const change = (at: number, size: number, key: string): Change => [at, size, key, 'n3', 1, 0];
const silent = (at: number): Change => [at, null];

/** n1 is cut off at 2000 and sees it at once; n2 and n3 follow; all are one again from 9000. */
const isolation: NodeChanges[] = [
  { node: 'n1', changes: [change(0, 3, 'AAA'), change(2000, 1, 'BBB'), change(9000, 3, 'DDD')] },
  { node: 'n2', changes: [change(0, 3, 'AAA'), change(2400, 2, 'CCC'), change(9100, 3, 'DDD')] },
  { node: 'n3', changes: [change(0, 3, 'AAA'), change(2500, 2, 'CCC'), change(9200, 3, 'DDD')] },
];

describe('clustersSeen()', () => {
  test('tells each cluster once, by when its first member reported it', () => {
    expect(clustersSeen(isolation)).toEqual([
      { at: 0, key: 'AAA', size: 3, nodes: ['n1', 'n2', 'n3'] },
      { at: 2000, key: 'BBB', size: 1, nodes: ['n1'] },
      { at: 2400, key: 'CCC', size: 2, nodes: ['n2', 'n3'] },
      { at: 9000, key: 'DDD', size: 3, nodes: ['n1', 'n2', 'n3'] },
    ]);
  });

  test('leaves out what a silent node did not say', () => {
    const recorded = [{ node: 'n1', changes: [change(0, 1, 'A'), silent(10), change(20, 1, 'A')] }];
    expect(clustersSeen(recorded)).toEqual([{ at: 0, key: 'A', size: 1, nodes: ['n1'] }]);
  });

  test('of nothing recorded is nothing', () => {
    expect(clustersSeen([])).toEqual([]);
  });
});

const sizesSaid = (...nodes: [string, number][]): number[] =>
  sizesOf(grouped(new Map(nodes.map(([key, size], n) => [`n${n}`, { key, size }]))));

describe('grouped() and sizesOf()', () => {
  test('one cluster whose members agree', () => {
    expect(sizesSaid(['A', 3], ['A', 3], ['A', 3])).toEqual([3]);
  });

  test('two clusters, smaller first', () => {
    expect(sizesSaid(['B', 2], ['A', 1], ['B', 2])).toEqual([1, 2]);
  });

  test('two clusters of the same size', () => {
    expect(sizesSaid(['A', 1], ['B', 1])).toEqual([1, 1]);
  });

  test('a member that is missing makes the size 0: nobody vouches for it', () => {
    expect(sizesSaid(['A', 3], ['A', 3])).toEqual([0]);
  });

  test('members of one key that disagree on its size make 0 of both', () => {
    expect(sizesSaid(['A', 3], ['A', 3], ['A', 2])).toEqual([0, 0]);
  });

  test('an orphan, which says size 0, is no cluster', () => {
    expect(sizesSaid(['0', 0], ['A', 2], ['A', 2])).toEqual([0, 2]);
    expect(sizesSaid(['0', 0], ['0', 0])).toEqual([0]);
  });

  test('names the members in order', () => {
    const views = new Map(['n2', 'n1'].map((node) => [node, { key: 'A', size: 2 }]));
    expect(grouped(views)).toEqual([{ key: 'A', size: 2, nodes: ['n1', 'n2'] }]);
  });
});

describe('groupings()', () => {
  test('follow every change of any node, in order of time', () => {
    const sizes = groupings(isolation).map(({ at, groups }) => [at, sizesOf(groups)]);

    expect(sizes.slice(2, 6)).toEqual([
      [0, [3]],
      [2000, [0, 1]],
      [2400, [0, 0, 1]],
      [2500, [1, 2]],
    ]);
  });

  test('a node that fell silent is in no group until it speaks again', () => {
    const recorded = [
      { node: 'n1', changes: [change(0, 2, 'A'), silent(10), change(30, 2, 'A')] },
      { node: 'n2', changes: [change(0, 2, 'A'), change(20, 1, 'B')] },
    ];
    const seen = groupings(recorded).map(({ at, groups }) => [
      at,
      groups.map(({ nodes }) => nodes),
    ]);

    expect(seen.slice(1)).toEqual([
      [0, [['n1', 'n2']]],
      [10, [['n2']]],
      [20, [['n2']]],
      [30, [['n2'], ['n1']]],
    ]);
  });
});

describe('firstGroupedAs()', () => {
  test.each([
    { sizes: [1, 2], since: 1000, at: 2500 },
    { sizes: [2, 1], since: 1000, at: 2500 },
    { sizes: [3], since: 1000, at: 1000 },
    { sizes: [3], since: 8000, at: 9200 },
    { sizes: [1, 2], since: 3000, at: 3000 },
    { sizes: [1, 2], since: 9500, at: undefined },
    { sizes: [1, 1, 1], since: 0, at: undefined },
    { sizes: [1, 2], since: 2500, at: 2500 },
  ])('$sizes since $since: $at', ({ sizes, since, at }) => {
    expect(firstGroupedAs(sizes, isolation, since)).toBe(at);
  });

  test('is not the moment at which only some had said so', () => {
    const early = isolation.slice(0, 2);
    expect(firstGroupedAs([1, 2], early, 1000)).toBeUndefined();
  });

  test('never comes of nothing recorded', () => {
    expect(firstGroupedAs([3], [], 0)).toBeUndefined();
  });
});
