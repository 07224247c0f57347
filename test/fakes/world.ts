/**
 * Everything outside the engine, in memory and in virtual time, with the promises it must keep.
 *
 * The world itself watches what no fault may ever break, and notes each breach: an apply that lands
 * without its run's lock, an undo that lands while its run is not closed (so on a later run, or on nobody's
 * authority), and a run called final while something of it is in force.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Inventory, SecurityGroup } from '../../core/inventory.ts';
import { transition } from '../../core/journal.ts';
import { usualTiming } from '../../core/timing.ts';
import type { Gateways } from '../../lambda/gateways.ts';
import { exampleInventory } from './example-cluster.ts';
import { FakeAlarms } from './fake-alarms.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FakeHost } from './fake-host.ts';
import { FakeHosts } from './fake-hosts.ts';
import { FakeJournal } from './fake-journal.ts';
import { FakeNetwork, markOn } from './fake-network.ts';
import { FakeSchedule } from './fake-schedule.ts';
import { intercepted } from './intercept.ts';
import type { Intercept } from './intercept.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How a world may differ from the usual one. */
export interface WorldOptions {
  readonly inventory?: Inventory;
  readonly transition?: typeof transition;
}

export class World {
  readonly clock = new VirtualClock();
  readonly alarms = new FakeAlarms();
  readonly journal: FakeJournal;
  readonly network: FakeNetwork;
  readonly machines: ReadonlyMap<string, FakeHost>;
  readonly hosts: FakeHosts;
  readonly schedule: FakeSchedule;
  /** Promises broken so far, a sentence each. */
  readonly breaches: string[] = [];
  /** What a schedule starts when it fires; nothing, unless a test says so. */
  onSchedule: (runId: string) => void = () => {};
  /** The last instant at which anything of any run went out of force. */
  lastUndoneAt = 0;
  readonly #before: readonly SecurityGroup[];
  readonly #cluster: FakeCluster;
  #attempts = 0;

  constructor({ inventory = exampleInventory(), transition: decide = transition }: WorldOptions) {
    const { clock } = this;
    this.#before = inventory.groups;
    const watcher = {
      applied: (runId: string, where: string) => this.#onApplied(runId, where),
      undone: (runId: string, where: string, by?: string) => this.#onUndone(runId, where, by),
      changed: () => this.#cluster.note(),
    };
    this.journal = new FakeJournal((runId, { kind }) => {
      if (kind === 'finish') this.#onFinal(runId);
    }, decide);
    this.network = new FakeNetwork(inventory, { clock, ...watcher });
    this.machines = new Map(
      inventory.instances.map(({ id }) => [id, new FakeHost(id, { clock, ...watcher })]),
    );
    const hosts = this.machines;
    this.#cluster = new FakeCluster({ inventory, network: this.network, hosts, clock });
    this.hosts = new FakeHosts({ hosts, cluster: this.#cluster, clock });
    this.schedule = new FakeSchedule(clock, (runId) => this.onSchedule(runId));
  }

  /** The gateways for one process, whose calls go through `intercepts`. */
  gateways(...intercepts: readonly Intercept[]): Gateways {
    const { journal, network, hosts, schedule, alarms, clock } = this;
    const chance = { attempt: () => `attempt-${(this.#attempts += 1)}` };
    const parts = { journal, network, hosts, schedule, alarms, clock, chance };
    return intercepted({ ...parts, timing: usualTiming, digest: digestOf }, ...intercepts);
  }

  /** Every mark and chain that stands now: run id and place. */
  inForce(): { runId: string; where: string }[] {
    const marks = this.network
      .groups()
      .flatMap(({ rules }) => rules)
      .flatMap((rule) => {
        const runId = markOn(rule);
        return runId === undefined ? [] : [{ runId, where: rule.id }];
      });
    const chains = [...this.machines].flatMap(([where, { chains: on }]) =>
      [...on.keys()].map((runId) => ({ runId, where })),
    );
    return [...marks, ...chains];
  }

  /** Whether every rule is as it was in the beginning: id, tags, description, ports and peer. */
  get isAsBefore(): boolean {
    return isDeepStrictEqual(this.network.groups(), this.#before);
  }

  #onApplied(runId: string, where: string): void {
    if (!this.journal.holdsLock(runId)) this.#breach(`run ${runId} applied ${where} without lock`);
  }

  #onUndone(runId: string, where: string, by?: string): void {
    this.lastUndoneAt = this.clock.now();
    const life = this.journal.now(runId)?.life;
    if (by === 'timer' || life === 'closed') return;
    this.#breach(`${where} of run ${runId} was undone while that run was ${life}`);
  }

  #onFinal(runId: string): void {
    const left = this.inForce().filter((one) => one.runId === runId);
    for (const { where } of left) this.#breach(`run ${runId} final while ${where} is in force`);
  }

  #breach(says: string): void {
    this.breaches.push(says);
  }
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');
