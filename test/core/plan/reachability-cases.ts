import * as fc from 'fast-check';
import type { Cut } from '../../../core/cut.ts';
import type {
  AclEntry,
  Interface,
  NetworkAcl,
  Rule,
  SecurityGroup,
} from '../../../core/inventory.ts';
import type { Filters } from '../../../core/plan/filters.ts';
import type { Step } from '../../../core/step.ts';
import { anyEntry, anyRule, groupIds, subnetIds } from './any-rule.ts';
import { anyStep, withTemporary } from './any-step.ts';

/** A small case: filters, steps that may or may not do what the cuts ask, and the cuts. */
export interface Case {
  readonly filters: Filters;
  readonly steps: readonly Step[];
  readonly cuts: readonly Cut[];
}

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

function anyCut(): fc.Arbitrary<Cut> {
  const instances = ['i-0', 'i-1', 'i-2'];
  return fc.record({
    from: fc.subarray(instances, { minLength: 1 }),
    to: fc.subarray(instances, { minLength: 1 }),
    ports: fc.constantFrom([3001], [3000, 3001], [3001, 3002]),
  });
}
