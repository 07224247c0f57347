import type { Inventory, Rule } from '../../core/inventory.ts';

/** The cluster that the engine's tests run on. */
export const clusterName = 'orders-staging';
/** The group that all nodes share. */
export const nodeGroup = 'sg-nodes';
/** The rule that lets the whole network in, clients and nodes alike: cutting a client must split it. */
export const wideRule = 'sgr-wide';

/** Some nodes and one client, the nodes in one group that admits the whole network to all their ports. */
export function exampleInventory(nodeCount = 3): Inventory {
  return inventoryWith(nodeCount, [
    rule(wideRule, '10.0.0.0/16', { from: 3000, to: 3003, says: 'nodes and applications' }),
    rule('sgr-ssh', '10.0.9.0/24', { from: 22, to: 22 }),
  ]);
}

/** The client's own rule: to cut it, it is parked, and that is all there is to do. */
export const clientRule = 'sgr-client';

/** Three nodes and one client with a rule of its own, so that its cut is one step on one rule. */
export function oneRuleInventory(): Inventory {
  return inventoryWith(3, [
    rule('sgr-nodes', '10.0.1.0/24', { from: 3000, to: 3003, says: 'nodes' }),
    rule(clientRule, '10.0.2.11/32', { from: 3000, to: 3000, says: 'the application' }),
  ]);
}

function inventoryWith(nodeCount: number, rules: Rule[]): Inventory {
  const instances = [
    ...Array.from({ length: nodeCount }, (_, index) => machine('node', index + 1)),
    machine('client', 1),
  ];
  return {
    cluster: clusterName,
    observedAt: 0,
    instances,
    interfaces: instances.map(({ id, groupIds, addresses }) => ({
      id: id.replace('i-', 'eni-'),
      instanceId: id,
      subnetId: 'subnet-1',
      groupIds,
      addresses,
    })),
    groups: [
      {
        id: nodeGroup,
        name: 'nodes',
        tags: { 'aerofault:cluster': clusterName },
        rules,
      },
      { id: 'sg-clients', name: 'clients', tags: {}, rules: [] },
    ],
  };
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

function rule(id: string, cidr: string, ports: { from: number; to: number; says?: string }): Rule {
  return {
    id,
    groupId: nodeGroup,
    direction: 'ingress',
    spec: {
      protocol: 'tcp',
      fromPort: ports.from,
      toPort: ports.to,
      peer: { kind: 'ipv4', cidr },
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

/** Two host steps side by side; needs four nodes. */
export const halves = {
  ...partition,
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
