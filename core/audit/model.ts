import type { Instance, Inventory } from '../inventory.ts';
import { barrierOf } from '../plan/reachability.ts';
import type { AclBarrier, Flow } from '../plan/reachability.ts';
import { entryWords, groupWords } from '../plan/rule-words.ts';
import { flowsIn } from '../probe/admission.ts';
import type { Because } from './audit.ts';

/** Why groups or ACLs let a connection not pass. */
export interface ModelReason {
  readonly because: Extract<Because, 'security-group' | 'network-acl'>;
  readonly says: string;
}

/**
 * What security groups and network ACLs say of a connection between two primary addresses: undefined where
 * they admit it, or nothing is known of either end. ACLs remember nothing, so the way back is asked, too,
 * at both ends of Linux's own range of ports for those who dial.
 */
export function modelOf(
  inventory: Inventory,
): (from: Instance, to: Instance, port: number) => ModelReason | undefined {
  const flows = flowsIn(inventory);
  const acls = onlyAcls(inventory);
  const flowOf = (from: Instance, to: Instance, port: number): Flow | undefined =>
    flows(party(from), party(to), port)[0];
  return (from, to, port) => {
    const flow = flowOf(from, to, port);
    const barrier = flow && barrierOf(inventory, flow);
    if (flow !== undefined && barrier !== undefined) {
      return barrier.kind === 'acl'
        ? ofAcl(barrier, 'connections')
        : { because: 'security-group', says: groupSentence(inventory, flow, barrier.kind) };
    }
    for (const answerTo of diallingPorts) {
      const back = flowOf(to, from, answerTo);
      const denied = back && barrierOf(acls, back);
      if (denied?.kind === 'acl') return ofAcl(denied, 'answers');
    }
    return undefined;
  };
}

/** net.ipv4.ip_local_port_range, as Linux has it (Documentation/networking/ip-sysctl). */
const diallingPorts = [32_768, 60_999] as const;

const party = ({ id, address }: Instance) => ({ id, addresses: [address] });

/** Groups track connections, so that answers pass them whatever their rules. */
function onlyAcls(inventory: Inventory): Inventory {
  const groups = inventory.groups.map((group) => ({
    ...group,
    rules: (['ingress', 'egress'] as const).map((direction) => ({
      id: '',
      groupId: group.id,
      direction,
      spec: { protocol: '-1', peer: { kind: 'ipv4' as const, cidr: '0.0.0.0/0' } },
      tags: {},
    })),
  }));
  return { ...inventory, groups };
}

function groupSentence(
  inventory: Inventory,
  { from, to, port }: Flow,
  direction: 'ingress' | 'egress',
): string {
  const named = (ids: readonly string[] | undefined): string =>
    ids?.map((id) => groupWords(id, inventory)).join(', ') ?? '';
  const theirs = named(from.interface?.groupIds) || from.address;
  const own = named(to.groupIds);
  const [near, far, way, peer] =
    direction === 'ingress'
      ? [own, theirs, 'in from', from.interface?.groupIds[0] ?? `${from.address}/32`]
      : [theirs, own, 'out to', to.groupIds[0]];
  const ids = direction === 'ingress' ? to.groupIds : (from.interface?.groupIds ?? []);
  const unread = unreadLists(inventory, ids);
  const unless =
    unread.length === 0 ? '' : `, unless ${unread.join(', ')}, not readable, names them`;
  return `no rule of ${near} lets tcp ${port} ${way} ${far}${unless}; it would take ${direction} tcp ${port} ${direction === 'ingress' ? 'from' : 'to'} ${peer}`;
}

/** Prefix lists that rules of the groups name and nobody could read. */
function unreadLists(inventory: Inventory, groupIds: readonly string[]): string[] {
  const read = new Set(inventory.prefixLists.map(({ id }) => id));
  const named = inventory.groups
    .filter(({ id }) => groupIds.includes(id))
    .flatMap(({ rules }) =>
      rules.flatMap(({ spec: { peer } }) => (peer.kind === 'prefix-list' ? peer.prefixListId : [])),
    );
  return [...new Set(named)].filter((id) => !read.has(id));
}

function ofAcl(
  { aclId, direction, entry }: AclBarrier,
  what: 'connections' | 'answers',
): ModelReason {
  const which =
    entry === undefined
      ? `no entry of it allows them`
      : `its entry ${entry.number} says ${entryWords(entry)}`;
  return {
    because: 'network-acl',
    says: `network ACL ${aclId} stops ${what} (${direction}): ${which}`,
  };
}
