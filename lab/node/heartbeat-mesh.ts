import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionTally } from './connection-tally.ts';
import { keptLink } from './kept-link.ts';
import { readLines } from './lines.ts';
import { pulseSchema } from './messages.ts';
import type { Pulse } from './messages.ts';
import { compareIds } from './node-id.ts';
import type { Timings } from './timings.ts';

/** What the mesh needs of its node; `now` is the node's monotonic clock in milliseconds. */
export interface MeshOptions {
  readonly self: string;
  readonly clusterName: string;
  readonly addresses: readonly string[];
  readonly seeds: readonly string[];
  readonly port: number;
  readonly timings: Timings;
  readonly now: () => number;
  readonly pulse: () => Pulse;
  readonly onPulse: (pulse: Pulse) => void;
}

interface Link {
  readonly socket: Socket;
  readonly isDialled: boolean;
  /** Every address under which the peer is known; the seed it was dialled by until it says more. */
  addresses: readonly string[];
  peer: string | undefined;
  heardAt: number;
}

/**
 * The heartbeat links of one node: one TCP link a pair, dialled by either side.
 *
 * Started by `tend`, which dials every seed that has no link, once an interval. A link ends when it is
 * silent for `timings.linkSilence`, when a better one between the same nodes is heard, or when its socket
 * does. `close` ends all of them. Does not decide who is a neighbour: that is `Membership`'s.
 */
export class HeartbeatMesh {
  readonly #options: MeshOptions;
  readonly #links = new Set<Link>();
  readonly #dialling = new Map<string, { readonly socket: Socket; readonly since: number }>();
  #silenceCheckedAt = 0;
  /** Pulses that came from other nodes. */
  received = 0;
  readonly tally = new ConnectionTally();

  constructor(options: MeshOptions) {
    this.#options = options;
  }

  /** Says one pulse on every link, then gives up dials that take too long and dials who is missing. */
  tend(): void {
    const line = this.#line();
    for (const { socket } of this.#links) socket.write(line);
    for (const [seed, { socket, since }] of this.#dialling) {
      if (since + this.#options.timings.connectTimeout > this.#options.now()) continue;
      this.#dialling.delete(seed);
      socket.destroy();
    }
    const linked = new Set([...this.#links].flatMap((link) => link.addresses));
    const { seeds, addresses } = this.#options;
    for (const seed of seeds) {
      if (addresses.includes(seed) || linked.has(seed) || this.#dialling.has(seed)) continue;
      this.#dial(seed);
    }
  }

  /**
   * Dials a node that has just arrived over a link that it dialled, when a link the other way is the better one.
   *
   * Both ends of a real pair dial at about the same time when they first meet, and the better link is kept;
   * here the slower one makes up for it. A link that is replaced later stays the way round it is.
   */
  arrived(peer: string): void {
    if (compareIds(peer, this.#options.self) < 0) return;
    const link = [...this.#links].find((each) => each.peer === peer);
    const seed = this.#options.seeds.find((each) => link?.addresses.includes(each));
    if (seed === undefined || link?.isDialled !== false || this.#dialling.has(seed)) return;
    this.#dial(seed);
  }

  /** Closes links that were silent for too long; looks twice in that time. */
  dropSilent(): void {
    const now = this.#options.now();
    const { linkSilence } = this.#options.timings;
    if (this.#silenceCheckedAt + linkSilence / 2 > now) return;
    this.#silenceCheckedAt = now;
    for (const link of this.#links) if (link.heardAt + linkSilence < now) link.socket.destroy();
  }

  /** Takes a link that was dialled by another node. */
  accept(socket: Socket): void {
    this.#keep(socket, { isDialled: false, addresses: [] });
  }

  /** Ends every link. */
  close(): void {
    for (const { socket } of this.#links) socket.destroy();
    for (const { socket } of this.#dialling.values()) socket.destroy();
  }

  #dial(seed: string): void {
    const { port, now } = this.#options;
    const socket = connect({ host: seed, port });
    this.#dialling.set(seed, { socket, since: now() });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (this.#dialling.get(seed)?.socket === socket) this.#dialling.delete(seed);
    });
    socket.once('connect', () => {
      this.#dialling.delete(seed);
      this.#keep(socket, { isDialled: true, addresses: [seed] });
      socket.write(this.#line());
    });
  }

  #keep(socket: Socket, origin: Pick<Link, 'isDialled' | 'addresses'>): void {
    const link: Link = { socket, ...origin, peer: undefined, heardAt: this.#options.now() };
    this.#links.add(link);
    this.tally.opened += 1;
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      this.#links.delete(link);
      this.tally.closed += 1;
    });
    socket.on('end', () => socket.destroy());
    readLines(socket, pulseSchema, (pulse) => this.#hear(link, pulse));
  }

  #hear(link: Link, pulse: Pulse): void {
    const { self, clusterName, now } = this.#options;
    if (pulse.clusterName !== clusterName || pulse.id === self) return void link.socket.destroy();
    const isFirst = link.peer === undefined;
    link.heardAt = now();
    link.peer = pulse.id;
    link.addresses = pulse.addresses;
    this.received += 1;
    if (isFirst && !link.isDialled) link.socket.write(this.#line());
    this.#resolve(link, pulse.id);
    this.#options.onPulse(pulse);
  }

  #resolve(link: Link, peer: string): void {
    const { self, timings } = this.#options;
    for (const other of this.#links) {
      if (other === link || other.peer !== peer) continue;
      const kept = keptLink({ held: other, rival: link }, { self, peer }, 2 * timings.interval);
      if (kept === other) link.socket.destroy();
      else if (link.heardAt - other.heardAt <= 2 * timings.interval) other.socket.destroy();
    }
  }

  #line(): string {
    return `${JSON.stringify(this.#options.pulse())}\n`;
  }
}
