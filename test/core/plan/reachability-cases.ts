import * as fc from 'fast-check';
import type { Cut } from '../../../core/cut.ts';
import type {
  AclEntry,
  Interface,
  NetworkAcl,
  Peer,
  Rule,
  RuleSpec,
  SecurityGroup,
} from '../../../core/inventory.ts';
import type { Filters } from '../../../core/plan/filters.ts';
import { temporaryId } from '../../../core/step.ts';
import type { Step } from '../../../core/step.ts';

/** A small case: filters, steps that may or may not do what the cuts ask, and the cuts. */
export interface Case {
  readonly filters: Filters;
  readonly steps: readonly Step[];
  readonly cuts: readonly Cut[];
}

const groupIds = ['sg-a', 'sg-b', 'sg-c'];
const subnetIds = ['subnet-1', 'subnet-2'];
const temporary = temporaryId('t1');
/** One that rules name and nobody in the inventory holds. */
const foreign = 'sg-foreign';

/** Few addresses, ports and groups, so that rules meet, nest and repeat each other. */
export function anyCase(): fc.Arbitrary<Case> {
  return fc
    .record({
      interfaces: fc.array(anyInterface(), { minLength: 2, maxLength: 4 }),
      rules: fc.array(anyRule(groupIds), { minLength: 1, maxLength: 7 }),
      open: fc.subarray(groupIds),
      acl: fc.option(fc.array(anyEntry(), { minLength: 1, maxLength: 4 })),
    })
    .map(({ interfaces, rules, open, acl }) =>
      filtersOf(interfaces, [...rules, ...open.flatMap(openEgress)], acl),
    )
    .chain((filters) =>
      fc.record({
        filters: fc.constant(filters),
        steps: fc.array(anyStep(filters), { maxLength: 3 }).map(withTemporary),
        cuts: fc.array(anyCut(), { maxLength: 1 }),
      }),
    );
}

function filtersOf(
  interfaces: readonly Omit<Interface, 'id' | 'instanceId'>[],
  rules: readonly Omit<Rule, 'id'>[],
  acl: readonly AclEntry[] | null,
): Filters {
  const numbered = rules.map((rule, index) => ({ ...rule, id: `sgr-${index + 1}` }));
  const entries = acl ?? (['ingress', 'egress'] as const).flatMap(openEntries);
  return {
    interfaces: interfaces.map((one, index) => ({
      ...one,
      id: `eni-${index + 1}`,
      instanceId: `i-${index % 3}`,
    })),
    groups: groupIds.map((id) => aGroupOf(id, numbered)),
    prefixLists: [{ id: 'pl-1', maxEntries: 5, cidrs: ['10.0.0.0/31', '10.0.0.6/32', '::/127'] }],
    subnets: subnetIds.map((id) => ({ id, vpcId: 'vpc-1', zone: 'zone-a', tags: {} })),
    networkAcls: [anAcl(entries)],
  };
}

function openEgress(groupId: string): Omit<Rule, 'id'>[] {
  return openEntries('egress').map(({ cidr }) => ({
    groupId,
    direction: 'egress',
    spec: { protocol: '-1', peer: { kind: cidr.includes(':') ? 'ipv6' : 'ipv4', cidr } },
    tags: {},
  }));
}

function aGroupOf(id: string, rules: readonly Rule[]): SecurityGroup {
  const mine = rules.filter(({ groupId }) => groupId === id);
  return { id, name: id, vpcId: 'vpc-1', ownerId: '1', tags: {}, rules: mine };
}

function anAcl(entries: readonly AclEntry[]): NetworkAcl {
  const numbered = entries.map((entry, index) => ({ ...entry, number: 10 * (index + 1) }));
  return {
    id: 'acl-1',
    vpcId: 'vpc-1',
    isDefault: true,
    subnetIds,
    entries: numbered,
    tags: {},
  };
}

function openEntries(direction: AclEntry['direction']): AclEntry[] {
  return ['0.0.0.0/0', '::/0'].map((cidr) => ({
    number: 1,
    direction,
    action: 'allow',
    protocol: '-1',
    cidr,
  }));
}

function anyInterface(): fc.Arbitrary<Omit<Interface, 'id' | 'instanceId'>> {
  return fc.record({
    type: fc.constant('interface'),
    vpcId: fc.constant('vpc-1'),
    subnetId: fc.constantFrom(...subnetIds),
    groupIds: fc.subarray(groupIds, { minLength: 1 }),
    addresses: fc.constantFrom(
      ['10.0.0.0'],
      ['10.0.0.1'],
      ['10.0.0.2'],
      ['10.0.0.3', '::1'],
      ['10.0.0.6', '10.0.0.7'],
      ['::2'],
    ),
    tags: fc.constant({}),
  });
}

function anyRule(groups: readonly string[]): fc.Arbitrary<Omit<Rule, 'id'>> {
  return fc.record({
    groupId: fc.constantFrom(...groups),
    direction: fc.constantFrom('ingress', 'ingress', 'egress'),
    spec: anySpec(),
    tags: fc.constant({}),
  });
}

const anyTraffic = (): fc.Arbitrary<Omit<RuleSpec, 'peer'>> =>
  fc.constantFrom(
    { protocol: '-1' },
    { protocol: '-1' },
    { protocol: 'tcp', fromPort: 0, toPort: 65_535 },
    { protocol: 'tcp', fromPort: 3000, toPort: 3003 },
    { protocol: 'tcp', fromPort: 3001, toPort: 3001 },
    { protocol: 'tcp', fromPort: 3000, toPort: 3000 },
    { protocol: 'tcp', fromPort: 3002, toPort: 3003 },
    { protocol: '6', fromPort: 0, toPort: 0 },
    { protocol: 'udp', fromPort: 0, toPort: 65_535 },
    { protocol: 'udp', fromPort: 0, toPort: 0 },
    { protocol: 'icmp', fromPort: -1, toPort: -1 },
    { protocol: 'icmp', fromPort: 8, toPort: -1 },
    { protocol: 'icmpv6', fromPort: -1, toPort: -1 },
    { protocol: '47' },
  );

