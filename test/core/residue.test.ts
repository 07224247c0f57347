import { describe, expect, test } from 'vitest';
import { clusterTag, runTag } from '../../core/inventory.ts';
import type { Rule } from '../../core/inventory.ts';
import { residueOf } from '../../core/residue.ts';
import { aGroup, aRule, groupPeer, tcp } from './inventories.ts';

const before = aGroup('nodes', [
  tcp('3000', '10.0.1.1/32', 'clients'),
  tcp('3001-3002', groupPeer('sg-nodes')),
]);
const [first, second] = [before.rules[0]!, before.rules[1]!];

const residue = (...now: Rule[]): string[] => residueOf([before], new Map([['sg-nodes', now]]));

describe('residueOf()', () => {
  test('is nothing where every rule is as it was', () => {
    expect(residue(first, second)).toEqual([]);
  });

  test('is nothing where only the order differs', () => {
    expect(residue(second, first)).toEqual([]);
  });

  test('is nothing for what others added meanwhile', () => {
    expect(residue(first, second, aRule('sg-nodes', 9, tcp('8080', '0.0.0.0/0')))).toEqual([]);
  });

  test.each([
    [
      'by its tag',
      { ...aRule('sg-nodes', 9, tcp('3003', '10.0.1.1/32')), tags: { [runTag]: 'run1' } },
    ],
    ['by its description', aRule('sg-nodes', 9, tcp('3003', '10.0.1.1/32', 'aerofault:run2'))],
  ])("names a rule that is a run's, %s", (_, extra) => {
    expect(residue(first, second, extra)).toEqual(["sg-nodes: rule sgr-nodes-9 is a run's"]);
  });

  test('names a rule that is gone, even if another allows the same', () => {
    expect(residue(second, { ...first, id: 'sgr-other' })).toEqual([
      'sg-nodes: rule sgr-nodes-1 is gone',
    ]);
  });

  test.each([
    ['ports', { spec: tcp('3000-3001', '10.0.1.1/32', 'clients') }],
    ['peer', { spec: tcp('3000', '10.0.1.2/32', 'clients') }],
    ['description', { spec: tcp('3000', '10.0.1.1/32', 'aerofault:run1') }],
    ['lost description', { spec: tcp('3000', '10.0.1.1/32') }],
    ['protocol', { spec: { ...first.spec, protocol: 'udp' } }],
    ['tags', { tags: { [clusterTag]: 'orders' } }],
  ])('names a rule whose %s differs', (_, changes) => {
    expect(residue({ ...first, ...changes }, second)).toEqual([
      'sg-nodes: rule sgr-nodes-1 differs',
    ]);
  });

  test('no description and an empty one are the same', () => {
    expect(residue(first, { ...second, spec: { ...second.spec, description: '' } })).toEqual([]);
  });

  test('says so where a group could not be read', () => {
    expect(residueOf([before], new Map())).toEqual(['sg-nodes: could not be read']);
  });

  test('of several groups tells a line each', () => {
    const other = aGroup('other', [tcp('3000', '10.0.1.1/32')]);
    const now = new Map([
      ['sg-nodes', [second]],
      ['sg-other', []],
    ]);

    expect(residueOf([before, other], now)).toEqual([
      'sg-nodes: rule sgr-nodes-1 is gone',
      'sg-other: rule sgr-other-1 is gone',
    ]);
  });
});
