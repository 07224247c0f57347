import { describe, expect, test } from 'vitest';
import { allowanceKey, sameAllowance, sameSpec } from '../../core/allowance.ts';
import { connectionsOf } from '../../core/cut.ts';
import { markOf, markedBy, runTag } from '../../core/inventory.ts';
import { phasesOf } from '../../core/step.ts';
import type { Step } from '../../core/step.ts';
import { groupPeer, tcp } from './inventories.ts';

function severAt(id: string, phase: number): Step {
  return { id, kind: 'sever', phase, says: id, instanceId: 'i-1', peers: ['10.0.0.1'], ports: [1] };
}

describe('phasesOf()', () => {
  test('puts phases in ascending order, and keeps the order within one', () => {
    const steps = [severAt('c', 3), severAt('a', 1), severAt('d', 3), severAt('b', 2)];
    const ids = phasesOf(steps).map((phase) => phase.map(({ id }) => id));

    expect(ids).toEqual([['a'], ['b'], ['c', 'd']]);
  });

  test('of no steps has none', () => {
    expect(phasesOf([])).toEqual([]);
  });
});

describe('two rules', () => {
  const rule = tcp('3000', '10.0.0.0/8', 'ours');

  test.each([
    { name: 'description', other: tcp('3000', '10.0.0.0/8', 'theirs'), allowance: true },
    { name: 'ports', other: tcp('3000-3001', '10.0.0.0/8', 'ours'), allowance: false },
    { name: 'peer', other: tcp('3000', '10.0.0.0/9', 'ours'), allowance: false },
    { name: 'kind of peer', other: tcp('3000', groupPeer('sg-1'), 'ours'), allowance: false },
    { name: 'protocol', other: { ...rule, protocol: 'udp' }, allowance: false },
  ])('that differ in $name: the same allowance is $allowance', ({ other, allowance }) => {
    expect(sameAllowance(rule, other)).toBe(allowance);
    expect(sameSpec(rule, other)).toBe(false);
  });

  test('that are equal are the same', () => {
    expect(sameSpec(rule, { ...rule })).toBe(true);
  });

  test.each([
    tcp('3000', '10.0.0.0/16'),
    tcp('3000', '2001:db8::/32'),
    tcp('3000', groupPeer('sg-1')),
    tcp('3000', { kind: 'prefix-list', prefixListId: 'pl-1' }),
  ])('with peer $peer have a key of their own', (spec) => {
    expect(allowanceKey(spec)).not.toBe(allowanceKey(rule));
    expect(sameAllowance(spec, structuredClone(spec))).toBe(true);
  });
});

describe('marks', () => {
  test.each(['a', 'run1', '0123456789ab'])(
    'of run %s are read back from a description',
    (runId) => {
      expect(markedBy({ spec: tcp('1', '::/0', markOf(runId)), tags: {} })).toBe(runId);
    },
  );

  test.each([
    '',
    'aerofault:',
    'aerofault:0123456789abc',
    'aerofault:RUN',
    ' aerofault:run1',
    'aerofault:run1 ',
  ])('"%s" is none', (description) => {
    expect(markedBy({ spec: tcp('1', '::/0', description), tags: {} })).toBeUndefined();
  });

  test('in the tags count too', () => {
    expect(markedBy({ spec: tcp('1', '::/0'), tags: { [runTag]: 'run1' } })).toBe('run1');
  });
});

describe('connectionsOf()', () => {
  test('is every pair on every port', () => {
    expect(connectionsOf([{ from: ['a', 'b'], to: ['c'], ports: [1, 2] }])).toEqual([
      { from: 'a', to: 'c', port: 1 },
      { from: 'a', to: 'c', port: 2 },
      { from: 'b', to: 'c', port: 1 },
      { from: 'b', to: 'c', port: 2 },
    ]);
  });
});
