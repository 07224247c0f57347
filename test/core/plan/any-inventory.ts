import * as fc from 'fast-check';
import type { Instance, Interface, Inventory, Peer, RuleSpec } from '../../../core/inventory.ts';
import type { SecurityGroup } from '../../../core/inventory.ts';
import { aClient, aGroup, aNode, anInventory, groupPeer } from '../inventories.ts';
import { keyOf } from './applied.ts';

/**
 * Any small cluster: nodes on one or two groups, clients with their own and sometimes an IPv6 address,
 * somebody else in the clients' network or group, and rules that match, miss or overlap the service port.
 */
export function anyInventory(): fc.Arbitrary<Inventory> {
  const nodes = fc.array(fc.constantFrom<string[]>(['sg-nodes'], ['sg-nodes', 'sg-extra']), {
    minLength: 1,
    maxLength: 3,
  });
  return fc
    .record({
      nodes,
      clients: fc.array(fc.boolean(), { minLength: 1, maxLength: 2 }),
      bystander: fc.option(fc.constantFrom('sg-others', 'sg-others', 'sg-clients')),
      main: anyRules(),
      extra: anyRules(),
    })
    .map(({ nodes: groupIds, clients, bystander, main, extra }) =>
      anInventory({
        instances: [
          ...groupIds.map((ids, index) => aNode(index + 1, { groupIds: ids })),
          ...clients.map((dual, index) => clientOf(index + 1, dual)),
        ],
        groups: groupsOf(main, extra),
        bystanders: bystander === null ? [] : [somebody(bystander)],
      }),
    );
}

function groupsOf(main: readonly RuleSpec[], extra: readonly RuleSpec[]): SecurityGroup[] {
  return [
    aGroup('nodes', main),
    aGroup('extra', extra),
    aGroup('clients', []),
    aGroup('others', []),
  ];
}

function clientOf(n: number, dual: boolean): Instance {
  return aClient(n, { addresses: [`10.0.1.${n}`, ...(dual ? [`2001:db8::c${n}`] : [])] });
}

function somebody(groupId: string): Interface {
  return {
    id: 'eni-x',
    instanceId: 'i-x',
    subnetId: 'subnet-a',
    groupIds: [groupId],
    addresses: ['10.0.1.7', '2001:db8::c7'],
  };
}

/** Rules of one group; EC2 keeps no two that allow the same. */
function anyRules(): fc.Arbitrary<RuleSpec[]> {
  return fc.uniqueArray(anyRule(), { selector: keyOf, minLength: 1, maxLength: 5 });
}

function anyRule(): fc.Arbitrary<RuleSpec> {
  const described = fc.option(fc.constantFrom('ours', 'theirs'), { nil: undefined });
  return fc
    .record({
      protocol: fc.constantFrom('tcp', 'tcp', 'tcp', 'tcp', 'udp'),
      ports: anyRange(),
      peer: anyPeer(),
      description: described,
    })
    .map(({ ports: [fromPort, toPort], description, ...rest }) => ({
      ...rest,
      fromPort,
      toPort,
      ...(description === undefined ? {} : { description }),
    }));
}

function anyRange(): fc.Arbitrary<readonly [number, number]> {
  const near = fc
    .tuple(fc.integer({ min: 2998, max: 3004 }), fc.nat({ max: 4 }))
    .map(([from, more]) => [from, from + more] as const);
  const exact = fc.constantFrom([3000, 3000] as const, [3000, 3003] as const);
  const wide = fc.constantFrom([0, 65_535] as const, [1024, 65_535] as const, [22, 22] as const);
  return fc.oneof(exact, near, wide);
}

function anyPeer(): fc.Arbitrary<Peer> {
  const four = fc
    .tuple(
      fc.constantFrom('10.0.0.0', '10.0.1.0', '10.0.1.1', '10.0.1.2'),
      fc.integer({ min: 20, max: 32 }),
    )
    .map(([address, length]): Peer => ({ kind: 'ipv4', cidr: masked(address, length) }));
  const six = fc.integer({ min: 112, max: 128 }).map((length): Peer => {
    const address = length < 122 ? '2001:db8::' : '2001:db8::c0';
    return { kind: 'ipv6', cidr: `${address}/${length}` };
  });
  const group = fc.constantFrom('sg-nodes', 'sg-clients', 'sg-clients').map(groupPeer);
  return fc.oneof({ weight: 5, arbitrary: four }, { weight: 2, arbitrary: six }, group);
}

/** The address with the bits beyond `length` cleared, as EC2 stores it. */
function masked(address: string, length: number): string {
  const value = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - length);
  const first = Math.floor(value / size) * size;
  return `${[24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.')}/${length}`;
}
