import { formatBlock, parseBlock } from '../../../core/address.ts';
import type { Block } from '../../../core/address.ts';
import type { Cut } from '../../../core/cut.ts';
import type { Interface, Rule, SecurityGroup } from '../../../core/inventory.ts';
import type { Filters } from '../../../core/plan/filters.ts';
import { admits } from '../../../core/plan/reachability.ts';
import type { Flow } from '../../../core/plan/reachability.ts';

/** One flow that passes otherwise than it should, found by asking for every flow one by one. */
export interface Wrong {
  readonly from: string;
  readonly to: string;
  readonly protocol: Flow['protocol'];
  readonly port: number;
  readonly wanted: 'open' | 'closed';
}

interface Moments {
  readonly before: Filters;
  readonly now: Filters;
  readonly cuts: readonly Cut[];
}

/** All wrong flows of a small case, by the definition alone. */
export function wrongFlows(moments: Moments): Wrong[] {
  const sockets = socketsOf(moments);
  return waysOf(moments).flatMap((way) =>
    sockets
      .filter(({ protocol }) => protocol !== (way.family === 4 ? 'icmpv6' : 'icmp'))
      .flatMap((socket) => judged(moments, way, socket)),
  );
}

interface Socket {
  readonly protocol: Flow['protocol'];
  readonly port: number;
}

/** From whom to whom; `anyPort` where what passes must be equal whatever the cut. */
interface Way {
  readonly flow: Pick<Flow, 'from' | 'to' | 'toAddress'>;
  readonly family: 4 | 6;
  readonly names: readonly [string, string];
  readonly edge?: boolean;
}

function judged({ before, now, cuts }: Moments, way: Way, socket: Socket): Wrong[] {
  const flow = { ...way.flow, ...socket };
  const tcp = socket.protocol === 'tcp';
  if (way.edge === true && tcp && cuts.some(({ ports }) => ports.includes(socket.port))) return [];
  const stopped = cuts.filter(
    ({ from, to }) =>
      from.includes(flow.from.interface?.instanceId ?? '') && to.includes(flow.to.instanceId ?? ''),
  );
  const open = admits(withProbe(before), flow);
  const wanted = open && !(tcp && stopped.some(({ ports }) => ports.includes(socket.port)));
  const have = admits(withProbe(now), flow);
  if (have === wanted) return [];
  if (wanted && stopped.length > 0 && socket.protocol === 'other') return [];
  const [from, to] = way.names;
  return [{ from, to, ...socket, wanted: wanted ? 'open' : 'closed' }];
}

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4);
const nowhere = { 4: '192.0.2.200', 6: '2001:db8:ffff::1' } as const;

function waysOf(moments: Moments): Way[] {
  const { before, now } = moments;
  const { interfaces } = before;
  const places = placesOf(moments);
  const taken = new Set(interfaces.flatMap(({ addresses }) => addresses));
  const strangers = places.filter((address) => !taken.has(address));
  return [
    ...interfaces.flatMap((from) => interfaces.flatMap((to) => between(from, to))),
    ...interfaces.flatMap((one) =>
      [undefined, ...foreignGroups(moments)].flatMap((group) =>
        strangers.flatMap((address) => withStranger(one, address, group)),
      ),
    ),
    ...swappedSubnets(before, now).flatMap((subnetId) =>
      places.flatMap((address) =>
        withStranger(probeIn(subnetId), address, undefined).map((way) => ({ ...way, edge: true })),
      ),
    ),
  ];
}

function between(from: Interface, to: Interface): Way[] {
  if (from.id === to.id) return [];
  return from.addresses.flatMap((address) =>
    to.addresses
      .filter((other) => familyOf(other) === familyOf(address))
      .map((toAddress) => ({
        flow: { from: { interface: from, address }, to, toAddress },
        family: familyOf(address),
        names: [from.id, to.id] as const,
      })),
  );
}

/** In from, and out to, an address of nobody, perhaps with a group that nobody here holds. */
function withStranger(one: Interface, address: string, group: string | undefined): Way[] {
  const family = familyOf(address);
  const groupIds = group === undefined ? [] : [group];
  const stranger = { ...openTo(address), groupIds: ['sg-probe', ...groupIds] };
  const sender =
    group === undefined ? { address } : { interface: { ...stranger, id: 'eni-foreign' }, address };
  const far = group ?? address;
  return [
    {
      flow: { from: sender, to: one, toAddress: nowhere[family] },
      family,
      names: [far, one.id],
    },
    {
      flow: {
        from: { interface: one, address: nowhere[family] },
        to: stranger,
        toAddress: address,
      },
      family,
      names: [one.id, far],
    },
  ];
}

