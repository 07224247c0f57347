import { describe, expect, test } from 'vitest';
import type { Experiment } from '../../../../core/experiment.ts';
import { clusterTag } from '../../../../core/inventory.ts';
import type { AclEntry, Inventory } from '../../../../core/inventory.ts';
import { plan } from '../../../../core/plan/plan.ts';
import type { SwapAcl } from '../../../../core/step.ts';
import {
  aBystander,
  aClient,
  aGroup,
  aPartition,
  anInventory,
  groupPeer,
  refusalOf,
  someNodes,
  tcp,
} from '../../inventories.ts';

const byAcl = { mechanism: 'network-acl' };
const zones = (changes: object = {}): Experiment =>
  aPartition({ ...byAcl, ...changes }, { topology: { kind: 'zones' } });

const allowAll: AclEntry[] = (['ingress', 'egress'] as const).map((direction) => ({
  number: 100,
  direction,
  action: 'allow',
  protocol: '-1',
  cidr: '0.0.0.0/0',
}));

/** Nodes in turn over zones a, b, c…, a subnet each, one ACL for all. */
function zoned(count: number, zoneCount: number): Inventory {
  const letters = 'abcdef'.slice(0, zoneCount).split('');
  const zoneOf = (index: number): string => letters[index % zoneCount]!;
  const instances = someNodes(count).map((one, index) => ({
    ...one,
    zone: `zone-${zoneOf(index)}`,
  }));
  const inventory = anInventory({
    instances: [...instances, aClient(1)],
    groups: [aGroup('nodes', [tcp('3000-3003', groupPeer('sg-nodes'))]), aGroup('clients', [])],
  });
  return {
    ...inventory,
    interfaces: inventory.interfaces.map((one, index) =>
      index < count ? { ...one, subnetId: `subnet-${zoneOf(index)}` } : one,
    ),
    subnets: letters.map((letter) => ({
      id: `subnet-${letter}`,
      vpcId: 'vpc-1',
      zone: `zone-${letter}`,
      tags: { [clusterTag]: 'orders' },
    })),
    networkAcls: [
      {
        id: 'acl-1',
        vpcId: 'vpc-1',
        isDefault: true,
        subnetIds: letters.map((letter) => `subnet-${letter}`),
        entries: allowAll,
        tags: {},
      },
    ],
  };
}

const swapsOf = (inventory: Inventory, experiment = zones()): SwapAcl[] =>
  plan(experiment, inventory, 'run1').steps.filter((step) => step.kind === 'swap-acl');

const shortOf = ({ number, direction, action, cidr, fromPort, toPort }: AclEntry): string =>
  `${number} ${direction} ${action} ${cidr} ${fromPort ?? ''}-${toPort ?? ''}`;

describe('a cut by network ACLs', () => {
  test('denies on as few subnets as cut every pair, before what the original says', () => {
    const swaps = swapsOf(zoned(2, 2));

    expect(swaps.map(({ subnetId, originalId, phase }) => [subnetId, originalId, phase])).toEqual([
      ['subnet-a', 'acl-1', 1],
    ]);
    expect(swaps[0]?.entries.map(shortOf)).toEqual([
      '1 ingress deny 10.0.0.2/32 3001-3002',
      '2 ingress allow 0.0.0.0/0 -',
      '1 egress deny 10.0.0.2/32 3001-3002',
      '2 egress allow 0.0.0.0/0 -',
    ]);
  });

  test('of three zones needs two ACLs', () => {
    expect(swapsOf(zoned(6, 3)).map(({ subnetId }) => subnetId)).toHaveLength(2);
  });

  test('stops what stands, too', () => {
    const { prediction, cuts, calls } = plan(zones(), zoned(2, 2), 'run1');
    expect(prediction).toEqual({ clusterSizes: [1, 1], connections: 'full', falls: cuts });
    expect(calls).toEqual({ inject: 6, restore: 2 });
  });

  test('is refused inside one subnet', () => {
    const isolate = aPartition(byAcl, { topology: { kind: 'isolate', count: 1 } });
    expect(refusalOf(() => swapsOf(zoned(4, 2), isolate))).toMatch(
      /^Cannot cut n\d from n\d by a network ACL as they must be in different subnets: found both in subnet-a/,
    );
  });

  test('is refused where the entries do not fit', () => {
    expect(refusalOf(() => swapsOf(zoned(44, 2)))).toContain(
      'must have at most 19 ingress entries for IPv4: found 23',
    );
  });

  test('is refused where somebody else in the subnet would lose what the nodes lose', () => {
    const inventory = zoned(2, 2);
    const subnets = ['subnet-a', 'subnet-b'];
    const others = subnets.map((subnetId, index) =>
      aBystander(['sg-nodes'], {
        id: `eni-x${index}`,
        instanceId: `i-x${index}`,
        subnetId,
        addresses: [`10.0.9.${index}`],
      }),
    );
    const crowded = { ...inventory, interfaces: [...inventory.interfaces, ...others] };

    expect(refusalOf(() => swapsOf(crowded))).toContain('Cannot prove the plan exact');
  });
});

const pulse = (): Experiment =>
  aPartition(
    { mechanism: 'security-group', established: 'sever', severBy: 'acl-pulse' },
    { topology: { kind: 'zones' } },
  );

describe('an ACL pulse', () => {
  test('comes after the groups, and ends when the nodes have lost the links of the cut', () => {
    const { steps, hosts, prediction, cuts } = plan(pulse(), zoned(3, 3), 'run1');
    const last = steps.at(-1);

    expect(steps.slice(-3).map(({ phase, kind }) => `${phase} ${kind}`)).toEqual([
      '6 swap-acl',
      '6 swap-acl',
      '7 end-pulse',
    ]);
    expect(last).toMatchObject({
      boundSeconds: 10,
      links: ['i-n1', 'i-n2', 'i-n3'].map((instanceId) => ({ instanceId, left: 0 })),
    });
    expect(hosts).toEqual([]);
    expect(prediction).toEqual({ clusterSizes: [1, 1, 1], connections: 'full', falls: cuts });
  });

  test('keeps the links inside a side', () => {
    const last = plan(pulse(), zoned(6, 2), 'run1').steps.at(-1);
    expect(last).toMatchObject({
      links: [1, 2, 3, 4, 5, 6].map((n) => ({ instanceId: `i-n${n}`, left: 2 })),
    });
  });
});
