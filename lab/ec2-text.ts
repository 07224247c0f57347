import type { Ec2Snapshot } from './cloud/ec2/model.ts';

/**
 * What EC2 holds as text that two equal states share: one line a value, keys sorted, and the groups of an
 * interface, which have no order of their own.
 */
export function ec2Text(snapshot: Ec2Snapshot): string {
  const interfaces = snapshot.interfaces.map((one) => {
    return { ...one, groupIds: one.groupIds.toSorted() };
  });
  return JSON.stringify({ ...snapshot, interfaces }, withSortedKeys, 1);
}

function withSortedKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries: [string, unknown][] = Object.entries(value);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