function openTo(address: string): Interface {
  return { ...probeIn('subnet-elsewhere'), id: 'eni-stranger', addresses: [address] };
}

function probeIn(subnetId: string): Interface {
  return {
    id: subnetId,
    type: 'interface',
    vpcId: 'vpc-1',
    subnetId,
    groupIds: ['sg-probe'],
    addresses: [],
    tags: {},
  };
}

const probes = new WeakMap<Filters, Filters>();

/** The filters and a group that lets everything pass, for the ends that are not under test. */
function withProbe(filters: Filters): Filters {
  const known = probes.get(filters);
  if (known !== undefined) return known;
  const made = { ...filters, groups: [...filters.groups, probeGroup] };
  probes.set(filters, made);
  return made;
}

const probeGroup: SecurityGroup = {
  id: 'sg-probe',
  name: 'probe',
  vpcId: 'vpc-1',
  ownerId: '1',
  tags: {},
  rules: (['ingress', 'egress'] as const).flatMap((direction) =>
    ['0.0.0.0/0', '::/0'].map((cidr): Rule => ({
      id: `sgr-probe-${direction}-${cidr}`,
      groupId: 'sg-probe',
      direction,
      spec: { protocol: '-1', peer: { kind: familyOf(cidr) === 4 ? 'ipv4' : 'ipv6', cidr } },
      tags: {},
    })),
  ),
};

function foreignGroups({ before, now }: Moments): string[] {
  const known = new Set([...before.groups, ...now.groups].map(({ id }) => id));
  const named = [...before.groups, ...now.groups]
    .flatMap(({ rules }) => rules)
    .flatMap(({ spec: { peer } }) => (peer.kind === 'group' ? [peer.groupId] : []));
  return [...new Set(named)].filter((id) => !known.has(id));
}

const aclOf = ({ networkAcls }: Filters, subnetId: string): string =>
  JSON.stringify(networkAcls.find((acl) => acl.subnetIds.includes(subnetId))?.entries);

function swappedSubnets(before: Filters, now: Filters): string[] {
  return [...new Set(before.subnets.map(({ id }) => id))].filter(
    (subnetId) => aclOf(before, subnetId) !== aclOf(now, subnetId),
  );
}

/** The first address of every stretch that no CIDR and no interface divides. */
function placesOf({ before, now }: Moments): string[] {
  const texts = [before, now].flatMap(({ groups, prefixLists, networkAcls, interfaces }) => [
    ...groups
      .flatMap(({ rules }) => rules)
      .flatMap(({ spec: { peer } }) => ('cidr' in peer ? [peer.cidr] : [])),
    ...prefixLists.flatMap(({ cidrs }) => cidrs),
    ...networkAcls.flatMap(({ entries }) => entries.map(({ cidr }) => cidr)),
    ...interfaces.flatMap(({ addresses }) => addresses),
  ]);
  const blocks = [...texts, '0.0.0.0/0', '::/0'].map((text) => parseBlock(text)!);
  return [...new Set(blocks.flatMap(edgesOf))];
}

function edgesOf({ family, first, prefix }: Block): string[] {
  const bits = family === 4 ? 32 : 128;
  const next = first + (1n << BigInt(bits - prefix));
  return [first, next]
    .filter((start) => start < 1n << BigInt(bits))
    .map((start) => formatBlock({ family, first: start, prefix: bits }).split('/')[0]!);
}

/** Every port, type or protocol number at an edge of a rule, an entry or a cut. */
function socketsOf({ before, now, cuts }: Moments): Socket[] {
  const all = [before, now].flatMap(({ groups, networkAcls }) => [
    ...groups.flatMap(({ rules }) => rules.map(({ spec }) => spec)),
    ...networkAcls.flatMap(({ entries }) => entries),
  ]);
  const ports = all.flatMap(({ fromPort = 0, toPort = 65_535 }) => [fromPort, toPort + 1]);
  const cut = cuts.flatMap((one) => one.ports.flatMap((port) => [port, port + 1]));
  const listened = [...new Set([1, ...ports, ...cut])].filter((port) => port > 0 && port <= 65_535);
  const types = [0, 3 * 256, 8 * 256, 8 * 256 + 1, 9 * 256, 128 * 256];
  return [
    ...listened.flatMap((port) => [
      { protocol: 'tcp' as const, port },
      { protocol: 'udp' as const, port },
    ]),
    ...types.flatMap((port) => [
      { protocol: 'icmp' as const, port },
      { protocol: 'icmpv6' as const, port },
    ]),
    ...[0, 2, 47, 255].map((port) => ({ protocol: 'other' as const, port })),
  ];
}
