import { clusterTag } from '../core/inventory.ts';
import type {
  Instance,
  Interface,
  Inventory,
  Rule,
  RuleSpec,
  SecurityGroup,
} from '../core/inventory.ts';

const cluster = 'orders';
const tags = { [clusterTag]: cluster };
const clientCount = 50;

/** A cluster of so many nodes over three zones with 50 clients, and 60 rules in each of its two groups. */
export function largeInventory(nodes: number): Inventory {
  const instances = [...machines('node', nodes), ...machines('client', clientCount)];
  return {
    cluster,
    observedAt: 0,
    instances,
    interfaces: instances.map(interfaceOf),
    groups: [groupOf('sg-node', nodeRules), groupOf('sg-client', [])],
    prefixLists: [],
    subnets: zones.map((zone) => ({ id: `subnet-${zone}`, vpcId: 'vpc-1', zone, tags })),
    networkAcls: [],
  };
}

const zones = ['a', 'b', 'c'];

function machines(role: 'node' | 'client', count: number): Instance[] {
  const network = role === 'node' ? 1 : 2;
  return Array.from({ length: count }, (_, index) => {
    const address = `10.${network}.${Math.floor(index / 250)}.${(index % 250) + 1}`;
    const name = `${role}-${index + 1}`;
    return {
      id: `i-${name}`,
      name,
      role,
      zone: zones[index % zones.length] ?? 'a',
      address,
      addresses: [address],
      groupIds: [`sg-${role}`],
    };
  });
}

function interfaceOf({ id, zone, groupIds, addresses }: Instance): Interface {
  const place = { vpcId: 'vpc-1', subnetId: `subnet-${zone}` };
  return {
    id: `eni-${id}`,
    instanceId: id,
    type: 'interface',
    ...place,
    groupIds,
    addresses,
    tags,
  };
}

const nodeRules: readonly RuleSpec[] = [
  { protocol: 'tcp', fromPort: 3001, toPort: 3002, peer: { kind: 'group', groupId: 'sg-node' } },
  { protocol: 'tcp', fromPort: 3000, toPort: 3003, peer: { kind: 'group', groupId: 'sg-client' } },
];

const rulesPerGroup = 60;

function groupOf(id: string, own: readonly RuleSpec[]): SecurityGroup {
  const others = Array.from({ length: rulesPerGroup - own.length }, (_, index): RuleSpec => {
    const port = 5000 + index;
    return {
      protocol: 'tcp',
      fromPort: port,
      toPort: port,
      peer: { kind: 'ipv4', cidr: '10.0.0.0/8' },
    };
  });
  const rules = [...own, ...others].map((spec, index) => ruleOf(id, `${index + 1}`, spec));
  const outward: Rule = {
    ...ruleOf(id, 'out', { protocol: '-1', peer: { kind: 'ipv4', cidr: '0.0.0.0/0' } }),
    direction: 'egress',
  };
  return { id, name: id, vpcId: 'vpc-1', ownerId: '1', tags, rules: [...rules, outward] };
}

function ruleOf(groupId: string, name: string, spec: RuleSpec): Rule {
  return { id: `sgr-${groupId}-${name}`, groupId, direction: 'ingress', spec, tags };
}
