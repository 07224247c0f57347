import type { Inventory, Peer, Rule, SecurityGroup } from '../../core/inventory.ts';

/** The cluster that the engine's tests run on. */
export const clusterName = 'orders-staging';
/** The group that all nodes share. */
export const nodeGroup = 'sg-nodes';
/** The rule that lets the whole network in, clients and nodes alike: cutting a client must split it. */
export const wideRule = 'sgr-wide';

/** Some nodes and one client, the nodes in one group that admits the whole network to all their ports. */
export function exampleInventory(nodeCount = 3): Inventory {
  return inventoryWith(nodeCount, [
    rule(wideRule, ipv4('10.0.0.0/16'), { from: 3000, to: 3003, says: 'nodes and applications' }),
    rule('sgr-ssh', ipv4('10.0.9.0/24'), { from: 22, to: 22 }),
  ]);
}

/** The client's own rule: to cut it, it is parked, and that is all there is to do. */
export const clientRule = 'sgr-client';

/** Three nodes and one client with a rule of its own, so that its cut is one step on one rule. */
export function oneRuleInventory(): Inventory {
  return inventoryWith(3, [
    rule('sgr-nodes', ipv4('10.0.1.0/24'), { from: 3000, to: 3003, says: 'nodes' }),
    rule(clientRule, ipv4('10.0.2.11/32'), { from: 3000, to: 3000, says: 'the application' }),
  ]);
}

/** The rule by which the nodes admit each other: their group refers to itself. */
export const selfRule = 'sgr-self';

/** Three nodes whose group admits itself, the first in a subnet of its own, and one client. */
export function sharedGroupInventory(): Inventory {
  const self: Peer = { kind: 'group', groupId: nodeGroup };
  return inventoryWith(3, [
    rule(selfRule, self, { from: 3000, to: 3003, says: 'nodes' }),
    rule(clientRule, ipv4('10.0.2.11/32'), { from: 3000, to: 3000, says: 'the application' }),
  ]);
}

const vpcId = 'vpc-1';
/** The network ACL that every subnet has. */
export const usualAcl = 'acl-usual';

function inventoryWith(nodeCount: number, rules: Rule[]): Inventory {
  const instances = [
    ...Array.from({ length: nodeCount }, (_, index) => machine('node', index + 1)),
    machine('client', 1),
  ];
  const subnets = ['subnet-1', 'subnet-2'].map((id) => ({
    id,
    vpcId,
    zone: 'zone-1',
    tags: { 'aerofault:cluster': clusterName },
  }));
  return {
    cluster: clusterName,
    observedAt: 0,
    instances,
    interfaces: instances.map(({ id, groupIds, addresses }) => ({
      id: id.replace('i-', 'eni-'),
      instanceId: id,
      type: 'interface',
      vpcId,
      subnetId: id === 'i-node-1' ? 'subnet-1' : 'subnet-2',
      groupIds,
      addresses,
      tags: { 'aerofault:cluster': clusterName },
    })),
    groups: [
      group(nodeGroup, rules, { 'aerofault:cluster': clusterName }),
      group('sg-clients', [], {}),
    ],
    prefixLists: [],
    subnets,
    networkAcls: [
      {
        id: usualAcl,
        vpcId,
        isDefault: true,
        subnetIds: subnets.map(({ id }) => id),
        entries: (['ingress', 'egress'] as const).map((direction) => ({
          number: 100,
          direction,
          action: 'allow',
          protocol: '-1',
          cidr: '0.0.0.0/0',
        })),
        tags: {},
      },
    ],
  };
}

/** A group with these rules, and the one that lets everything out. */
function group(id: string, rules: Rule[], tags: Record<string, string>): SecurityGroup {
  const out: Rule = {
    id: id.replace('sg-', 'sgr-out-'),
    groupId: id,
    direction: 'egress',
    spec: { protocol: '-1', peer: ipv4('0.0.0.0/0') },
    tags: {},
  };
  const name = id.replace('sg-', '');
  return { id, name, vpcId, ownerId: '123456789012', tags, rules: [...rules, out] };
}

function machine(role: 'node' | 'client', number: number): Inventory['instances'][number] {
  const address = `10.0.${role === 'node' ? 1 : 2}.${10 + number}`;
  return {
    id: `i-${role}-${number}`,
    name: `${role}-${number}`,
    role,
    zone: `zone-${number}`,
    address,
    addresses: [address],
    groupIds: [role === 'node' ? nodeGroup : 'sg-clients'],
  };
}

const ipv4 = (cidr: string): Peer => ({ kind: 'ipv4', cidr });

function rule(id: string, peer: Peer, ports: { from: number; to: number; says?: string }): Rule {
  return {
    id,
    groupId: nodeGroup,
    direction: 'ingress',
    spec: {
      protocol: 'tcp',
      fromPort: ports.from,
      toPort: ports.to,
      peer,
      ...(ports.says === undefined ? {} : { description: ports.says }),
    },
    tags: { team: 'orders' },
  };
}

/** One host step: node-1 loses the others, by packet filters. */
export const partition = {
  name: 'isolate-one-node',
  cluster: clusterName,
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 30,
};

/** Two host steps side by side; needs four nodes, and more than their copies have to spare. */
export const halves = {
  ...partition,
  acceptDataLoss: ['test'],
  name: 'split-in-halves',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 2 } },
};

/** Steps of all three other kinds: pieces added, the wide rule narrowed, connections severed. */
export const clientCut = {
  name: 'cut-the-client',
  cluster: clusterName,
  fault: { kind: 'client-cut' },
  mechanism: 'security-group',
  established: 'sever',
  holdSeconds: 30,
};

/** One step on one rule; needs the inventory with one rule for the client. */
export const oneRule = { ...clientCut, name: 'park-one-rule', established: 'leave' };
