import { Agreement } from './agreement.ts';
import { blocked, committed, exchanging, orphaned, unclustered } from './cluster-view.ts';
import type { ClusterView } from './cluster-view.ts';
import { clusterNews } from './cluster-news.ts';
import type { Effect } from './effect.ts';
import { formableCluster } from './formable-cluster.ts';
import { Joining } from './joining.ts';
import type { ClusterMessage, Pulse } from './messages.ts';
import { Neighbours } from './neighbours.ts';
import { isStale, principalStep } from './principal-step.ts';
import type { Register } from './principal-step.ts';
import { QuantumClock } from './quantum.ts';
import type { QuantumStep } from './quantum.ts';
import type { Timings } from './timings.ts';

/** What `Membership` needs; all times are milliseconds of one monotonic clock. */
export interface MembershipOptions {
  readonly self: string;
  readonly timings: Timings;
  /** Draws a cluster key: hex of 48 random bits, no leading zeros. */
  readonly newKey: () => string;
  readonly wallClock: () => number;
  readonly now: number;
}

/**
 * Every decision about who is in a node's cluster: what a node does on a pulse, a message, and the tick.
 *
 * Holds no socket, no timer and no clock. Follows server 8.1.2.0 as measured and as its source says:
 * expiry by silence, quantum steps, the highest id is principal, nodes that do not hear each other are left
 * out, an orphan asks a principal it can see to take it in. Left out: duplicate node ids, protocol versions,
 * and moving to the principal that most members would rather have (needs six nodes and more). Longer than
 * most files, as it is one state machine; what it decides by stands in files of its own.
 */
export class Membership {
  readonly #self: string;
  readonly #timings: Timings;
  readonly #neighbours: Neighbours;
  readonly #quantum: QuantumClock;
  readonly #agreement: Agreement;
  readonly #joining: Joining;
  #effects: Effect[] = [];
  #register: Register;
  #view: ClusterView = unclustered;
  #movedAt = -Infinity;

