import type { Instance, Interface, Inventory } from '../../core/inventory.ts';
import type { Change, ConnectionAnswer, NodeView } from '../../core/observation.ts';
import type { FakeHost } from './fake-host.ts';
import { counted, isPartial, names, rerouted } from './fake-filter.ts';
import type { FakePart } from './fake-part.ts';
import type { FakeNetwork } from './fake-network.ts';
import { aclsAdmit, groupsAdmit } from './network-state.ts';
import type { Dial } from './network-state.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the cluster is made of. */
export interface ClusterParts {
  readonly inventory: Inventory;
  readonly network: FakeNetwork;
  readonly hosts: ReadonlyMap<string, FakeHost>;
  readonly clock: VirtualClock;
  /** So long after a change nodes go on telling what was, in milliseconds. */
  readonly tellsAfterMs?: number;
}

/** What a node saw from an instant on; a key that is null: it did not answer. */
interface Sighting {
  readonly at: number;
  readonly size: number;
  readonly key: string | null;
  readonly principal: string;
}

const heartbeatPort = 3002;
const listeners = new Set([3000, 3001, heartbeatPort, 3003]);

/**
 * What packets meet between machines, and what Aerospike makes of it: it splits and heals at once, or so long
 * after as it is told to.
 *
 * A heartbeat link that stands outlives a change of groups, for groups track connections; a packet filter
 * or a network ACL on its way ends it, and either end dials again as soon as it may.
 */
