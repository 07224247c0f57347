/**
 * Everything outside the engine, in memory and in virtual time, with the promises it must keep.
 *
 * The world itself watches what no fault may ever break, and notes each breach: an apply that lands
 * without its run's lock, an undo that lands while its run is not closed (so on a later run, or on nobody's
 * authority), and a run called final while something of it is in force.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Inventory } from '../../core/inventory.ts';
import { transition } from '../../core/journal.ts';
import type { ConnectionAnswer } from '../../core/observation.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { allowanceKey } from '../../core/allowance.ts';
import { usualTiming } from '../../core/timing.ts';
import type { AllowedWindow } from '../../core/windows.ts';
import type { ReportingGateways } from '../../lambda/delivery.ts';
import { exampleInventory } from './example-cluster.ts';
import { FakeAlarms } from './fake-alarms.ts';
import { FakeCluster } from './fake-cluster.ts';
import { FakeDelivery } from './fake-delivery.ts';
import { FakeFreeze } from './fake-freeze.ts';
import { FakeHost } from './fake-host.ts';
import { FakeHosts } from './fake-hosts.ts';
import { FakeJournal } from './fake-journal.ts';
import { FakeNetwork } from './fake-network.ts';
import { FakeSecrets } from './fake-secrets.ts';
import { FakeSchedule } from './fake-schedule.ts';
import { markOn, marksIn } from './network-state.ts';
import type { NetworkState } from './network-state.ts';
import { intercepted } from './intercept.ts';
import type { Intercept } from './intercept.ts';
import { VirtualClock } from './virtual-clock.ts';

/** How a world may differ from the usual one. */
export interface WorldOptions {
  readonly inventory?: Inventory;
  readonly transition?: typeof transition;
  /** What every run plans, whatever the planner says. */
  readonly plan?: (runId: string, planned: Plan) => Plan;
  /** How long nodes go on telling of a cluster that is no more, in milliseconds. */
  readonly tellsAfterMs?: number;
}

export class World {
  readonly clock = new VirtualClock();
  readonly alarms = new FakeAlarms();
  readonly freeze = new FakeFreeze();
  readonly secrets = new FakeSecrets();
  readonly delivery = new FakeDelivery();
  /** When runs of this world's deployment may be. */
  windows: readonly AllowedWindow[] = [];
  /** The clusters that this world's deployment is for; undefined: all. */
  clusters: readonly string[] | undefined;
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
  /** When everything that was let through in the beginning was let through again; 0: it always was. */
  harmEndedAt = 0;
  readonly #before: NetworkState;
  readonly #cluster: FakeCluster;
  #attempts = 0;

