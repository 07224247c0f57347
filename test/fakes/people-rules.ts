/** What people do to the rules of security groups; see people.ts. */
import type { Rule, RuleSpec, SecurityGroup } from '../../core/inventory.ts';
import { pick } from './deed.ts';
import type { Deed, Edit } from './deed.ts';
import { placeOf } from './network-state.ts';
import type { NetworkState } from './network-state.ts';
import type { World } from './world.ts';

const runTag = 'aerofault:run';

/** A rule in words. */
export const nameOf = ({ id, groupId }: Rule): string => `rule ${id} of ${groupId}`;

/** What people write; the run itself writes none of it. */
export const portsFor = (how: number): Partial<RuleSpec> =>
  [
    { fromPort: 5000, toPort: 5001 },
    { fromPort: 8080, toPort: 8080 },
    { fromPort: 3000, toPort: 5000 },
  ][how % 3] ?? {};

/** EC2 lets nobody change what kind of peer a rule has. */
export function peerFor(peer: RuleSpec['peer'], how: number): RuleSpec['peer'] {
  switch (peer.kind) {
    case 'ipv4':
      return { kind: 'ipv4', cidr: `10.0.${7 + (how % 2)}.0/24` };
    case 'ipv6':
      return { kind: 'ipv6', cidr: 'fd00::/64' };
    case 'group':
      return { kind: 'group', groupId: 'sg-clients' };
    case 'prefix-list':
      return peer;
  }
}

const isDuplicate = (rule: Rule, { groups }: NetworkState): boolean =>
  groups
    .filter(({ id }) => id === rule.groupId)
    .some(({ rules }) =>
      rules.some((other) => other.id !== rule.id && placeOf(other) === placeOf(rule)),
    );

/** The world as it was before the run: what the run stored, or what is there now. */
const wasIn = (world: World): readonly SecurityGroup[] =>
  world.journal.all().flatMap(({ runId }) => world.journal.inventoryOf(runId)?.groups ?? []);

/** A new rule, or one that was there before, authorised again by hand; or for a group of the run's. */
export function addRule(
  group: SecurityGroup,
  { id, how, world }: { id: string; how: number; world: World },
): Deed | undefined {
  const own = world.network.now.groups.find(({ tags }) => tags[runTag] !== undefined);
  const before = wasIn(world).find((one) => one.id === group.id)?.rules ?? [];
  const specs: RuleSpec[] = [
    { protocol: 'tcp', fromPort: 8080, toPort: 8080, peer: { kind: 'ipv4', cidr: '10.0.7.0/24' } },
    ...before
      .filter(({ direction }) => direction === 'ingress')
      .map(({ spec: { description, ...spec } }) => spec),
    ...(own === undefined
      ? []
      : [
          {
            protocol: 'tcp',
            fromPort: 8081,
            toPort: 8081,
            peer: { kind: 'group' as const, groupId: own.id },
          },
        ]),
  ];
  const spec = pick(specs, how);
  if (spec === undefined) return undefined;
  const rule: Rule = { id, groupId: group.id, direction: 'ingress', spec, tags: {} };
  if (isDuplicate(rule, world.network.now)) return undefined;
  return {
    says: `add ${nameOf(rule)}: ${JSON.stringify(spec)}`,
    things: [id],
    edit: inGroup(group.id, (rules) => [...rules, rule]),
  };
}

/** Part of a rule changed in place. */
export function respec(
  rule: Rule,
  part: { readonly [Key in keyof RuleSpec]?: RuleSpec[Key] | undefined },
  now: NetworkState,
): Deed | undefined {
  const hasPorts = 'fromPort' in part;
  if (hasPorts && rule.spec.protocol === '-1') return undefined;
  const changed = (spec: RuleSpec): RuleSpec => ({ ...spec, ...definedIn(part) });
  if (isDuplicate({ ...rule, spec: changed(rule.spec) }, now)) return undefined;
  return ruleDeed(rule, `make ${nameOf(rule)} ${JSON.stringify(part)}`, (one) => ({
    ...one,
    spec: changed(one.spec),
  }));
}

const definedIn = (part: object): Partial<RuleSpec> =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));

/** As infrastructure as code does: the whole rule, description included, from a file. */
export function writeAsWas(rule: Rule, world: World): Deed | undefined {
  const before = wasIn(world)
    .flatMap(({ rules }) => rules)
    .find(({ id }) => id === rule.id);
  if (before === undefined || isDuplicate(before, world.network.now)) return undefined;
  const { spec } = before;
  return ruleDeed(rule, `write ${nameOf(rule)} as it was`, (one) => ({ ...one, spec }));
}

/** Other tags on a rule. */
export const retag = (rule: Rule, tags: Rule['tags']): Deed =>
  ruleDeed(rule, `tag ${nameOf(rule)} ${JSON.stringify(tags)}`, (one) => ({ ...one, tags }));

/** One tag off a rule. */
export function untag(rule: Rule, how: number): Deed | undefined {
  const key = pick(Object.keys(rule.tags), how);
  if (key === undefined) return undefined;
  return ruleDeed(rule, `take tag ${key} off ${nameOf(rule)}`, (one) => {
    const { [key]: _, ...tags } = one.tags;
    return { ...one, tags };
  });
}

/** A change of one rule; undefined takes it away. */
export const ruleDeed = (
  rule: Rule,
  says: string,
  change: (rule: Rule) => Rule | undefined,
): Deed => ({
  says,
  things: [rule.id],
  edit: inGroup(rule.groupId, (rules) =>
    rules.flatMap((one) => (one.id === rule.id ? (change(one) ?? []) : [one])),
  ),
});

const inGroup =
  (groupId: string, change: (rules: readonly Rule[]) => readonly Rule[]): Edit =>
  (state) => ({
    ...state,
    groups: state.groups.map((group) =>
      group.id === groupId ? { ...group, rules: [...change(group.rules)] } : group,
    ),
  });