const anyPeer = (): fc.Arbitrary<Peer> =>
  fc.oneof(
    fc
      .constantFrom('0.0.0.0/0', '10.0.0.0/29', '10.0.0.0/30', '10.0.0.0/31', '10.0.0.2/31')
      .map((cidr): Peer => ({ kind: 'ipv4', cidr })),
    fc.integer({ min: 0, max: 7 }).map((n): Peer => ({ kind: 'ipv4', cidr: `10.0.0.${n}/32` })),
    fc.constantFrom('::/0', '::/126', '::1/128').map((cidr): Peer => ({ kind: 'ipv6', cidr })),
    fc.constant<Peer>({ kind: 'prefix-list', prefixListId: 'pl-1' }),
    fc
      .constantFrom(...groupIds, ...groupIds, temporary, foreign)
      .map((groupId): Peer => ({ kind: 'group', groupId })),
  );

function anySpec(): fc.Arbitrary<RuleSpec> {
  return fc.tuple(anyTraffic(), anyPeer()).map(([traffic, peer]) => ({ ...traffic, peer }));
}

function anyEntry(): fc.Arbitrary<AclEntry> {
  return fc
    .record({
      direction: fc.constantFrom('ingress', 'egress'),
      action: fc.constantFrom('allow', 'allow', 'deny'),
      traffic: fc.constantFrom(
        { protocol: '-1' },
        { protocol: '-1' },
        { protocol: '6', fromPort: 3001, toPort: 3001 },
        { protocol: '6', fromPort: 1024, toPort: 65_535 },
        { protocol: '17', fromPort: 0, toPort: 65_535 },
        { protocol: '1', icmpType: 8, icmpCode: -1 },
        { protocol: '58', icmpType: -1, icmpCode: -1 },
      ),
      cidr: fc.constantFrom('0.0.0.0/0', '0.0.0.0/0', '10.0.0.0/30', '10.0.0.1/32', '::/0'),
    })
    .map(({ traffic, ...rest }): AclEntry => ({ number: 1, ...rest, ...traffic }));
}

function anyCut(): fc.Arbitrary<Cut> {
  const instances = ['i-0', 'i-1', 'i-2'];
  return fc.record({
    from: fc.subarray(instances, { minLength: 1 }),
    to: fc.subarray(instances, { minLength: 1 }),
    ports: fc.constantFrom([3001], [3000, 3001], [3001, 3002]),
  });
}

const says = '';

function anyStep(filters: Filters): fc.Arbitrary<Step> {
  const { interfaces, groups, networkAcls } = filters;
  const rules = groups.flatMap((group) => group.rules);
  const anyInterfaceId = fc.constantFrom(...interfaces.map(({ id }) => id));
  const anyExisting = fc.constantFrom(...rules);
  const entries = networkAcls[0]!.entries;
  return fc.oneof(
    anyRule([...groupIds, temporary, temporary]).map(({ groupId, direction, spec }): Step => ({
      id: 'add',
      phase: 2,
      says,
      kind: 'add-rules',
      groupId,
      direction,
      rules: [spec],
    })),
    fc.tuple(anyExisting, anyTraffic()).map(([{ id, groupId, spec }, traffic]): Step => {
      const during = { ...traffic, peer: spec.peer };
      const edits = [{ ruleId: id, before: spec, during }];
      return { id: 'edit', phase: 4, says, kind: 'edit-rules', groupId, edits };
    }),
    fc.constantFrom(...rules).map(({ id, groupId, spec }): Step => ({
      id: 'revoke',
      phase: 5,
      says,
      kind: 'revoke-rules',
      groupId,
      witness: spec,
      rules: [
        {
          ruleId: id,
          before: spec,
          tags: {},
        },
      ],
    })),
    anyInterfaceId.map((interfaceId): Step => ({
      id: 'attach',
      phase: 3,
      says,
      kind: 'attach-group',
      interfaceId,
      groupId: temporary,
    })),
    fc
      .tuple(anyInterfaceId, fc.subarray(groupIds, { minLength: 1 }))
      .map(([interfaceId, gone]): Step => ({
        id: 'detach',
        phase: 6,
        says,
        kind: 'detach-groups',
        interfaceId,
        groupIds: gone,
        witness: temporary,
      })),
    fc
      .tuple(fc.constantFrom(...subnetIds), fc.option(anyEntry()))
      .map(([subnetId, entry]): Step => ({
        id: 'swap',
        phase: 6,
        says,
        kind: 'swap-acl',
        subnetId,
        vpcId: 'vpc-1',
        originalId: 'acl-1',
        entries: [...(entry === null ? [] : [entry]), ...entries],
      })),
  );
}

/** The temporary group first; each rule changed or taken away at most once. */
function withTemporary(steps: readonly Step[]): Step[] {
  const seen = new Set<string>();
  const once = steps.filter((step) => {
    if (step.kind !== 'edit-rules' && step.kind !== 'revoke-rules') return true;
    const [key = ''] =
      step.kind === 'edit-rules'
        ? step.edits.map(({ ruleId }) => ruleId)
        : step.rules.map(({ ruleId }) => ruleId);
    const fresh = !seen.has(key);
    seen.add(key);
    return fresh;
  });
  return [{ id: 'make', phase: 1, says, kind: 'make-group', name: 't1', vpcId: 'vpc-1' }, ...once];
}