  constructor({ self, timings, newKey, wallClock, now }: MembershipOptions) {
    const send = (to: string, message: ClusterMessage, at: number) => this.#send(to, message, at);
    const neighbours = new Neighbours(timings);
    this.#self = self;
    this.#timings = timings;
    this.#neighbours = neighbours;
    this.#quantum = new QuantumClock(timings, now);
    this.#joining = new Joining({ self, timings, neighbours, wallClock, send });
    this.#agreement = new Agreement(
      { self, newKey, quantum: timings.quantum },
      {
        send,
        onCommitted: (key, migrateMs, at) => this.#show(key, migrateMs, at),
        onFailed: (at) => this.#joining.rejectPending(at),
      },
    );
    this.#register = { key: '0', members: [], changedAt: now };
  }

  /** What others are told in every pulse. */
  get published(): Pick<Pulse, 'adjacent' | 'key' | 'succession'> {
    const { key, members } = this.#register;
    return { adjacent: this.#neighbours.ids, key, succession: [...members] };
  }

  /** What info requests are told. */
  get view(): ClusterView {
    return this.#view;
  }

  /** Whether this node leads its cluster. */
  get isPrincipal(): boolean {
    return this.#register.members[0] === this.#self;
  }

  /** A pulse came in. */
  heard(pulse: Pulse, now: number): Effect[] {
    if (pulse.id === this.#self) return [];
    const news = this.#neighbours.hear(pulse, now);
    if (news.isNew) {
      this.#effects.push({ kind: 'arrived', id: pulse.id });
      this.#quantum.note('nodeArrived', now);
    }
    if (news.hasOtherAdjacency && this.#register.members.includes(pulse.id)) {
      this.#quantum.note('peerAdjacencyChanged', now);
    }
    if (news.hasOtherCluster && !isStale(now, this.#register, this.#timings))
      this.#weigh(pulse, now);
    return this.#drain();
  }

  /** A clustering message came in over fabric. */
  received(from: string, message: ClusterMessage, now: number): Effect[] {
    this.#receive(from, message, now);
    return this.#drain();
  }

  /** Time went by; to be called every `timings.tick`. */
  tick(now: number): Effect[] {
    for (const id of this.#neighbours.expire(now)) this.#lose(id, now);
    const step = this.#quantum.due(now);
    if (step !== undefined) {
      this.#step(step, now);
      this.#quantum.started(now);
    }
    if (this.#isOrphan) this.#joining.askSomebody(now);
    this.#agreement.repeat(now);
    this.#view = blocked(this.#view, now, this.#timings.quantum);
    return this.#drain();
  }

  get #isOrphan(): boolean {
    return this.#register.members.length === 0;
  }

  #weigh(pulse: Pulse, now: number): void {
    const news = clusterNews(pulse, { self: this.#self, members: this.#register.members });
    if (news === 'leftOutByPrincipal') this.#orphan(now);
    else if (news === 'memberOrphaned') this.#quantum.note(news, now);
    else if (news === 'lowerPrincipalSeen') this.#quantum.note('mergeCandidateSeen', now);
    // A higher principal takes us in: there is nobody to wait for.
    else if (news === 'higherPrincipalSeen') this.#quantum.settle('mergeCandidateSeen');
  }

  #lose(id: string, now: number): void {
    const lastHeardAt = now - this.#timings.nodeTimeout;
    this.#effects.push({ kind: 'departed', id });
    this.#quantum.note('nodeDeparted', lastHeardAt);
    this.#agreement.departed(id, now);
    if (this.#register.members[0] === id) {
      this.#quantum.note('principalDeparted', lastHeardAt);
      this.#orphan(now);
    }
  }

  #orphan(now: number): void {
    if (this.#isOrphan) return;
    this.#register = { key: '0', members: [], changedAt: now };
    this.#agreement.orphaned();
    this.#view = orphaned(this.#view, now);
  }

  #step(step: QuantumStep, now: number): void {
    if (this.#isOrphan) this.#joinOrForm(now);
    else if (this.isPrincipal) this.#lead(step, now);
    else this.#follow(now);
  }

  #joinOrForm(now: number): void {
    if (this.#agreement.isProposing) return;
    const isAsking = this.#joining.askSomebody(now);
    const { pending } = this.#joining;
    const cluster = formableCluster(this.#self, this.#neighbours, { pending, now });
    if (isAsking || cluster === undefined) this.#joining.rejectPending(now);
    else this.#propose(cluster, now);
  }

  #follow(now: number): void {
    this.#joining.rejectPending(now);
    const principal = this.#register.members[0];
    const heard = principal === undefined ? undefined : this.#neighbours.get(principal);
    const isLeftOut =
      heard === undefined ||
      (!isStale(heard.heardAt, this.#register, this.#timings) &&
        !heard.pulse.succession.includes(this.#self));
    if (isLeftOut) this.#orphan(now);
  }

  #lead(step: QuantumStep, now: number): void {
    const decision = principalStep({
      self: this.#self,
      register: this.#register,
      neighbours: this.#neighbours,
      pending: this.#joining.pending,
      timings: this.#timings,
      step,
      hasSeen: (...disturbances) => this.#quantum.hasSeen(...disturbances),
      now,
    });
    if (decision.kind === 'wait') this.#quantum.postpone();
    else if (decision.kind === 'orphan') this.#orphan(now);
    else if (decision.kind === 'merge') this.#moveTo(decision.principal, now);
    else if (decision.kind === 'propose') this.#propose(decision.members, now);
    this.#joining.rejectPending(now, this.#register.members);
  }

  #moveTo(principal: string, now: number): void {
    const { members, key } = this.#register;
    this.#movedAt = now;
    for (const id of members) this.#send(id, { kind: 'move', key, principal }, now);
  }

  #propose(members: readonly string[], now: number): void {
    this.#joining.rejectPending(now, members);
    this.#agreement.propose(members, now);
  }

  #receive(from: string, message: ClusterMessage, now: number): void {
    const leader = this.#register.members[0];
    switch (message.kind) {
      case 'join':
        return this.#takeUp(from, message.sentAt, now);
      case 'reject':
        if (!this.#isOrphan || this.#agreement.isProposing) return;
        if (this.#joining.rejected(from)) this.#joining.askSomebody(now);
        return;
      case 'move':
        if (from !== leader || message.key !== this.#register.key) return;
        this.#orphan(now);
        return this.#joining.ask(message.principal, now);
      case 'propose':
        if (leader === undefined || leader === from)
          this.#agreement.accept(from, message.round, now);
        return;
      case 'accepted':
        return this.#agreement.accepted(from, message.round, now);
      case 'learn':
        if (this.#agreement.isPromised(from, message.round)) this.#enter(message, now);
        return;
      case 'ready':
        return this.#agreement.ready(from, message, now);
      case 'commit':
        return this.#agreement.committed(from, message, now);
    }
  }

  #takeUp(from: string, sentAt: number, now: number): void {
    const hasMoved = this.#movedAt + this.#timings.quantum > now;
    if (hasMoved || !(this.isPrincipal || this.#isOrphan)) this.#joining.reject(from, now);
    else if (this.#joining.takeUp(from, sentAt, now)) this.#quantum.note('joinAccepted', now);
  }

  #enter({ key, succession }: { key: string; succession: readonly string[] }, now: number): void {
    if (key === this.#register.key) return;
    this.#register = { key, members: succession, changedAt: now };
    this.#joining.joined();
    this.#view = exchanging(this.#view);
    const shownSize = this.#view.size;
    this.#agreement.exchange({ key, members: succession, shownSize }, now);
  }

  #show(key: string, migrateMs: number, now: number): void {
    const { members } = this.#register;
    if (this.#register.key === key) {
      this.#view = committed(this.#view, { key, members, migrateMs }, now);
    }
  }

  #send(to: string, message: ClusterMessage, now: number): void {
    if (to === this.#self) this.#receive(to, message, now);
    else this.#effects.push({ kind: 'send', to, message });
  }

  #drain(): Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}
