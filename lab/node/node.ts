import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { fabricAddressesOf } from './config.ts';
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
import { readSecurity } from './security.ts';
import { Shipping } from './shipping.ts';
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
  readonly #heard = new Map<string, Pulse>();
  readonly #shipping: Shipping;
  readonly #clients = new ConnectionTally();
  readonly #admins = new ConnectionTally();
  readonly #startedAt = now();
  readonly #servers: Server[] = [];
  #lateMs = 0;
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
      port: ports.tlsFabric ?? ports.fabric,
      onMessage: (from, message) => this.#enact(this.#membership.received(from, message, now())),
    });
    this.#mesh = new HeartbeatMesh({
      self,
      clusterName,
      now,
      timings,
      seeds,
      addresses: this.#addresses,
      port: ports.tlsHeartbeat ?? ports.heartbeat,
      pulse: () => this.#pulse(),
      onPulse: (pulse) => this.#hear(pulse),
    });
    this.#shipping = new Shipping(config.destinations, now);
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
    this.#shipping.close();
    for (const server of this.#servers) server.close();
  }

  async #listenEverywhere(): Promise<void> {
    const { ports, address6, bind } = this.#config;
    const any = address6 === undefined ? '0.0.0.0' : '::';
    const how = { reply: (body: string) => this.#reply(body), lateMs: () => this.#lateMs };
    const { tls, login } = readSecurity(this.#config.securityFile);
    const onInfo = (socket: Socket) => serveInfo(socket, this.#clients, { ...how, login });
    const onHeartbeat = (socket: Socket) => this.#mesh.accept(socket);
    const onFabric = (socket: Socket) => this.#fabric.accept(socket);
    const listen = (address: string, port: number, onSocket: (socket: Socket) => void) => {
      const isTls = tls !== undefined && port === ports.tlsService;
      const server = isTls ? createTlsServer(tls, onSocket) : createServer(onSocket);
      this.#servers.push(server);
      return listening(server, address, port);
    };
    const at = (addresses: readonly string[]) => (bind === undefined ? addresses : [bind]);
    await Promise.all([
      listen(any, ports.admin, (socket) => serveInfo(socket, this.#admins, { ...how, login })),
      ...both(ports.service, ports.tlsService).map((port) => listen(any, port, onInfo)),
      ...both(ports.heartbeat, ports.tlsHeartbeat).flatMap((port) =>
        at(this.#addresses).map((address) => listen(address, port, onHeartbeat)),
      ),
      ...both(ports.fabric, ports.tlsFabric).flatMap((port) =>
        at(fabricAddressesOf(this.#config)).map((address) => listen(address, port, onFabric)),
      ),
    ]);
  }

  /** Answers every question so much later from now on, as a node that is short of something does; milliseconds. */
  answerLate(milliseconds: number): void {
    this.#lateMs = milliseconds;
  }

  #tick(isPulse: boolean): void {
    if (isPulse) this.#mesh.tend();
    this.#mesh.dropSilent();
    this.#shipping.tend();
    this.#fabric.dropDead();
    this.#enact(this.#membership.tick(now()));
  }

  #pulse(): Pulse {
    const { id, clusterName } = this.#config;
    const { fabricAddresses, rack } = this.#config;
    const addresses = [...this.#addresses];
    const fabric = fabricAddresses.length > 0 ? { fabric: [...fabricAddresses] } : {};
    return {
      kind: 'pulse',
      clusterName,
      id,
      addresses,
      rack,
      ...fabric,
      ...this.#membership.published,
    };
  }

  #hear(pulse: Pulse): void {
    this.#heard.set(pulse.id, pulse);
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
    const pulse = this.#heard.get(id);
    if (pulse !== undefined) this.#fabric.arrived(id, fabricOf(pulse));
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
      addresses: new Map([...this.#heard].map(([id, { addresses }]) => [id, addresses])),
      fabrics: new Map([...this.#heard].map(([id, pulse]) => [id, fabricOf(pulse)])),
      racksHeard: new Map([...this.#heard].map(([id, { rack = 0 }]) => [id, rack])),
      shipping: this.#shipping,
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

/** A listener's port, and that of its TLS twin where it has one. */
function both(plain: number, tls: number | undefined): number[] {
  return tls === undefined ? [plain] : [plain, tls];
}

/** Where a node's fabric is dialled: where it says, else at the first of its addresses. */
function fabricOf({ fabric, addresses }: Pulse): readonly string[] {
  return fabric ?? addresses.slice(0, 1);
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