  constructor(options: WorldOptions) {
    const { inventory = exampleInventory(), transition: decide = transition, plan } = options;
    const { tellsAfterMs = 0 } = options;
    const { clock } = this;
    const watcher = {
      applied: (runId: string, where: string) => this.#onApplied(runId, where),
      undone: (runId: string, where: string, by?: string) => this.#onUndone(runId, where, by),
      changed: () => {
        this.#cluster.note();
        this.#noteHarm();
      },
    };
    this.journal = new FakeJournal((runId, { kind }) => {
      if (kind === 'finish') this.#onFinal(runId);
    }, decide);
    if (plan !== undefined) this.journal.planned = plan;
    this.network = new FakeNetwork(inventory, { clock, ...watcher });
    this.#before = this.network.now;
    this.machines = new Map(
      inventory.instances.map(({ id }) => [id, new FakeHost(id, { clock, ...watcher })]),
    );
    const hosts = this.machines;
    this.#cluster = new FakeCluster({
      inventory,
      network: this.network,
      hosts,
      clock,
      tellsAfterMs,
    });
    this.hosts = new FakeHosts({ hosts, cluster: this.#cluster, clock });
    this.schedule = new FakeSchedule(clock, (runId) => this.onSchedule(runId));
  }

  /** The gateways for one process, whose calls go through `intercepts`. */
  gateways(...intercepts: readonly Intercept[]): ReportingGateways {
    const { journal, network, hosts, schedule, alarms, freeze, secrets } = this;
    const { clock, windows, clusters, delivery } = this;
    const chance = { attempt: () => `attempt-${(this.#attempts += 1)}` };
    const beside = { clock, windows, clusters, chance, delivery };
    const parts = { journal, network, hosts, schedule, alarms, freeze, secrets, ...beside };
    return intercepted({ ...parts, timing: usualTiming, digest: digestOf }, ...intercepts);
  }

  /** How a new connection from a machine ends at this moment. */
  connect(fromId: string, address: string, port: number): ConnectionAnswer {
    return this.#cluster.connect(fromId, address, port);
  }

  /** Every mark that stands now, and every part on a machine, on or not: run id and place. */
  inForce(): { runId: string; where: string }[] {
    const marks = [...marksIn(this.network.now)].map(([where, runId]) => ({ runId, where }));
    const parts = [...this.machines].flatMap(([id, machine]) =>
      [...machine.parts.values()].map(({ runId, part }) => ({
        runId,
        where: part === '0' ? id : `${id}/${part}`,
      })),
    );
    return [...marks, ...parts];
  }

  /**
   * Whether everything is as it was in the beginning: rules by id, tags, description, ports and peer,
   * interfaces by their groups, subnets by their ACL. A rule that a run revoked is back under another id.
   */
  get isAsBefore(): boolean {
    const again = new Set(
      this.journal
        .all()
        .flatMap(({ runId }) => this.journal.intended(runId))
        .flatMap((step) => (step.kind === 'revoke-rules' ? step.rules : []))
        .map(({ ruleId }) => ruleId),
    );
    const known = new Set(this.#before.groups.flatMap(({ rules }) => rules.map(({ id }) => id)));
    const isAgain = (id: string): boolean => again.size > 0 && (again.has(id) || !known.has(id));
    return isDeepStrictEqual(
      comparable(this.network.now, isAgain),
      comparable(this.#before, isAgain),
    );
  }

  /** Harm is what is missing; a temporary rule that still stands beside all the others does none. */
  #noteHarm(): void {
    const isHarmed =
      lacks(this.network.now, this.#before) ||
      [...this.machines.values()].some(({ inForce }) => inForce.length > 0);
    if (isHarmed) this.harmEndedAt = Infinity;
    else if (this.harmEndedAt === Infinity) this.harmEndedAt = this.clock.now();
  }

  #onApplied(runId: string, where: string): void {
    if (!this.journal.holdsLock(runId)) this.#breach(`run ${runId} applied ${where} without lock`);
  }

  #onUndone(runId: string, where: string, by?: string): void {
    this.lastUndoneAt = this.clock.now();
    const life = this.journal.now(runId)?.life;
    if (by === 'timer' || life === 'closed' || this.#endsPulse(runId, where)) return;
    this.#breach(`${where} of run ${runId} was undone while that run was ${life}`);
  }

  /** The end of a pulse is part of inject, under the lock and an intent of its own. */
  #endsPulse(runId: string, where: string): boolean {
    const steps = this.journal.intended(runId);
    const isOfPulse = /^(acl|subnet)-/.test(where);
    const isAllowed = this.journal.now(runId)?.life === 'open' && this.journal.holdsLock(runId);
    return isOfPulse && isAllowed && steps.some(({ kind }) => kind === 'end-pulse');
  }

  #onFinal(runId: string): void {
    const left = this.inForce().filter((one) => one.runId === runId);
    for (const { where } of left) this.#breach(`run ${runId} final while ${where} is in force`);
  }

  #breach(says: string): void {
    this.breaches.push(says);
  }
}

const byText = (one: unknown, other: unknown): number =>
  JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;

/** A state without what may change: the order of rules, and ids of associations and of rules made again. */
function comparable({ groups, interfaces, acls }: NetworkState, isAgain: (id: string) => boolean) {
  return {
    groups: groups.map((group) => ({
      ...group,
      rules: group.rules
        .map((rule) => (isAgain(rule.id) ? { ...rule, id: 'again' } : rule))
        .toSorted(byText),
    })),
    interfaces,
    acls: acls.map((acl) => ({ ...acl, subnetIds: acl.subnetIds.toSorted() })),
  };
}

const allowances = ({ groups }: NetworkState): string[] =>
  groups
    .flatMap(({ rules }) => rules)
    .filter((rule) => markOn(rule) === undefined)
    .map(({ groupId, direction, spec }) => `${groupId}/${direction}/${allowanceKey(spec)}`);
const held = ({ interfaces, acls }: NetworkState): string[] => [
  ...interfaces.flatMap(({ id, groupIds }) => groupIds.map((groupId) => `${id}/${groupId}`)),
  ...acls.flatMap(({ id, subnetIds }) => subnetIds.map((subnetId) => `${subnetId}/${id}`)),
];

/** Whether a rule, a group of an interface or the ACL of a subnet is not what it was. */
function lacks(now: NetworkState, before: NetworkState): boolean {
  const there = new Set([...allowances(now), ...held(now)]);
  return [...allowances(before), ...held(before)].some((one) => !there.has(one));
}

const digestOf = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex');
