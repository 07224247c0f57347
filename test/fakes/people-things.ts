/** What people do to groups, tags, interfaces and network ACLs; see people.ts. */
import type { Rule } from '../../core/inventory.ts';
import { pick } from './deed.ts';
import type { Deed, Edit } from './deed.ts';
import type { NetworkState } from './network-state.ts';
import type { World } from './world.ts';

const clusterTag = 'aerofault:cluster';
const runTag = 'aerofault:run';

const without = (tags: Readonly<Record<string, string>>, key: string): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([name]) => name !== key));

type Tagged = 'groups' | 'interfaces' | 'acls';

const retagged =
  (
    id: string,
    change: (tags: Readonly<Record<string, string>>) => Record<string, string>,
    kinds: readonly Tagged[] = ['groups', 'interfaces', 'acls'],
  ): Edit =>
  (state) => ({
    ...state,
    ...Object.fromEntries(
      kinds.map((kind) => [
        kind,
        state[kind].map((one) => (one.id === id ? { ...one, tags: change(one.tags) } : one)),
      ]),
    ),
  });

/** Takes the cluster's tag off: from then on IAM lets nobody of ours touch it. */
export function optOut(
  which: number,
  { groups, interfaces, acls }: NetworkState,
): Deed | undefined {
  const tagged = [...groups, ...interfaces, ...acls].filter(({ tags }) => clusterTag in tags);
  const thing = pick(tagged, which);
  return (
    thing && {
      says: `take ${clusterTag} off ${thing.id}`,
      things: [thing.id],
      edit: retagged(thing.id, (tags) => without(tags, clusterTag)),
    }
  );
}

/** Somebody notices, and gives back the cluster's tag. */
export function optIn(which: number, world: World): Deed | undefined {
  const { now, origin } = world.network;
  const were = [...origin.groups, ...origin.interfaces].filter(({ tags }) => clusterTag in tags);
  const out = [...now.groups, ...now.interfaces].filter(
    ({ id, tags }) => !(clusterTag in tags) && were.some((one) => one.id === id),
  );
  const thing = pick(out, which);
  return (
    thing && {
      says: `give ${thing.id} its ${clusterTag} back`,
      things: [thing.id],
      edit: retagged(thing.id, (tags) => ({ ...tags, [clusterTag]: 'orders-staging' })),
    }
  );
}

/** Takes the run's tag off a group or a network ACL that a run made. */
export function unmark(which: number, { groups, acls }: NetworkState): Deed | undefined {
  const thing = pick(
    [...groups, ...acls].filter(({ tags }) => runTag in tags),
    which,
  );
  return (
    thing && {
      says: `take ${runTag} off ${thing.id}`,
      things: [thing.id],
      edit: retagged(thing.id, (tags) => without(tags, runTag)),
    }
  );
}

/** A group of their own, without rules. */
export const makeGroup = (id: string): Deed => ({
  says: `make group ${id}`,
  things: [id],
  edit: (state) => ({
    ...state,
    groups: [
      ...state.groups,
      { id, name: id, vpcId: 'vpc-1', ownerId: '123456789012', tags: {}, rules: [] },
    ],
  }),
});

/** Whoever deletes a group has taken it off everything, and every rule that names it, before. */
export function deleteGroup(which: number, { groups }: NetworkState): Deed | undefined {
  const group = pick(
    groups.filter(({ id }) => id !== 'sg-clients'),
    which,
  );
  if (group === undefined) return undefined;
  const { id } = group;
  return {
    says: `delete group ${id}, off everything first`,
    things: [id, ...group.rules.map((rule) => rule.id)],
    edit: (state) => ({
      ...state,
      groups: state.groups
        .filter((one) => one.id !== id)
        .map((one) => ({ ...one, rules: one.rules.filter((rule) => !refersTo(rule, id)) })),
      interfaces: state.interfaces.map((one) => ({ ...one, groupIds: offFrom(one.groupIds, id) })),
    }),
  };
}

