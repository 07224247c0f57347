/**
 * The machines of a virtual lab: an SSM agent on each, that polls the lab's endpoint as the real one does,
 * and the model of the host scripts that the engine's tests use behind it.
 *
 * Start with {@link VirtualHosts.begin}; they end with the world's time.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { scriptNames } from '../../core/script-names.ts';
import type { ScriptName } from '../../core/script-names.ts';
import { Work } from '../../lab/cloud/ssm/agent-messages.ts';
import { checkParameters } from '../../lab/cloud/ssm/document.ts';
import type { Ec2State } from '../../lab/cloud/ec2/state.ts';
import type { Ssm } from '../../lab/cloud/ssm.ts';
import { carryOut, nodeOn } from '../fakes/carry-out.ts';
import { FakeCluster } from '../fakes/fake-cluster.ts';
import { FakeHost } from '../fakes/fake-host.ts';
import type { ScriptEnd, Undoer } from '../fakes/fake-host.ts';
import type { Parameters } from '../fakes/fake-part.ts';
import { FakeMarkers } from '../fakes/fake-markers.ts';
import { FakeProbe } from '../fakes/fake-probe.ts';
import { VirtualClock } from '../fakes/virtual-clock.ts';
import { inventoryOf, LabNetwork } from './lab-network.ts';
import type { VirtualHttp } from './virtual-http.ts';

/** The process's own time, for the fakes. */
class ProcessClock extends VirtualClock {
  override now(): number {
    return Date.now();
  }

  override async pass(milliseconds: number): Promise<void> {
    await pause(Math.max(0, milliseconds));
  }

  override at(instant: number, fire: () => void): void {
    setTimeout(fire, Math.max(0, instant - Date.now()));
  }
}

/** For machines whose timers were lost. */
class TimerlessClock extends ProcessClock {
  override at(): void {}
}

/** What the machines are given. */
export interface HostsSetting {
  readonly state: Ec2State;
  readonly ssm: Ssm;
  readonly http: VirtualHttp;
  readonly cluster: string;
  /** False: the timers on the machines never fire. */
  readonly hasTimers: boolean;
  /** Told whenever a part came or went. */
  readonly onPart: () => void;
}

/** Every machine that EC2 has with a role in the cluster. */
export class VirtualHosts {
  readonly machines: ReadonlyMap<string, FakeHost>;
  readonly #setting: HostsSetting;
  readonly #network: LabNetwork;
  readonly #cluster: FakeCluster;
  readonly #markers = new FakeMarkers();
  readonly #probe: FakeProbe;

  constructor(setting: HostsSetting) {
    this.#setting = setting;
    const clock = setting.hasTimers ? new ProcessClock() : new TimerlessClock();
    const inventory = inventoryOf(setting.state.describe(), setting.cluster);
    this.#network = new LabNetwork(setting.state, clock);
    const watcher = {
      applied: () => setting.onPart(),
      undone: (_runId: string, _where: string, _by: Undoer) => setting.onPart(),
      changed: () => this.#cluster.note(),
    };
    this.machines = new Map(
      inventory.instances.map(({ id }) => [id, new FakeHost(id, { clock, ...watcher })]),
    );
    const parts = { inventory, network: this.#network, hosts: this.machines, clock };
    this.#cluster = new FakeCluster(parts);
    this.#probe = new FakeProbe({ hosts: this.machines, cluster: this.#cluster, clock });
  }

  /** To be called after every change of EC2's. */
  changed(): void {
    this.#network.changed();
    this.#cluster.note();
  }

  /** Every part that stands on a machine, on or not. */
  parts(): string[] {
    return [...this.machines].flatMap(([id, { parts }]) =>
      [...parts.keys()].map((key) => `${id} ${key}`),
    );
  }

  /** Starts an agent on each machine, and waits until SSM knows them all. */
  begin(): void {
    for (const id of this.machines.keys()) void this.#agent(id);
  }

  async #agent(instanceId: string): Promise<void> {
    const poll = { instanceId, agentVersion: '3.3.2746.0', free: 10, killed: [] };
    for (;;) {
      const { run } = Work.parse(await this.#tell('poll', poll));
      for (const { commandId, document, parameters } of run) {
        await this.#tell('acknowledge', { instanceId, commandId });
        const checked = checkParameters(document, parameters);
        void this.#run(instanceId, commandId, checked);
      }
    }
  }

  async #run(
    instanceId: string,
    commandId: string,
    given: Readonly<Record<string, readonly string[]>>,
  ): Promise<void> {
    const startedAt = Date.now();
    const names = Object.entries(given).map(([name, [value = '']]) => [name, value] as const);
    const script = this.#scriptOf(commandId);
    const { exitCode, json } = await this.#carryOut(instanceId, script, Object.fromEntries(names));
    const step = {
      name: script,
      status: exitCode === 0 ? 'Success' : 'Failed',
      exitCode,
      stdout: `${JSON.stringify(json)}\n`,
      stderr: '',
      startedAt,
      endedAt: Date.now(),
    };
    await this.#tell('result', { instanceId, commandId, steps: [step] });
  }

  /** The endpoint tells an agent the document, and its own record the document's name. */
  #scriptOf(commandId: string): ScriptName {
    const found = this.#setting.ssm
      .invocations()
      .find(({ command }) => command.commandId === commandId)?.command.documentName;
    const name = scriptNames.find((one) => found?.toLowerCase().endsWith(`-${one}`));
    if (name === undefined) throw new Error(`Cannot run ${found} as it must be a script of ours`);
    return name;
  }

  #carryOut(instanceId: string, script: ScriptName, parameters: Parameters): Promise<ScriptEnd> {
    const host = this.machines.get(instanceId);
    if (host === undefined) throw new Error(`no machine ${instanceId}`);
    const node = (): object => ({
      ...nodeOn(instanceId, this.#cluster),
      rack: this.#rackOf(instanceId),
    });
    const machine = { instanceId, host, probe: this.#probe, markers: this.#markers, node };
    return carryOut(script, parameters, machine);
  }

  /** Zones a, b and c are racks 1, 2 and 3. */
  #rackOf(instanceId: string): number {
    const zone = this.#setting.state.instances.get(instanceId)?.zone ?? '';
    return 1 + 'abc'.indexOf(zone.slice(-1));
  }

  async #tell(what: string, body: object): Promise<unknown> {
    const { http, ssm } = this.#setting;
    const answer = await http.post(`${ssm.url}/agent/${what}`, JSON.stringify(body));
    const said: unknown = JSON.parse(answer);
    return said;
  }
}
