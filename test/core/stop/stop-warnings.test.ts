import { expect, test } from 'vitest';
import { plan } from '../../../core/plan/plan.ts';
import { aPartition, anInventory, someNodes } from '../inventories.ts';
import { surveyed } from '../surveys.ts';

const bridge = { kind: 'bridge' };
const isolate = { kind: 'isolate', count: 1 };
const strong = [{ name: 'money', replicationFactor: 2, strong: true }];

/** The warnings that a partition of three nodes has for its stop conditions alone. */
function warned(topology: object, stopOn: object, namespaces?: typeof strong): string[] {
  const inventory = surveyed(
    anInventory({ instances: someNodes(3) }),
    namespaces && { namespaces },
  );
  const of = (changes: Record<string, unknown>): string[] =>
    plan(aPartition(changes, { topology }), inventory, 'run1').warnings;
  const without = of({});
  return of({ stopOn }).filter((warning) => !without.includes(warning));
}

test.each([
  { topology: bridge, stopOn: { orphanedNodes: true }, says: 'orphanedNodes is likely to stop it' },
  { topology: bridge, stopOn: { unavailablePartitions: 0 }, says: 'every partition unavailable' },
])('a bridge with $stopOn warns: $says', ({ topology, stopOn, says }) => {
  expect(warned(topology, stopOn)).toEqual([expect.stringContaining(says)]);
});

test('a split of what is strong warns of unavailable partitions', () => {
  expect(warned(isolate, { unavailablePartitions: 0 }, strong)).toEqual([
    'a split makes partitions of money unavailable: that is likely to stop it at once',
  ]);
});

test.each([
  { stopOn: { orphanedNodes: true }, why: 'an isolation leaves nobody between' },
  { stopOn: { unavailablePartitions: 0 }, why: 'nothing is strong' },
  { stopOn: { stopWrites: true, clockSkewMs: 10, alarms: ['a'] }, why: 'no fault foretells those' },
])('no warning: $why', ({ stopOn }) => {
  expect(warned(isolate, stopOn)).toEqual([]);
});
