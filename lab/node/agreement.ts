import { migrationTime } from './cluster-view.ts';
import type { ClusterMessage } from './messages.ts';

/** What an agreement tells its node; times are milliseconds of the node's clock. */
export interface AgreementListener {
  /** Carries a message to a node, which may be the node itself. */
  send(to: string, message: ClusterMessage, now: number): void;
  /** Every node of the cluster is ready: it may be shown, and migrates for that long. */
  onCommitted(key: string, migrateMs: number, now: number): void;
  /** A proposal of this node came to nothing. */
  onFailed(now: number): void;
}

interface Proposal {
  readonly round: string;
  readonly key: string;
  readonly members: readonly string[];
  readonly startedAt: number;
  readonly accepted: Set<string>;
  sentAt: number;
}

interface Exchange {
  readonly key: string;
  readonly members: readonly string[];
  /** Sizes that the members showed before; only the principal gathers them. */
  readonly sizes: Map<string, number>;
  readonly shownSize: number;
  sentAt: number;
  commit: ClusterMessage | undefined;
}

const resendMs = 100;

/**
 * How the nodes of a chosen cluster come to be in it together: propose, accepted, learn; then ready, commit.
 *
 * Begun by `propose` on one node. A proposal ends agreed, or fails when a node departs or half a quantum
 * interval is over. What follows ends with `commit`, or when the node becomes an orphan. Whoever lost a
 * message is found by its pulses, and proposed anew.
 */
export class Agreement {
  readonly #self: string;
  readonly #quantum: number;
  readonly #newKey: () => string;
  readonly #listener: AgreementListener;
  #proposal: Proposal | undefined;
  #promise: { readonly round: string; readonly from: string } | undefined;
  #exchange: Exchange | undefined;

  constructor(
    options: { readonly self: string; readonly quantum: number; readonly newKey: () => string },
    listener: AgreementListener,
  ) {
    this.#self = options.self;
    this.#quantum = options.quantum;
    this.#newKey = options.newKey;
    this.#listener = listener;
  }

  /** Whether a proposal of this node is under way. */
  get isProposing(): boolean {
    return this.#proposal !== undefined;
  }

  /** Proposes a cluster of these nodes, highest id first. */
  propose(members: readonly string[], now: number): void {
    const [round, key] = [this.#newKey(), this.#newKey()];
    const accepted = new Set<string>();
    this.#proposal = { round, key, members, accepted, startedAt: now, sentAt: now };
    this.#ask(this.#proposal, now);
  }

  /** A node departed: a proposal with it in fails. */
  departed(id: string, now: number): void {
    if (this.#proposal?.members.includes(id)) this.#fail(now);
  }

  /** The node became an orphan: nobody waits for its commit any more. */
  orphaned(): void {
    this.#exchange = undefined;
  }

  /** Says again what got no answer for 100 ms, and gives up a proposal that is too old. */
  repeat(now: number): void {
    const proposal = this.#proposal;
    if (proposal !== undefined && proposal.startedAt + this.#quantum / 2 < now) this.#fail(now);
    else if (proposal !== undefined && proposal.sentAt + resendMs < now) this.#ask(proposal, now);
    const exchange = this.#exchange;
    if (exchange !== undefined && exchange.sentAt + resendMs < now) this.#sayReady(exchange, now);
  }

  /** Says yes to a proposal, for as long as no other one is said yes to. */
  accept(from: string, round: string, now: number): void {
    this.#promise = { round, from };
    this.#listener.send(from, { kind: 'accepted', round }, now);
  }

  /** A node said yes. */
  accepted(from: string, round: string, now: number): void {
    const proposal = this.#proposal;
    if (proposal === undefined || proposal.round !== round) return;
    proposal.accepted.add(from);
    if (!proposal.members.every((id) => proposal.accepted.has(id))) return;
    this.#proposal = undefined;
    const { key, members } = proposal;
    for (const id of members) {
      this.#listener.send(id, { kind: 'learn', round, key, succession: [...members] }, now);
    }
  }

  /** Whether a `learn` is about the proposal this node said yes to. */
  isPromised(from: string, round: string): boolean {
    return this.#promise?.round === round && this.#promise.from === from;
  }

  /** Tells the principal that this node is in the new cluster; `shownSize` is what it showed until now. */
  exchange(
    { key, members, shownSize }: Pick<Exchange, 'key' | 'members' | 'shownSize'>,
    now: number,
  ): void {
    this.#exchange = {
      key,
      members,
      shownSize,
      sizes: new Map(),
      sentAt: now,
      commit: undefined,
    };
    this.#sayReady(this.#exchange, now);
  }

  /** As principal: a node is ready; when all are, tells them to commit. */
  ready(from: string, { key, size }: { key: string; size: number }, now: number): void {
    const exchange = this.#exchange;
    if (exchange === undefined || exchange.key !== key) return;
    if (exchange.commit !== undefined) return this.#listener.send(from, exchange.commit, now);
    exchange.sizes.set(from, size);
    const { members, sizes } = exchange;
    if (members[0] !== this.#self || !members.every((id) => sizes.has(id))) return;
    const migrateMs = migrationTime([...sizes.values()], members.length);
    exchange.commit = { kind: 'commit', key, migrateMs };
    for (const id of members) this.#listener.send(id, exchange.commit, now);
  }

  /** The principal says that all are ready. */
  committed(
    from: string,
    { key, migrateMs }: { key: string; migrateMs: number },
    now: number,
  ): void {
    const exchange = this.#exchange;
    if (exchange?.key !== key || exchange.members[0] !== from) return;
    if (from !== this.#self) this.#exchange = undefined;
    this.#listener.onCommitted(key, migrateMs, now);
  }

  #ask(proposal: Proposal, now: number): void {
    const { round, key, members, accepted } = proposal;
    proposal.sentAt = now;
    for (const id of members.filter((member) => !accepted.has(member))) {
      this.#listener.send(id, { kind: 'propose', round, key, succession: [...members] }, now);
    }
  }

  #sayReady(exchange: Exchange, now: number): void {
    exchange.sentAt = now;
    const { key, shownSize, commit } = exchange;
    const [principal] = exchange.members;
    if (commit !== undefined || principal === undefined) return;
    this.#listener.send(principal, { kind: 'ready', key, size: shownSize }, now);
  }

  #fail(now: number): void {
    this.#proposal = undefined;
    this.#listener.onFailed(now);
  }
}
