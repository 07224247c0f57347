import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import type { NodeConfig } from './config.ts';
import { ConnectionTally } from './connection-tally.ts';
import type { Effect } from './effect.ts';
import { FabricLinks } from './fabric-links.ts';
import { HeartbeatMesh } from './heartbeat-mesh.ts';
import { serveInfo } from './info-listener.ts';
import { replyTo } from './info-replies.ts';
import type { Snapshot } from './info-snapshot.ts';
import { Membership } from './membership.ts';
import type { Pulse } from './messages.ts';
import { timingsOf } from './timings.ts';
import type { Timings } from './timings.ts';

const now = () => performance.now();

/**
 * A stand-in Aerospike node: real sockets, the measured server's clocks, no records.
 *
 * Started by `start`, which listens and then runs everything on one timer, every half heartbeat interval.
 * Ended by `stop`. Once it is started, no error of the network ends it. Serves no client transactions.
 */
export class StandInNode {
  readonly #config: NodeConfig;
  readonly #timings: Timings;
  readonly #addresses: readonly string[];
  readonly #membership: Membership;
  readonly #mesh: HeartbeatMesh;
  readonly #fabric: FabricLinks;
  readonly #heard = new Map<string, readonly string[]>();
  readonly #clients = new ConnectionTally();
  readonly #admins = new ConnectionTally();
  readonly #startedAt = now();
  readonly #servers: Server[] = [];
  #timer: NodeJS.Timeout | undefined;
  #requests = 0;

  constructor(config: NodeConfig) {
    const { id: self, clusterName, seeds, ports, address, address6 } = config;
    const timings = timingsOf(config);
    this.#config = config;
    this.#timings = timings;
    this.#addresses = address6 === undefined ? [address] : [address, address6];
    this.#membership = new Membership({
      self,
      timings,
      newKey,
      wallClock: Date.now,
      now: this.#startedAt,
    });
    this.#fabric = new FabricLinks({
      self,
      clusterName,
      now,
      port: ports.fabric,
      onMessage: (from, message) => this.#enact(this.#membership.received(from, message, now())),
    });
    this.#mesh = new HeartbeatMesh({
      self,
      clusterName,
      now,
      timings,
      seeds,
      addresses: this.#addresses,
      port: ports.heartbeat,
      pulse: () => this.#pulse(),
      onPulse: (pulse) => this.#hear(pulse),
    });
  }

  /** Listens on every port; rejects, and leaves nothing listening, when a port or address cannot be had. */
  async start(): Promise<void> {
    try {
      await this.#listenEverywhere();
    } catch (error) {
      this.stop();
      throw error;
    }
    let ticks = 0;
    this.#timer = setInterval(() => {
      this.#tick(ticks % 2 === 0);
      ticks += 1;
    }, this.#timings.tick);
  }

  /** Ends the timer, every link and the listeners; connections of clients end with the process. */
  stop(): void {
    clearInterval(this.#timer);
    this.#mesh.close();
    this.#fabric.close();
    for (const server of this.#servers) server.close();
  }

  async #listenEverywhere(): Promise<void> {
    const { ports, address6 } = this.#config;
    const any = address6 === undefined ? '0.0.0.0' : '::';
    const reply = (body: string) => this.#reply(body);
    const listen = (address: string, port: number, onSocket: (socket: Socket) => void) => {
      const server = createServer(onSocket);
      this.#servers.push(server);
      return listening(server, address, port);
    };
    await Promise.all([
      listen(any, ports.service, (socket) => serveInfo(socket, this.#clients, reply)),
      listen(any, ports.admin, (socket) => serveInfo(socket, this.#admins, reply)),
      ...this.#addresses.flatMap((address) => [
        listen(address, ports.heartbeat, (socket) => this.#mesh.accept(socket)),
        listen(address, ports.fabric, (socket) => this.#fabric.accept(socket)),
      ]),
    ]);
  }

  #tick(isPulse: boolean): void {
    if (isPulse) this.#mesh.tend();
    this.#mesh.dropSilent();
    this.#fabric.dropDead();
    this.#enact(this.#membership.tick(now()));
  }

  #pulse(): Pulse {
    const { id, clusterName } = this.#config;
    const addresses = [...this.#addresses];
    return { kind: 'pulse', clusterName, id, addresses, ...this.#membership.published };
  }

  #hear(pulse: Pulse): void {
    this.#heard.set(pulse.id, pulse.addresses);
    this.#enact(this.#membership.heard(pulse, now()));
  }

  #enact(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'send') this.#fabric.send(effect.to, effect.message);
      else if (effect.kind === 'departed') this.#fabric.departed(effect.id);
      else this.#meet(effect.id);
    }
  }

  #meet(id: string): void {
    const [address] = this.#heard.get(id) ?? [];
    if (address !== undefined) this.#fabric.arrived(id, address);
    this.#mesh.arrived(id);
  }

  #reply(body: string): string {
    this.#requests += 1;
    return replyTo(body, this.#snapshot());
  }

  #snapshot(): Snapshot {
    return {
      config: this.#config,
      view: this.#membership.view,
      isPrincipal: this.#membership.isPrincipal,
      addresses: this.#heard,
      connections: {
        client: this.#clients,
        admin: this.#admins,
        heartbeat: this.#mesh.tally,
        fabric: this.#fabric.tally,
      },
      heartbeatsReceived: this.#mesh.received,
      requests: this.#requests,
      uptimeMs: now() - this.#startedAt,
      now: now(),
    };
  }
}

function newKey(): string {
  return BigInt(`0x${randomBytes(6).toString('hex')}`)
    .toString(16)
    .toUpperCase();
}

function listening(server: Server, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Stays on after the start: an error of accepting must not end the process.
  server.on('error', (cause) => {
    const found = cause.message;
    reject(new Error(`Cannot start a node as it must listen on ${host}: ${found}`, { cause }));
  });
  server.listen({ host, port, backlog: 128 }, resolve);
  return promise;
}
