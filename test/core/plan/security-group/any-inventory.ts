import * as fc from 'fast-check';
import { clusterTag } from '../../../../core/inventory.ts';
import type {
  Instance,
  Interface,
  Inventory,
  Peer,
  PrefixList,
  RuleSpec,
} from '../../../../core/inventory.ts';
import { aClient, aGroup, aNode, anInterface, anInventory, groupPeer } from '../../inventories.ts';
import { keyOf } from '../applied.ts';

/**
 * Any cluster of up to 40 interfaces in up to 8 groups of up to 60 rules: nodes in shared groups or their
 * own, clients, somebody else in the same groups (tagged or not), second interfaces, IPv6, and rules of
 * every kind of peer that match, miss, touch or swallow the cut.
 */
export function anyInventory(): fc.Arbitrary<Inventory> {
  return fc
    .record({
      nodes: fc.array(anyMachine(nodeGroups), { minLength: 2, maxLength: 14 }),
      clients: fc.array(anyMachine(clientGroups), { minLength: 1, maxLength: 10 }),
      others: fc.array(anyMachine(allGroups), { maxLength: 4 }),
      othersTagged: fc.boolean(),
      rules: fc.array(anyRules(), { minLength: allGroups.length, maxLength: allGroups.length }),
    })
    .map(({ nodes, clients, others, othersTagged, rules }) => {
      const instances = [
        ...nodes.map((one, index) => machine(aNode(index + 1), one)),
        ...clients.map((one, index) => machine(aClient(index + 1), one)),
      ];
      const inventory = anInventory({
        instances,
        groups: allGroups.map((id, index) => aGroup(id.slice(3), rules[index] ?? [])),
        bystanders: others.map((one, index) => bystander(index, one, othersTagged)),
      });
      const second = [...nodes, ...clients].flatMap((one, index) =>
        one.second === null ? [] : [secondInterface(instances[index]!, one.second, index)],
      );
      return { ...inventory, interfaces: [...inventory.interfaces, ...second], prefixLists };
    });
}

const nodeGroups = ['sg-nodes', 'sg-nodes', 'sg-base', 'sg-zone', 'sg-extra'];
const clientGroups = ['sg-clients', 'sg-clients', 'sg-apps', 'sg-base'];
const allGroups = [
  'sg-nodes',
  'sg-base',
  'sg-zone',
  'sg-extra',
  'sg-clients',
  'sg-apps',
  'sg-others',
  'sg-empty',
];

const prefixLists: PrefixList[] = [
  { id: 'pl-clients', maxEntries: 3, cidrs: ['10.0.1.1/32', '10.0.1.2/32', '10.0.7.0/24'] },
  { id: 'pl-six', maxEntries: 3, cidrs: ['2001:db8::c0/124'] },
];

interface Machine {
  readonly groupIds: string[];
  readonly dual: boolean;
  readonly second: string | null;
}

function anyMachine(groups: readonly string[]): fc.Arbitrary<Machine> {
  return fc.record({
    groupIds: fc.uniqueArray(fc.constantFrom(...groups), { minLength: 1, maxLength: 3 }),
    dual: fc.boolean(),
    second: fc.option(fc.constantFrom(...groups), { freq: 6 }),
  });
}

function machine(one: Instance, { groupIds, dual }: Machine): Instance {
  const six =
    one.role === 'node' ? `2001:db8::a${one.id.slice(3)}` : `2001:db8::c${one.id.slice(3)}`;
  return { ...one, groupIds, addresses: [...one.addresses, ...(dual ? [six] : [])] };
}

function bystander(index: number, { groupIds, dual }: Machine, isTagged: boolean): Interface {
  return {
    ...anInterface(aClient(90 + index)),
    id: `eni-x${index}`,
    instanceId: `i-x${index}`,
    groupIds,
    addresses: [`10.0.${index % 2}.${70 + index}`, ...(dual ? [`2001:db8::f${index}`] : [])],
    tags: isTagged ? { [clusterTag]: 'orders' } : {},
  };
}

function secondInterface(instance: Instance, groupId: string, index: number): Interface {
  const addresses = [`10.0.${index % 3}.${140 + index}`];
  return { ...anInterface(instance), id: `eni2-${instance.id}`, groupIds: [groupId], addresses };
}

/** Rules of one group; EC2 keeps no two that allow the same. */
function anyRules(): fc.Arbitrary<RuleSpec[]> {
  const few = fc.uniqueArray(anyRule(), { selector: keyOf, maxLength: 5 });
  return fc.tuple(few, fc.constantFrom(0, 0, 3, 10, 40, 56)).map(([rules, fillers]) => [
    ...rules,
    ...Array.from({ length: Math.min(fillers, 60 - 3 * rules.length) }, (_, index): RuleSpec => {
      const port = 5000 + index;
      return { protocol: 'tcp', fromPort: port, toPort: port, peer: groupPeer('sg-others') };
    }),
  ]);
}

function anyRule(): fc.Arbitrary<RuleSpec> {
  const described = fc.option(fc.constantFrom('ours', 'theirs'), { nil: undefined });
  return fc
    .record({
      protocol: fc.constantFrom('tcp', 'tcp', 'tcp', 'tcp', 'tcp', 'udp', '-1'),
      ports: anyRange(),
      peer: anyPeer(),
      description: described,
    })
    .map(({ protocol, ports: [fromPort, toPort], description, peer }) => ({
      protocol,
      ...(protocol === '-1' ? {} : { fromPort, toPort }),
      peer,
      ...(description === undefined ? {} : { description }),
    }));
}

function anyRange(): fc.Arbitrary<readonly [number, number]> {
  const near = fc
    .tuple(fc.integer({ min: 2998, max: 3004 }), fc.nat({ max: 4 }))
    .map(([from, more]) => [from, from + more] as const);
  const exact = fc.constantFrom(
    [3000, 3000] as const,
    [3001, 3002] as const,
    [3000, 3003] as const,
  );
  const wide = fc.constantFrom([0, 65_535] as const, [1024, 65_535] as const, [22, 22] as const);
  return fc.oneof(exact, near, wide);
}

function anyPeer(): fc.Arbitrary<Peer> {
  const four = fc
    .tuple(
      fc.constantFrom('10.0.0.0', '10.0.1.0', '10.0.1.1', '10.0.0.2', '10.0.2.0'),
      fc.constantFrom(0, 8, 20, 22, 24, 26, 28, 30, 31, 32, 32),
    )
    .map(([address, length]): Peer => ({ kind: 'ipv4', cidr: masked(address, length) }));
  const six = fc.constantFrom(
    '2001:db8::c0/124',
    '2001:db8::c1/128',
    '2001:db8::a1/128',
    '2001:db8::a0/124',
    '2001:db8::/112',
    '::/0',
  );
  const list = fc.constantFrom('pl-clients', 'pl-six');
  const group = fc.constantFrom(
    'sg-nodes',
    'sg-nodes',
    'sg-clients',
    'sg-clients',
    'sg-base',
    'sg-apps',
  );
  return fc.oneof(
    { weight: 4, arbitrary: four },
    { weight: 2, arbitrary: six.map((cidr): Peer => ({ kind: 'ipv6', cidr })) },
    {
      weight: 1,
      arbitrary: list.map((prefixListId): Peer => ({ kind: 'prefix-list', prefixListId })),
    },
    { weight: 8, arbitrary: group.map(groupPeer) },
  );
}

/** The address with the bits beyond `length` cleared, as EC2 stores it. */
function masked(address: string, length: number): string {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const first = Math.floor(value / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${length}`;
}
