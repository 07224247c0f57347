import * as z from 'zod';
import { Packets } from '../../core/fault.ts';
import type { ScriptName } from '../../core/script-names.ts';
import type {
  DocumentVersion,
  DocumentVersions,
  HostReply,
  Hosts,
  ScriptOptions,
} from '../../lambda/gateways.ts';
import { carryOut, nodeOn } from './carry-out.ts';
import type { FakeCluster } from './fake-cluster.ts';
import type { FakeHost, ScriptEnd } from './fake-host.ts';
import { FakeMarkers } from './fake-markers.ts';
import type { Parameters } from './fake-part.ts';
import { FakeProbe } from './fake-probe.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What SSM carries scripts to. */
export interface HostsParts {
  readonly hosts: ReadonlyMap<string, FakeHost>;
  readonly cluster: FakeCluster;
  readonly clock: VirtualClock;
}

interface Delay {
  readonly instanceId: string;
  readonly script: ScriptName;
  readonly milliseconds: number;
}

/** How long SSM takes to bring a script to a machine. */
const deliveryMs = 200;

/** SSM Run Command in memory: it delivers, perhaps late, and its caller stops waiting after a while. */
export class FakeHosts implements Hosts {
  readonly #parts: HostsParts;
  readonly probe: FakeProbe;
  /** What clients write as markers. */
  readonly markers = new FakeMarkers();
  /** The version of every document that is default now; a deployment changes it. */
  defaultVersion = '1';
  /** Versions that somebody deleted. */
  readonly gone = new Set<string>();
  /** Of every SSM agent. */
  agentVersion = '3.3.2746.0';
  /** Every script that was asked for, in order, with its document's version. */
  readonly ran: { script: ScriptName; instanceId: string; version: string }[] = [];
  #delays: Delay[] = [];

  constructor(parts: HostsParts) {
    this.#parts = parts;
    this.probe = new FakeProbe(parts);
  }

  async run(
    instanceId: string,
    script: ScriptName,
    { parameters, waitSeconds, document, orDefault = false }: ScriptOptions,
  ): Promise<HostReply> {
    refuseStrange(script, parameters);
    const version = this.#versionOf(document, orDefault);
    if (version === undefined) return { kind: 'refused', reason: 'InvalidDocumentVersion' };
    this.ran.push({ script, instanceId, version });
    const end = this.#deliver(instanceId, script, parameters);
    const heard = await this.#parts.clock.within(1000 * waitSeconds, end);
    return heard === undefined
      ? { kind: 'unknown', reason: 'DeliveryTimedOut' }
      : { kind: 'answered', ...heard };
  }

  async online(instanceIds: readonly string[]): Promise<Set<string>> {
    return new Set(instanceIds.filter((id) => this.#parts.hosts.get(id)?.reachable));
  }

  async agents(instanceIds: readonly string[]): Promise<Map<string, string>> {
    const online = await this.online(instanceIds);
    return new Map([...online].map((id) => [id, this.agentVersion]));
  }

  async versions(scripts: readonly ScriptName[]): Promise<DocumentVersions> {
    const version = this.defaultVersion;
    return Object.fromEntries(
      scripts.map((script) => [script, { version, hash: `of-${version}` }]),
    );
  }

  #versionOf(pinned: DocumentVersion | undefined, orDefault: boolean): string | undefined {
    const { version } = pinned ?? { version: this.defaultVersion };
    if (!this.gone.has(version)) return version;
    return orDefault ? this.defaultVersion : undefined;
  }

  /** The next script of this name reaches the machine so much later, whoever still waits for it. */
  delay(instanceId: string, script: ScriptName, milliseconds: number): void {
    this.#delays.push({ instanceId, script, milliseconds });
  }

  async #deliver(
    instanceId: string,
    script: ScriptName,
    parameters: Parameters,
  ): Promise<ScriptEnd> {
    await this.#parts.clock.pass(deliveryMs + this.#lateness(instanceId, script));
    const host = this.#parts.hosts.get(instanceId);
    if (host?.reachable !== true) return new Promise(() => {});
    const { cluster } = this.#parts;
    const node = (): object => nodeOn(instanceId, cluster);
    const machine = { instanceId, host, probe: this.probe, markers: this.markers, node };
    return carryOut(script, parameters, machine);
  }

  #lateness(instanceId: string, script: ScriptName): number {
    const index = this.#delays.findIndex(
      (delay) => delay.instanceId === instanceId && delay.script === script,
    );
    return index === -1 ? 0 : (this.#delays.splice(index, 1)[0]?.milliseconds ?? 0);
  }
}

