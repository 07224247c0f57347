import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionsOf } from '../../../../core/cut.ts';
import type { Cut } from '../../../../core/cut.ts';
import { Plan } from '../../../../core/plan/plan.ts';
import { unionOf } from '../../../../core/plan/union.ts';
import { refusalOf } from '../../inventories.ts';
import { all, isolation, planned, says } from './host-plans.ts';

const sequence = (...parts: object[]): object => ({ kind: 'sequence', parts });
const clientCut = { kind: 'client-cut', nodes: ['n2'], at: 'nodes' };
const stop = (node: string): object => ({ kind: 'service-stop', nodes: [node] });
const byServer = { mechanism: 'aerospike' };

describe('a sequence', () => {
  const made = planned(
    sequence(
      { fault: isolation, startSeconds: 0, seconds: 10 },
      { fault: clientCut, startSeconds: 14, packets: 'reject' },
    ),
  );

  test('gives each part steps of its own, with their times', () => {
    expect(made.steps).toMatchObject([
      { id: 'host-cut/i-n1', window: { startMs: 0, endMs: 10_000 } },
      { id: 'host-cut/i-n2/1', part: 1, window: { startMs: 14_000, endMs: 24_000 } },
    ]);
    expect(made.steps[0]).not.toHaveProperty('part');
    expect(says(made)).toEqual([
      'n1: drop ports 3001, 3002 from and to n2, n3, from 0 s to 10 s',
      'n2: reject ports 3000 from and to c1, c2, from 14 s to 24 s',
    ]);
  });

  test('tells each part, what it stops, and the sizes while it is on', () => {
    expect(made.parts).toMatchObject([
      { part: 0, kind: 'cut', window: { startMs: 0, endMs: 10_000 }, clusterSizes: [1, 2] },
      {
        part: 1,
        targets: ['i-c1', 'i-c2'],
        clusterSizes: [3],
        says: 'client-cut: c1, c2 on 3000, reject, from 14 s to 24 s',
      },
    ]);
    expect(made.cuts).toEqual(made.parts?.flatMap(({ cuts }) => cuts));
    expect(made.targets).toEqual(['i-n1', 'i-c1', 'i-c2']);
    expect(made.prediction.connections).toBe('full');
    expect(Plan.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  test('predicts the sizes of its beginning', () => {
    expect(made.prediction.clusterSizes).toEqual([1, 2]);
    const later = planned(
      sequence(
        { fault: clientCut, startSeconds: 0, seconds: 5 },
        { fault: isolation, startSeconds: 6 },
      ),
    );
    expect(later.prediction.clusterSizes).toEqual([3]);
  });

  test('of faults at one time predicts what they make together', () => {
    const together = planned(
      sequence(
        { fault: stop('n3'), startSeconds: 0, ...byServer },
        { fault: isolation, startSeconds: 0 },
      ),
    );
    expect(together.prediction.clusterSizes).toEqual([1, 1]);
    expect(together.parts?.map(({ clusterSizes }) => clusterSizes)).toEqual([[2], [1, 2]]);
  });

  test('keeps a node that was stopped from joining again', () => {
    const blocked = planned(
      sequence(
        { fault: stop('n1'), startSeconds: 0, seconds: 6, ...byServer },
        { fault: isolation, startSeconds: 2 },
      ),
    );
    const connections = connectionsOf(blocked.cuts).map((one) => JSON.stringify(one));

    expect(says(blocked)).toHaveLength(2);
    expect(new Set(connections).size).toBe(connections.length);
  });

  test('takes what a part leaves out from the experiment', () => {
    const { steps } = planned(
      sequence(
        { fault: clientCut, startSeconds: 0 },
        { fault: isolation, startSeconds: 0, packets: 'tcp-reset', intensity: { every: 4 } },
      ),
      { packets: 'reject', intensity: { percent: 30 } },
    );
    expect(steps).toMatchObject([
      { packets: 'reject', intensity: { percent: 30, per: 'packet' } },
      { packets: 'tcp-reset', intensity: { every: 4, per: 'packet' } },
    ]);
  });

  test('of one part for the whole hold has no times to tell, and is still told as a part', () => {
    const { steps, parts } = planned(sequence({ fault: isolation, startSeconds: 0 }));

    expect(steps[0]).not.toHaveProperty('window');
    expect(parts).toHaveLength(1);
  });
});

const two = (first: object, second: object): object =>
  sequence(
    { startSeconds: 0, seconds: 10, ...first },
    { startSeconds: 10, seconds: 10, ...second },
  );

describe('parts that hold the same', () => {
  const pause = { kind: 'xdr-pause', dc: 'far', namespaces: ['test'] };

  test.each([
    ['a service', stop('n1'), stop('n1'), byServer],
    ['a shipment', pause, pause, byServer],
    ['a route', isolation, isolation, { mechanism: 'route' }],
  ])('%s: one must end a second before the next begins', (_what, first, second, changes) => {
    expect(refusalOf(() => planned(two({ fault: first }, { fault: second }), changes))).toBe(
      'Cannot do part 2 on n1 as it must begin at least 1 s after another part that holds the same there: found part 1',
    );
    const apart = two({ fault: first }, { fault: second, startSeconds: 11 });
    expect(planned(apart, changes).parts).toHaveLength(2);
  });

  test('packet filters stand side by side, and services of several nodes do', () => {
    expect(
      planned(two({ fault: isolation }, { fault: isolation, startSeconds: 5 })).steps,
    ).toHaveLength(2);
    expect(planned(two({ fault: stop('n1') }, { fault: stop('n2') }), byServer).steps).toHaveLength(
      2,
    );
  });
});

const ids = fc.subarray(['a', 'b', 'c', 'd'], { minLength: 1 });
const someCuts = fc.array(
  fc.record({ from: ids, to: ids, ports: fc.subarray([1, 2, 3], { minLength: 1 }) }),
  { maxLength: 6 },
);
const keys = (cuts: readonly Cut[]): string[] =>
  connectionsOf(cuts).map(({ from, to, port }) => `${from} ${to} ${port}`);

test('the union of cuts stops what they stop, and nothing twice', () => {
  fc.assert(
    fc.property(someCuts, (cuts) => {
      const union = keys(unionOf(cuts));

      expect(new Set(union)).toEqual(new Set(keys(cuts)));
      expect(new Set(union).size).toBe(union.length);
    }),
    { numRuns: 500 },
  );
});

test('cuts that share nothing stay as they are', () => {
  const cuts = [
    { from: ['a', 'b'], to: ['c'], ports: [1, 2] },
    { from: ['c'], to: ['a', 'b'], ports: [1, 2] },
  ];
  expect(unionOf(cuts)).toEqual(cuts);
  expect(all.instances).toHaveLength(6);
});
