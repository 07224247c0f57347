import { describe, expect, test } from 'vitest';
import { explain, explanationText } from '../../../core/plan/explain.ts';
import { Explanation } from '../../../core/plan/explanation.ts';
import { all, isolation, planned } from './hosts/host-plans.ts';

const explained = (fault: object, changes: object = {}): Explanation =>
  explain(all, planned(fault, changes));
const linesOf = (fault: object, changes: object = {}): string[] =>
  explanationText(explained(fault, changes));
const byServer = { mechanism: 'aerospike' };

describe('an explanation of what hosts do', () => {
  test('says which hosts are changed, and why no others', () => {
    expect(linesOf(isolation)).toContain(
      '    1 host is changed of 6, n1: every connection that is cut has an end there',
    );
    expect(linesOf({ kind: 'client-cut' })).toContain(
      '    2 hosts are changed of 6, c1, c2: every connection that is cut has an end there',
    );
    expect(explained(isolation, { direction: 'inbound' }).edited).toContain(
      'they accept what is dialled',
    );
    expect(explained({ kind: 'link-down', nodes: ['n1'], device: 'eth1' }).edited).toContain(
      'only they can tell their links apart',
    );
    expect(explained({ kind: 'service-stop', nodes: ['n1'] }, byServer).edited).toBeUndefined();
  });

  test.each([
    [{ mechanism: 'route' }, '  ! n1: blackhole routes to n2, n3, every port'],
    [{ mechanism: 'nft' }, '  ! n1: drop ports 3001, 3002 from and to n2, n3'],
  ])('says what each does: %j', (changes, line) => {
    expect(linesOf(isolation, changes)).toContain(line);
  });

  test.each([
    [{}, 'are stopped on the hosts'],
    [{ intensity: { percent: 30 } }, 'lose packets, and may fall'],
    [{ intensity: { percent: 30, per: 'connection' } }, 'go on'],
    [{ flapping: { onSeconds: 3, offSeconds: 3 } }, 'lose packets, and may fall'],
  ])('says what becomes of connections that stand: %j', (changes, fate) => {
    const { cuts } = explained(isolation, changes);
    expect(cuts.map(({ says }) => says)).toEqual(
      cuts.map(() => `connections that already stand ${fate}`),
    );
  });

  test('of a service that is stopped says that connections fall with it', () => {
    const { cuts, targets } = explained({ kind: 'service-stop', nodes: ['n1'] }, byServer);

    expect(cuts[0]?.says).toBe(
      'connections that already stand fall with the service or are stopped on the hosts',
    );
    expect(targets).toEqual(['n1']);
  });

  test('says what is on when, where not all is all the time', () => {
    const parts = [
      { fault: isolation, startSeconds: 0, seconds: 10 },
      { fault: { kind: 'client-cut', at: 'nodes' }, startSeconds: 14 },
    ];
    const lines = linesOf({ kind: 'sequence', parts });

    expect(lines).toContain('  part  partition: n1 on 3001, 3002, drop, from 0 s to 10 s');
    expect(lines).toContain('  part  client-cut: c1, c2 on 3000, drop, from 14 s to 24 s');
    expect(explained(isolation).parts).toEqual([]);
  });

  test('says what was left to chance, and from which seed', () => {
    const random = { ...isolation, topology: { kind: 'isolate', count: 1, random: true } };
    const [first, again] = [explained(random), explained(random)];
    const named = explained(random, { seed: 7 });

    expect(first.warnings).toEqual([
      `chosen at random with seed ${first.seed}: ${first.targets.join(', ')}`,
    ]);
    expect(again).toEqual(first);
    expect(named).toMatchObject({
      seed: 7,
      warnings: [`chosen at random with seed 7: ${named.targets.join(', ')}`],
    });
    expect(explained(isolation, { seed: 7 })).not.toHaveProperty('seed');
  });

  test('is what its schema says', () => {
    const explanation = explained(isolation, { intensity: { every: 3 } });
    expect(Explanation.parse(JSON.parse(JSON.stringify(explanation)))).toEqual(explanation);
  });
});