const RunId = z.string().regex(/^[a-z0-9]{1,12}$/);
const Instant = z.string().regex(/^[0-9]{13}$/);
const Ports = z.string().regex(/^[0-9]{1,5}(,[0-9]{1,5}){0,14}$/);
const Address = z.string().regex(/^[0-9a-f.:]{2,39}$/);
const Peers = z.string().regex(/^[0-9a-f.:]+(,[0-9a-f.:]+){0,999}$/);
const Port = z.string().regex(/^[0-9]{1,5}$/);
const Share = z.string().regex(/^(all|[1-9][0-9]?%|1\/[1-9][0-9]?[0-9]?)$/);
const Flap = z.string().regex(/^(none|[1-9][0-9]{0,2}-[1-9][0-9]{0,2})$/);
const Filter = z.enum(['auto', 'iptables', 'nft']);
const Word = z.string().regex(/^[A-Za-z0-9_-]{1,31}$/);

const changing = {
  RunId,
  Part: z.string().regex(/^[0-9]{1,2}$/),
  InjectAt: Instant.regex(/000$/),
  RestoreAt: Instant.regex(/000$/),
};

/** The parameters of the host contract: an SSM document takes no others. */
const parametersOf: Record<ScriptName, z.ZodType> = {
  cut: z.strictObject({
    ...changing,
    Ports,
    Peers,
    Packets,
    Direction: z.enum(['both', 'inbound']),
    Filter,
    Share,
    Per: z.enum(['packet', 'connection']),
    Local: z.string().regex(/^(any|[0-9a-f.:]{2,39}|dev:[a-z][a-z0-9._-]{0,14})$/),
    Flap,
  }),
  reroute: z.strictObject({
    ...changing,
    Ports,
    Peers,
    To: Address,
    Source: z.union([z.literal('none'), Address]),
    Share,
    Filter,
    Flap,
  }),
  route: z.strictObject({
    ...changing,
    Peers,
    How: z.enum(['blackhole', 'unreachable', 'prohibit']),
  }),
  service: z.strictObject({
    ...changing,
    How: z.enum(['stop', 'freeze']),
    Name: z.string().regex(/^[a-z][a-z0-9@._-]{0,63}$/),
  }),
  xdr: z.strictObject({
    ...changing,
    Address,
    Port,
    How: z.enum(['force-linkdown', 'remove-namespaces']),
    Dc: Word,
    Namespaces: z.string().regex(/^[A-Za-z0-9_-]{1,31}(,[A-Za-z0-9_-]{1,31})*$/),
    Rewind: z.string().regex(/^(none|all|[0-9]{1,5})$/),
  }),
  survey: z.strictObject({
    RunId,
    SentAt: Instant,
    Ports,
    Info: z
      .string()
      .regex(
        /^(none|[0-9a-f.:]{2,39}\/[0-9]{1,5}|[a-z0-9-]+@[0-9.]+=[0-9]+(;[a-z0-9-]+@[0-9.]+=[0-9]+)*)$/,
      ),
  }),
  restore: z.strictObject({ RunId, Action: z.enum(['look', 'undo']) }),
  sever: z.strictObject({
    RunId,
    RestoreAt: Instant,
    Ports,
    Peers,
    Action: z.literal('check').optional(),
  }),
  probe: z.strictObject({
    RunId,
    Until: Instant,
    Probes: z
      .string()
      .max(16_000)
      .regex(/^[A-Za-z0-9_./:,-]+(;[a-z0-9-]+@[0-9.]+=[0-9,]+)*$/),
  }),
  access: z.strictObject({
    RunId,
    Action: z.enum(['key', 'open', 'close']),
    Until: Instant,
    Tls: z.string().regex(/^[A-Za-z0-9._][A-Za-z0-9._-]*$/),
    CaFile: z.string().regex(/^(system|(\/[A-Za-z0-9._-]+)+)$/),
    Login: z
      .string()
      .max(16_000)
      .regex(/^(none|[a-z0-9-]+@[0-9.]+=[A-Za-z0-9+/=]+(;[a-z0-9-]+@[0-9.]+=[A-Za-z0-9+/=]+)*)$/),
  }),
  markers: z.strictObject({
    RunId,
    Action: z.enum(['write', 'read', 'remove']),
    Until: Instant,
    Namespace: Word,
    Set: z.string().regex(/^[A-Za-z0-9_-]{1,63}$/),
    Port,
    Sides: z.string().regex(/^[0-9a-f.:]{2,39}\/[\w-]+([,;][0-9a-f.:]{2,39}\/[\w-]+)*$/),
  }),
};

function refuseStrange(script: ScriptName, parameters: Parameters): void {
  const parsed = parametersOf[script].safeParse(parameters);
  if (!parsed.success) throw new Error(`InvalidParameters for ${script}: ${parsed.error.message}`);
}
