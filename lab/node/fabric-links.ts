import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionTally } from './connection-tally.ts';
import { readLines } from './lines.ts';
import { fabricLineSchema } from './messages.ts';
import type { ClusterMessage, FabricLine } from './messages.ts';

/** What the fabric needs of its node; `now` is the node's monotonic clock in milliseconds. */
export interface FabricOptions {
  readonly self: string;
  readonly clusterName: string;
  readonly port: number;
  readonly now: () => number;
  readonly onMessage: (from: string, message: ClusterMessage) => void;
}

interface Link {
  readonly socket: Socket;
  readonly isDialled: boolean;
  peer: string | undefined;
  /** When the oldest message without a receipt was sent. */
  readonly unreceipted: Map<number, number>;
}

/** Links that each side of a pair dials: rw 8, bulk 2, ctrl 1, meta 1. */
const dialledLinks = 12;
const keepAliveIdleMs = 1000;
const deadAfterMs = 11_000;

/**
 * The fabric links of one node: twelve dialled by each side of a pair, over which clusters are agreed.
 * Where a peer has several addresses, each link goes to one of them at random.
 *
 * Dialled when a node arrives or dials us; closed at once when it departs. A link that dies in between is
 * not dialled again, unless a message finds no link at all: then one is. The kernel finds silently cut links
 * (keep-alive after 1 s, then ten probes a second apart: libuv's own figures); one with a message under way
 * is closed after 11 s without a receipt, as the server's TCP_USER_TIMEOUT would. Carries no records.
 */
export class FabricLinks {
  readonly #options: FabricOptions;
  readonly #links = new Set<Link>();
  readonly #addresses = new Map<string, readonly string[]>();
  #lastNumber = 0;
  readonly tally = new ConnectionTally();

  constructor(options: FabricOptions) {
    this.#options = options;
  }

  /** A node arrived that listens at these addresses: dials it. */
  arrived(peer: string, addresses: readonly string[]): void {
    this.#addresses.set(peer, addresses);
    this.#fill(peer);
  }

  /** A node departed: closes every link to it. */
  departed(peer: string): void {
    this.#addresses.delete(peer);
    for (const link of this.#linksTo(peer)) link.socket.destroy();
  }

  /** Sends one message over the least burdened link; a node that is not known gets nothing. */
  send(peer: string, body: ClusterMessage): void {
    const links = this.#linksTo(peer).toSorted((a, b) => burden(a) - burden(b));
    const link = links[0] ?? this.#dial(peer);
    if (link === undefined) return;
    this.#lastNumber += 1;
    link.unreceipted.set(this.#lastNumber, this.#options.now());
    write(link, { kind: 'message', number: this.#lastNumber, body });
  }

  /** Closes links whose messages got no receipt for 11 s. */
  dropDead(): void {
    const before = this.#options.now() - deadAfterMs;
    for (const link of this.#links) {
      const [oldest] = link.unreceipted.values();
      if (oldest !== undefined && oldest < before) link.socket.destroy();
    }
  }

  /** Takes a link that was dialled by another node. */
  accept(socket: Socket): void {
    this.#keep(socket, { isDialled: false, peer: undefined });
  }

  /** Ends every link. */
  close(): void {
    for (const { socket } of this.#links) socket.destroy();
  }

  #linksTo(peer: string): Link[] {
    return [...this.#links].filter((link) => link.peer === peer && !link.socket.destroyed);
  }

  #fill(peer: string): void {
    const standing = this.#linksTo(peer).filter((link) => link.isDialled).length;
    for (let count = standing; count < dialledLinks; count += 1) this.#dial(peer);
  }

  #dial(peer: string): Link | undefined {
    const { self, clusterName, port } = this.#options;
    const addresses = this.#addresses.get(peer) ?? [];
    const host = addresses[Math.floor(Math.random() * addresses.length)];
    if (host === undefined) return undefined;
    const link = this.#keep(connect({ host, port }), { isDialled: true, peer });
    write(link, { kind: 'hello', clusterName, id: self });
    return link;
  }

  #keep(socket: Socket, origin: Pick<Link, 'isDialled' | 'peer'>): Link {
    const link: Link = { socket, ...origin, unreceipted: new Map() };
    this.#links.add(link);
    this.tally.opened += 1;
    // libuv keeps the idle time only when the socket is open already.
    const setOptions = () => socket.setNoDelay(true).setKeepAlive(true, keepAliveIdleMs);
    if (socket.connecting) socket.once('connect', setOptions);
    else setOptions();
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.once('close', () => {
      this.#links.delete(link);
      this.tally.closed += 1;
    });
    readLines(socket, fabricLineSchema, (line) => this.#read(link, line));
    return link;
  }

  #read(link: Link, line: FabricLine): void {
    switch (line.kind) {
      case 'hello':
        if (line.clusterName !== this.#options.clusterName) return void link.socket.destroy();
        link.peer = line.id;
        return this.#fill(line.id);
      case 'message':
        write(link, { kind: 'receipt', number: line.number });
        if (link.peer !== undefined) this.#options.onMessage(link.peer, line.body);
        return;
      case 'receipt':
        link.unreceipted.delete(line.number);
        return;
    }
  }
}

function burden(link: Link): number {
  return link.unreceipted.size * 2 + (link.socket.connecting ? 1 : 0);
}

function write(link: Link, line: FabricLine): void {
  link.socket.write(`${JSON.stringify(line)}\n`);
}
