import type { Instance, Interface, Inventory } from '../../core/inventory.ts';
import type { Change, ConnectionAnswer, NodeView } from '../../core/observation.ts';
import type { Chain, FakeHost } from './fake-host.ts';
import type { FakeNetwork } from './fake-network.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the cluster is made of. */
export interface ClusterParts {
  readonly inventory: Inventory;
  readonly network: FakeNetwork;
  readonly hosts: ReadonlyMap<string, FakeHost>;
  readonly clock: VirtualClock;
}

interface Sighting {
  readonly at: number;
  readonly size: number;
  readonly key: string;
  readonly principal: string;
}

const heartbeatPort = 3002;
const listeners = new Set([3000, 3001, heartbeatPort, 3003]);

/** What packets meet between machines, and what Aerospike makes of it: it splits and heals at once. */
export class FakeCluster {
  readonly #parts: ClusterParts;
  readonly #seen = new Map<string, Sighting[]>();

  constructor(parts: ClusterParts) {
    this.#parts = parts;
    this.note();
  }

  /** How a new TCP connection from a machine ends, by groups and packet filters as they are now. */
  connect(fromId: string, address: string, port: number): ConnectionAnswer {
    const from = this.#machine(fromId);
    const to = this.#parts.inventory.instances.find((one) => one.address === address);
    if (to === undefined) return 'unreachable';
    const stopped = this.#filtered(from, to, port);
    if (stopped !== undefined) return stopped;
    const via = { to: this.#interface(to), port };
    if (!this.#parts.network.admits(this.#interface(from), from.address, via)) return 'timed-out';
    return to.role === 'node' && listeners.has(port) ? 'open' : 'refused';
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
      heartbeats: members.length - 1,
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
    for (const { id } of this.#nodes()) {
      const { size, key, principal } = this.view(id, 0);
      const seen = this.#seen.get(id) ?? [];
      if (seen.at(-1)?.key === key) continue;
      this.#seen.set(id, [...seen, { at: this.#parts.clock.now(), size, key, principal }]);
    }
  }

  /** A node's changes as a recorder started at `startedAt` has them: the first is its first sample. */
  recorded(nodeId: string, startedAt: number): Change[] {
    const all = this.#seen.get(nodeId) ?? [];
    const first = all.findLast(({ at }) => at <= startedAt);
    const sampled = first === undefined ? [] : [{ ...first, at: startedAt }];
    return [...sampled, ...all.filter(({ at }) => at > startedAt)].map(
      ({ at, size, key, principal }) => [at, size, key, principal, 1, 0],
    );
  }

  /** Whether a packet filter on either machine stops packets of an established connection. */
  filters(fromId: string, address: string, port: number): boolean {
    const to = this.#parts.inventory.instances.find((one) => one.address === address);
    return to === undefined || this.#filtered(this.#machine(fromId), to, port) !== undefined;
  }

  addressOf(instanceId: string): string {
    return this.#machine(instanceId).address;
  }

  #filtered(from: Instance, to: Instance, port: number): ConnectionAnswer | undefined {
    const leaving = this.#chains(from).find(
      ({ direction, peers, ports }) =>
        direction === 'both' && peers.includes(to.address) && ports.includes(port),
    );
    const arriving = this.#chains(to).find(
      ({ peers, ports }) => peers.includes(from.address) && ports.includes(port),
    );
    const chain = leaving ?? arriving;
    return chain && (answerTo.get(chain.packets) ?? 'timed-out');
  }

  /** One heartbeat link a pair: either end may dial it. */
  #membersOf(nodeId: string): string[] {
    const members = new Set([nodeId]);
    for (const member of members) {
      for (const { id } of this.#nodes()) if (this.#linked(member, id)) members.add(id);
    }
    return [...members].toSorted();
  }

  #linked(left: string, right: string): boolean {
    const dials = (from: string, to: string): boolean =>
      this.connect(from, this.#machine(to).address, heartbeatPort) === 'open';
    return dials(left, right) || dials(right, left);
  }

  #chains({ id }: Instance): Chain[] {
    return [...(this.#parts.hosts.get(id)?.chains.values() ?? [])];
  }

  #nodes(): Instance[] {
    return this.#parts.inventory.instances.filter(({ role }) => role === 'node');
  }

  #machine(instanceId: string): Instance {
    const machine = this.#parts.inventory.instances.find(({ id }) => id === instanceId);
    if (machine === undefined) throw new Error(`InvalidInstanceId ${instanceId}`);
    return machine;
  }

  #interface({ id }: Instance): Interface {
    const found = this.#parts.inventory.interfaces.find(({ instanceId }) => instanceId === id);
    if (found === undefined) throw new Error(`no interface on ${id}`);
    return found;
  }
}

const answerTo: ReadonlyMap<string, ConnectionAnswer> = new Map([
  ['drop', 'timed-out'],
  ['reject', 'refused'],
  ['tcp-reset', 'reset'],
]);

const keyOf = (members: readonly string[]): string => `K${members.join('').replaceAll('i-', '')}`;
