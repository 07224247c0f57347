import { expect } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import { clusterTag } from '../../core/inventory.ts';
import type {
  Instance,
  Interface,
  Inventory,
  Peer,
  PrefixList,
  Rule,
  RuleSpec,
  SecurityGroup,
} from '../../core/inventory.ts';
import { Refusal } from '../../core/refusal.ts';

/** What every refusal must read like: one sentence that says what, what is required, what was found. */
export const grammar = /^Cannot [a-z][^\n]* as [^\n]+ must [^\n]+: found [^\n]*[^\s.]$/;

export function aNode(n: number, changes: Partial<Instance> = {}): Instance {
  return {
    id: `i-n${n}`,
    name: `n${n}`,
    role: 'node',
    zone: 'zone-a',
    address: `10.0.0.${n}`,
    addresses: [`10.0.0.${n}`],
    groupIds: ['sg-nodes'],
    ...changes,
  };
}

export function aClient(n: number, changes: Partial<Instance> = {}): Instance {
  return {
    id: `i-c${n}`,
    name: `c${n}`,
    role: 'client',
    zone: 'zone-a',
    address: `10.0.1.${n}`,
    addresses: [`10.0.1.${n}`],
    groupIds: ['sg-clients'],
    ...changes,
  };
}

export function someNodes(count: number): Instance[] {
  return Array.from({ length: count }, (_, index) => aNode(index + 1));
}

const plainInterface = {
  type: 'interface',
  vpcId: 'vpc-1',
  subnetId: 'subnet-a',
  tags: { [clusterTag]: 'orders' },
};

export function anInterface({ id, addresses, groupIds }: Instance): Interface {
  return { ...plainInterface, id: `eni-${id}`, instanceId: id, groupIds, addresses };
}

/** An interface that belongs to no instance of the cluster. */
export function aBystander(groupIds: string[], changes: Partial<Interface> = {}): Interface {
  return {
    ...plainInterface,
    tags: {},
    id: 'eni-bystander',
    instanceId: 'i-bystander',
    groupIds,
    addresses: ['10.0.9.9'],
    ...changes,
  };
}

export const cidr = (text: string): Peer => ({
  kind: text.includes(':') ? 'ipv6' : 'ipv4',
  cidr: text,
});

export const groupPeer = (groupId: string): Peer => ({ kind: 'group', groupId });

/** A tcp spec; `ports` like '3000' or '3000-3003'. */
export function tcp(ports: string, peer: Peer | string, description?: string): RuleSpec {
  const [fromPort = 0, toPort = fromPort] = ports.split('-').map(Number);
  return {
    protocol: 'tcp',
    fromPort,
    toPort,
    peer: typeof peer === 'string' ? cidr(peer) : peer,
    ...(description === undefined ? {} : { description }),
  };
}

/** A group whose ingress rules are numbered sgr-<name>-1, -2 … */
export function aGroup(
  name: string,
  specs: readonly RuleSpec[],
  tags: Record<string, string> = { [clusterTag]: 'orders' },
): SecurityGroup {
  const id = `sg-${name}`;
  return {
    id,
    name,
    vpcId: 'vpc-1',
    ownerId: '123456789012',
    tags,
    rules: [...specs.map((spec, index) => aRule(id, index + 1, spec)), ...outward(id)],
  };
}

/** What EC2 gives every group at birth: everything out. */
function outward(groupId: string): Rule[] {
  return ['0.0.0.0/0', '::/0'].map((block, index): Rule => ({
    ...aRule(groupId, index, { protocol: '-1', peer: cidr(block) }),
    id: `sgr-out-${index + 1}-${groupId}`,
    direction: 'egress',
  }));
}

export function aRule(groupId: string, n: number, spec: RuleSpec): Rule {
  return {
    id: groupId.replace(/^sg-/, 'sgr-').concat(`-${n}`),
    groupId,
    direction: 'ingress',
    spec,
    tags: {},
  };
}

/** An inventory whose interfaces are one an instance, and whatever `bystanders` adds. */
export function anInventory({
  instances = [...someNodes(3), aClient(1)],
  groups = [],
  bystanders = [],
  prefixLists = [],
}: {
  instances?: readonly Instance[];
  groups?: readonly SecurityGroup[];
  bystanders?: readonly Interface[];
  prefixLists?: readonly PrefixList[];
} = {}): Inventory {
  return {
    cluster: 'orders',
    observedAt: 1000,
    instances: [...instances],
    interfaces: [...instances.map(anInterface), ...bystanders],
    groups: [...groups],
    prefixLists: [...prefixLists],
    subnets: [{ id: 'subnet-a', vpcId: 'vpc-1', zone: 'zone-a', tags: { [clusterTag]: 'orders' } }],
    networkAcls: [],
  };
}

/** Two nodes in sg-nodes with these rules, and one client, 10.0.1.1, in sg-clients. */
export function withRules(...specs: RuleSpec[]): Inventory {
  return anInventory({
    instances: [...someNodes(2), aClient(1)],
    groups: [aGroup('nodes', specs), aGroup('clients', [])],
  });
}

type Changes = Readonly<Record<string, unknown>>;

export function aPartition(changes: Changes = {}, fault: Changes = {}): Experiment {
  return parseExperiment({
    name: 'isolate-one',
    cluster: 'orders',
    fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 }, ...fault },
    mechanism: 'iptables',
    holdSeconds: 15,
    ...changes,
  });
}

export function aClientCut(changes: Changes = {}, fault: Changes = {}): Experiment {
  return parseExperiment({
    name: 'cut-clients',
    cluster: 'orders',
    fault: { kind: 'client-cut', ...fault },
    mechanism: 'security-group',
    holdSeconds: 15,
    ...changes,
  });
}

/** The sentence of the Refusal that `make` throws; fails the test when it does not, or reads badly. */
export function refusalOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    const message = error instanceof Refusal ? error.message : '';
    expect(message).toMatch(grammar);
    return message;
  }
  throw new Error('Expected a Refusal, but none was thrown');
}
