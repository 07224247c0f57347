import type { RunItem } from '../../../core/journal.ts';
import type { PlanRecord } from '../../../lambda/gateways.ts';

let runs = 0;

/** A run id that no other test of this process uses. */
export function newRun(): string {
  runs += 1;
  return `run${runs}`;
}

/** A run that has just been opened, but for `change`. */
export function anItem(runId: string, change: Partial<RunItem> = {}): RunItem {
  return {
    runId,
    execution: 'arn:aws:states:eu-central-1:111122223333:execution:aerofault:x',
    cluster: 'orders',
    life: 'opening',
    version: 1,
    openedAt: 1,
    deadlineAt: 20,
    intents: {},
    pending: [],
    ...change,
  };
}

/** An inventory as EC2 would give it: ids, addresses and names without much in common. */
export function aRecord(runId: string, count: number): PlanRecord {
  let seed = count;
  const word = (): string => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed.toString(16).padStart(8, '0');
  };
  const instances = Array.from({ length: count }, (_, index) => ({
    id: `i-0${word()}${word()}`,
    name: `orders-staging-aerospike-${index}`,
    role: 'node' as const,
    zone: `eu-central-1${'abc'[index % 3]}`,
    address: `10.0.${index >> 8}.${index & 255}`,
    addresses: [
      `10.0.${index >> 8}.${index & 255}`,
      `2a05:d014:${word().slice(4)}::${word().slice(4)}`,
    ],
    groupIds: ['sg-0aa', 'sg-0bb'],
  }));
  const rules = Array.from({ length: Math.min(60, count) }, (_, index) => ({
    id: `sgr-0${word()}${word()}`,
    groupId: 'sg-0aa',
    direction: 'ingress' as const,
    spec: {
      protocol: 'tcp',
      fromPort: 3000,
      toPort: 3003,
      peer: { kind: 'ipv4' as const, cidr: `10.${index}.0.0/16` },
      description: `rule ${word()}`,
    },
    tags: {},
  }));
  const place = { vpcId: `vpc-0${word()}`, subnetId: `subnet-0${word()}` };
  const owned = { vpcId: place.vpcId, ownerId: '111122223333' };
  const optedIn = { 'aerofault:cluster': 'orders' };
  return {
    digest: 'abc123',
    inventory: {
      cluster: 'orders',
      observedAt: 1,
      instances,
      interfaces: instances.map(({ id, addresses, groupIds }) => ({
        id: `eni-0${word()}${word()}`,
        instanceId: id,
        type: 'interface',
        ...place,
        groupIds,
        addresses,
        tags: optedIn,
      })),
      groups: [
        { id: 'sg-0aa', name: 'orders', ...owned, tags: optedIn, rules },
        { id: 'sg-0bb', name: 'base', ...owned, tags: {}, rules: [] },
      ],
      prefixLists: [{ id: 'pl-0aa', maxEntries: 10, cidrs: ['10.9.0.0/16'] }],
      subnets: [{ id: place.subnetId, vpcId: place.vpcId, zone: 'eu-central-1a', tags: {} }],
      networkAcls: [],
    },
    plan: {
      runId,
      steps: [
        {
          kind: 'host-cut',
          id: 'cut/1',
          phase: 1,
          says: 'cuts',
          instanceId: 'i-1',
          peers: instances.map(({ address }) => address),
          ports: [3001, 3002],
          packets: 'drop',
          direction: 'both',
        },
      ],
      cuts: [],
      targets: ['i-1'],
      hosts: ['i-1'],
      prediction: { clusterSizes: [1, 2], connections: 'full', falls: [] },
      calls: { inject: 0, restore: 0 },
      warnings: [],
    },
  };
}