const refersTo = ({ spec: { peer } }: Rule, groupId: string): boolean =>
  peer.kind === 'group' && peer.groupId === groupId;

/** An interface holds at least one group. */
function offFrom(groupIds: readonly string[], groupId: string): string[] {
  if (!groupIds.includes(groupId)) return [...groupIds];
  const rest = groupIds.filter((id) => id !== groupId);
  return rest.length === 0 ? ['sg-clients'] : rest;
}

/** Puts a group on an interface, whosever it is. */
export function putOn(
  interfaceId: string,
  groupId: string | undefined,
  { interfaces }: NetworkState,
): Deed | undefined {
  const held = interfaces.find(({ id }) => id === interfaceId)?.groupIds ?? [];
  if (groupId === undefined || held.includes(groupId) || held.length >= 5) return undefined;
  return {
    says: `put ${groupId} on ${interfaceId}`,
    things: [interfaceId],
    edit: onInterface(interfaceId, (groupIds) => [...new Set([...groupIds, groupId])]),
  };
}

/** Takes a group off an interface, whosever it is. */
export function takeOff(
  interfaceId: string,
  groupId: string | undefined,
  { interfaces }: NetworkState,
): Deed | undefined {
  const held = interfaces.find(({ id }) => id === interfaceId)?.groupIds ?? [];
  if (groupId === undefined || held.length < 2) return undefined;
  return {
    says: `take ${groupId} off ${interfaceId}`,
    things: [interfaceId],
    edit: onInterface(interfaceId, (groupIds) => groupIds.filter((id) => id !== groupId)),
  };
}

const onInterface =
  (interfaceId: string, change: (groupIds: string[]) => string[]): Edit =>
  (state) => ({
    ...state,
    interfaces: state.interfaces.map((one) =>
      one.id === interfaceId ? { ...one, groupIds: change(one.groupIds) } : one,
    ),
  });

/** Deletes an interface. */
export const loseInterface = (interfaceId: string): Deed => ({
  says: `delete interface ${interfaceId}`,
  things: [interfaceId],
  edit: (state) => ({
    ...state,
    interfaces: state.interfaces.filter(({ id }) => id !== interfaceId),
  }),
});

/** A new network ACL like the one that the subnet has, in its place. */
export function giveAcl(
  which: number,
  { id, association, now }: { id: string; association: string; now: NetworkState },
): Deed | undefined {
  const subnetId = pick(Object.keys(now.associations), which);
  if (subnetId === undefined) return undefined;
  return {
    says: `give ${subnetId} network ACL ${id}`,
    things: [subnetId],
    edit: (state) => ({
      ...state,
      associations: { ...state.associations, [subnetId]: association },
      acls: [
        ...state.acls.map((acl) => ({
          ...acl,
          subnetIds: acl.subnetIds.filter((one) => one !== subnetId),
        })),
        {
          id,
          vpcId: 'vpc-1',
          isDefault: false,
          subnetIds: [subnetId],
          entries: now.acls.find(({ isDefault }) => isDefault)?.entries ?? [],
          tags: {},
        },
      ],
    }),
  };
}

/** Whoever deletes a subnet has deleted every interface in it before. Its ACL stays. */
export function deleteSubnet(which: number, { associations }: NetworkState): Deed | undefined {
  const subnetId = pick(Object.keys(associations), which);
  if (subnetId === undefined) return undefined;
  return {
    says: `delete subnet ${subnetId}`,
    things: [subnetId],
    edit: (state) => ({
      ...state,
      interfaces: state.interfaces.filter((one) => one.subnetId !== subnetId),
      associations: Object.fromEntries(
        Object.entries(state.associations).filter(([id]) => id !== subnetId),
      ),
      acls: state.acls.map((acl) => ({
        ...acl,
        subnetIds: acl.subnetIds.filter((id) => id !== subnetId),
      })),
    }),
  };
}