export class FakeCluster {
  readonly #parts: ClusterParts;
  readonly #seen = new Map<string, Sighting[]>();
  readonly #links = new Set<string>();

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.note();
  }

  /** How a new TCP connection from a machine ends, by all that stands in its way now; rules count it. */
  connect(fromId: string, address: string, port: number): ConnectionAnswer {
    const from = this.#machine(fromId);
    const turned = rerouted(this.#on(from), { address, port });
    const to = this.#parts.inventory.instances.find((one) => one.address === turned);
    if (to === undefined) return 'unreachable';
    const stopped = this.#filtered(from, to, port) ?? this.#thinned(from, to, port);
    return stopped ?? this.#admitted(from, to, port);
  }

  /** What the node at an address says of itself and of its cluster; undefined: it says nothing. */
  viewAt(address: string, sizeAsked: number): NodeView | undefined {
    const { instances } = this.#parts.inventory;
    const node = instances.find((one) => one.role !== 'client' && one.address === address);
    return node === undefined || this.#heldBy(node) !== undefined
      ? undefined
      : { ...this.view(node.id, sizeAsked), ...this.#toldBy(node.id) };
  }

  /** Its cluster as a node tells it by now. */
  #toldBy(nodeId: string): Partial<NodeView> {
    const { clock, tellsAfterMs = 0 } = this.#parts;
    if (tellsAfterMs === 0) return {};
    const seen = this.#seen.get(nodeId) ?? [];
    const known = seen.findLast(({ at }) => at <= clock.now() - tellsAfterMs) ?? seen[0];
    if (known === undefined || known.key === null) return {};
    const { size, key, principal } = known;
    return { size, key, principal };
  }

  /** What a node says of itself and of its cluster. */
  view(nodeId: string, sizeAsked: number): NodeView {
    const members = this.#membersOf(nodeId);
    const whole = members.length === sizeAsked;
    return {
      answer: 'ok',
      node: nodeId,
      build: '8.1.2.0',
      size: members.length,
      key: keyOf(members),
      principal: members.at(-1) ?? nodeId,
      integrity: true,
      member: true,
      heartbeats: this.#linksOf(nodeId),
      fabric: 24 * (members.length - 1),
      migrations: 0,
      stable: whole,
      settled: whole,
      unavailable: 0,
      dead: 0,
      stopWrites: false,
    };
  }

  /** Records what every node sees now, where it has changed. Called after every effect. */
  note(): void {
    this.#relink();
    for (const node of this.#nodes()) {
      const { size, key: said, principal } = this.view(node.id, 0);
      const key = this.#heldBy(node) === undefined ? said : null;
      const seen = this.#seen.get(node.id) ?? [];
      if (seen.at(-1)?.key === key) continue;
      this.#seen.set(node.id, [...seen, { at: this.#parts.clock.now(), size, key, principal }]);
    }
  }

  /** A node's changes as a recorder started at `startedAt` has them: the first is its first sample. */
  recorded(nodeId: string, startedAt: number): Change[] {
    const all = this.#seen.get(nodeId) ?? [];
    const first = all.findLast(({ at }) => at <= startedAt);
    const sampled = first === undefined ? [] : [{ ...first, at: startedAt }];
    return [...sampled, ...all.filter(({ at }) => at > startedAt)].map(
      ({ at, size, key, principal }) =>
        key === null ? [at, null] : [at, size, key, principal, 1, 0],
    );
  }

  /** Whether anything that tracks no connections stops packets of an established one. */
  filters(fromId: string, address: string, port: number): boolean {
    const to = this.#parts.inventory.instances.find((one) => one.address === address);
    return to === undefined || this.#stalls(this.#machine(fromId), to, port);
  }

  /** Closes the heartbeat links of a machine with others. */
  sever(instanceId: string, addresses: readonly string[]): void {
    for (const { id, address } of this.#nodes()) {
      if (addresses.includes(address)) this.#links.delete(linkOf(instanceId, id));
    }
    this.note();
  }

  addressOf(instanceId: string): string {
    return this.#machine(instanceId).address;
  }

  /** What stops every packet between two machines on a port, by its answer. */
  #filtered(from: Instance, to: Instance, port: number): ConnectionAnswer | undefined {
    const cut = this.#cutsBetween(from, to, port).find((part) => !isPartial(part));
    if (cut !== undefined) return answerTo.get(cut.parameters['Packets'] ?? '') ?? 'timed-out';
    const isRouted = (host: Instance, peer: Instance): boolean =>
      this.#on(host).some((part) => part.script === 'route' && names(part, 'Peers', peer.address));
    if (isRouted(from, to)) return 'unreachable';
    return isRouted(to, from) ? 'timed-out' : undefined;
  }

  /** What stops a share counts every dial; one of packets is made good by sending again. */
  #thinned(from: Instance, to: Instance, port: number): ConnectionAnswer | undefined {
    const hit = this.#cutsBetween(from, to, port)
      .filter(isPartial)
      .find((part) => counted(part) && part.parameters['Per'] === 'connection');
    const packets = hit?.parameters['Packets'];
    return packets === undefined ? undefined : (answerTo.get(packets) ?? 'timed-out');
  }

  #cutsBetween(from: Instance, to: Instance, port: number): FakePart[] {
    const matches = (part: FakePart, peer: Instance): boolean =>
      part.script === 'cut' &&
      names(part, 'Peers', peer.address) &&
      names(part, 'Ports', String(port));
    const leaving = this.#on(from).filter(
      (part) => part.parameters['Direction'] === 'both' && matches(part, to),
    );
    const cuts = [...leaving, ...this.#on(to).filter((part) => matches(part, from))];
    for (const part of cuts) if (!isPartial(part)) counted(part);
    return cuts;
  }

  #admitted(from: Instance, to: Instance, port: number): ConnectionAnswer {
    const { now } = this.#parts.network;
    const dial = this.#dial(from, to, port);
    if (!groupsAdmit(now, dial) || !aclsAdmit(now, dial)) return 'timed-out';
    if (to.role === 'client' || !listeners.has(port)) return 'refused';
    // The kernel takes connections for a process that stands still.
    return this.#heldBy(to) === 'stop' ? 'refused' : 'open';
  }

  #heldBy(machine: Instance): string | undefined {
    return this.#on(machine).find(({ script }) => script === 'service')?.parameters['How'];
  }

  #stalls(from: Instance, to: Instance, port: number): boolean {
    const { now } = this.#parts.network;
    return (
      this.#filtered(from, to, port) !== undefined || !aclsAdmit(now, this.#dial(from, to, port))
    );
  }

  /** Ends the links that something stalls, and dials those that are missing. */
  #relink(): void {
    const nodes = this.#nodes();
    for (const [index, left] of nodes.entries()) {
      for (const right of nodes.slice(index + 1)) {
        const link = linkOf(left.id, right.id);
        const stalls = (from: Instance, to: Instance): boolean =>
          this.#stalls(from, to, heartbeatPort);
        const dials = (from: Instance, to: Instance): boolean =>
          this.#filtered(from, to, heartbeatPort) === undefined &&
          this.#admitted(from, to, heartbeatPort) === 'open';
        const held = this.#heldBy(left) ?? this.#heldBy(right);
        if (held || stalls(left, right) || stalls(right, left)) this.#links.delete(link);
        if (!held && (dials(left, right) || dials(right, left))) this.#links.add(link);
      }
    }
  }

  #membersOf(nodeId: string): string[] {
    const members = new Set([nodeId]);
    for (const member of members) {
      for (const { id } of this.#nodes()) {
        if (this.#links.has(linkOf(member, id))) members.add(id);
      }
    }
    return [...members].toSorted();
  }

  #linksOf(nodeId: string): number {
    return this.#nodes().filter(({ id }) => this.#links.has(linkOf(nodeId, id))).length;
  }

  #on({ id }: Instance): FakePart[] {
    return this.#parts.hosts.get(id)?.inForce ?? [];
  }

  #nodes(): Instance[] {
    return this.#parts.inventory.instances.filter(({ role }) => role === 'node');
  }

  #machine(instanceId: string): Instance {
    const machine = this.#parts.inventory.instances.find(({ id }) => id === instanceId);
    if (machine === undefined) throw new Error(`InvalidInstanceId ${instanceId}`);
    return machine;
  }

  #dial(from: Instance, to: Instance, port: number): Dial {
    return { from: this.#interface(from), to: this.#interface(to), port };
  }

  #interface({ id }: Instance): Interface {
    const { interfaces } = this.#parts.network.now;
    const found = interfaces.find(({ instanceId }) => instanceId === id);
    return found ?? { ...nowhere, id };
  }
}

/** Stands for the interface of a machine that has none any more: nothing reaches it. */
const nowhere = {
  type: 'interface',
  vpcId: 'none',
  subnetId: 'none',
  groupIds: [],
  addresses: [],
  tags: {},
};

/** One link a pair, whoever dialled it. */
const linkOf = (left: string, right: string): string => [left, right].toSorted().join(' ');

const answerTo: ReadonlyMap<string, ConnectionAnswer> = new Map([
  ['drop', 'timed-out'],
  ['reject', 'refused'],
  ['net-unreachable', 'unreachable'],
  ['host-unreachable', 'unreachable'],
  ['proto-unreachable', 'unreachable'],
  ['admin-prohibited', 'unreachable'],
  ['tcp-reset', 'reset'],
]);

const keyOf = (members: readonly string[]): string => `K${members.join('').replaceAll('i-', '')}`;
