import * as z from 'zod';
import type { HostReply, Hosts, ScriptName } from '../../lambda/gateways.ts';
import type { FakeCluster } from './fake-cluster.ts';
import type { FakeHost, Parameters, ScriptEnd } from './fake-host.ts';
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
  readonly #probe: FakeProbe;
  #delays: Delay[] = [];

  constructor(parts: HostsParts) {
    this.#parts = parts;
    this.#probe = new FakeProbe(parts);
  }

  async run(
    instanceId: string,
    script: ScriptName,
    { parameters, waitSeconds }: { parameters: Parameters; waitSeconds: number },
  ): Promise<HostReply> {
    refuseStrange(script, parameters);
    const end = this.#deliver(instanceId, script, parameters);
    const heard = await this.#parts.clock.within(1000 * waitSeconds, end);
    return heard === undefined
      ? { kind: 'unknown', reason: 'DeliveryTimedOut' }
      : { kind: 'answered', ...heard };
  }

  async online(instanceIds: readonly string[]): Promise<Set<string>> {
    return new Set(instanceIds.filter((id) => this.#parts.hosts.get(id)?.reachable));
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
    switch (script) {
      case 'cut':
        return host.cut(parameters);
      case 'restore':
        return host.restore(parameters, 'command');
      case 'sever':
        return host.sever(parameters, () => this.#probe.sever(instanceId, parameters));
      case 'probe':
        return this.#probe.run(instanceId, parameters);
    }
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
const Peers = z.string().regex(/^[0-9a-f.:]+(,[0-9a-f.:]+){0,63}$/);

/** The parameters of the host contract: an SSM document takes no others. */
const parametersOf: Record<ScriptName, z.ZodType> = {
  cut: z.strictObject({
    RunId,
    InjectAt: Instant,
    RestoreAt: Instant,
    Ports,
    Peers,
    Packets: z.enum(['drop', 'reject', 'tcp-reset']),
    Direction: z.enum(['both', 'inbound']),
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
    Probes: z.string().regex(/^[a-z0-9./:,-]{1,3000}$/),
  }),
};

function refuseStrange(script: ScriptName, parameters: Parameters): void {
  const parsed = parametersOf[script].safeParse(parameters);
  if (!parsed.success) throw new Error(`InvalidParameters for ${script}: ${parsed.error.message}`);
}
