/**
 * One machine, as far as the scripts of host/ can tell: its chains, tombstones, timers and locks.
 *
 * Stands for cut.sh, restore.sh and sever.sh (docs: their headers). Timers run on the machine itself and
 * fire however unreachable it is. It does not cover a reboot.
 */
import type { VirtualClock } from './virtual-clock.ts';

/** A run's packet filter on one machine. */
export interface Chain {
  readonly peers: readonly string[];
  readonly ports: readonly number[];
  readonly packets: string;
  readonly direction: string;
}

/** What a script is called with: the texts of its SSM parameters. */
export type Parameters = Readonly<Record<string, string>>;

/** A script's end: its exit code and the one JSON line. */
export interface ScriptEnd {
  readonly exitCode: number;
  readonly json: unknown;
}

/** Who took a chain away: the machine's own timer, or a restore sent to it. */
export type Undoer = 'timer' | 'command';

/** Told of chains that came and went. */
export interface ChainWatcher {
  readonly applied: (runId: string, where: string) => void;
  readonly undone: (runId: string, where: string, by: Undoer) => void;
  readonly changed: () => void;
}

export class FakeHost {
  /** False: SSM cannot deliver to it. */
  reachable = true;
  /** How long a cut hangs between its last check and its effect (xtables lock, a paused machine). */
  stallMs = 0;
  /** Why its kernel cannot close sockets, if it cannot. */
  cannotSever: string | undefined = undefined;
  readonly chains = new Map<string, Chain>();
  readonly #id: string;
  readonly #clock: VirtualClock;
  readonly #watcher: ChainWatcher;
  readonly #tombstones = new Set<string>();
  readonly #restored = new Map<string, { at: number; by: Undoer }>();
  readonly #timers = new Map<string, { live: boolean }>();
  readonly #locks = new Map<string, Promise<unknown>>();

  constructor(id: string, { clock, ...watcher }: ChainWatcher & { clock: VirtualClock }) {
    this.#id = id;
    this.#clock = clock;
    this.#watcher = watcher;
  }

  /** cut.sh: check, arm the timer, wait for `InjectAt` without the lock, check again, apply. */
  async cut(parameters: Parameters): Promise<ScriptEnd> {
    const { RunId = '', InjectAt, RestoreAt } = parameters;
    const refused = await this.#locked(RunId, async () => {
      const reason = this.#reasonAgainst(parameters);
      if (reason === undefined) this.#arm(RunId, Number(RestoreAt));
      return reason === undefined ? undefined : refusal('cut', reason);
    });
    if (refused !== undefined) return refused;
    await this.#clock.pass(Math.max(0, Number(InjectAt) - this.#clock.now()));
    return this.#locked(RunId, () => this.#apply(parameters));
  }

  /** restore.sh: leaves a tombstone, then looks, or takes the run's chain away. */
  restore({ RunId = '', Action }: Parameters, by: Undoer): Promise<ScriptEnd> {
    return this.#locked(RunId, async () => {
      this.#tombstones.add(RunId);
      const found = this.#countOf(RunId);
      if (Action === 'undo') this.#undo(RunId, by);
      const left = this.#countOf(RunId);
      const { at: restoredAt = null, by: restoredBy = null } = this.#restored.get(RunId) ?? {};
      const outcome = left > 0 ? 'present' : 'clean';
      const json = { script: 'restore', outcome, found, left, restoredAt, restoredBy };
      return { exitCode: 0, json };
    });
  }

  /** sever.sh: `close` closes what stands, and says how much that was; a check closes nothing. */
  sever(parameters: Parameters, close: () => number): Promise<ScriptEnd> {
    return this.#locked(parameters['RunId'] ?? '', async () => {
      const reason = this.#reasonAgainst(parameters);
      if (reason !== undefined) return refusal('sever', reason);
      if (this.cannotSever !== undefined) return refusal('sever', this.cannotSever);
      if (parameters['Action'] === 'check') {
        return { exitCode: 0, json: { script: 'sever', outcome: 'able' } };
      }
      const json = { script: 'sever', outcome: 'severed', before: close(), left: 0 };
      return { exitCode: 0, json };
    });
  }

  #reasonAgainst({ RunId = '', RestoreAt }: Parameters): string | undefined {
    if (this.#tombstones.has(RunId)) return 'restored already';
    if (this.#clock.now() >= Number(RestoreAt)) return 'deadline passed';
    return undefined;
  }

  async #apply(parameters: Parameters): Promise<ScriptEnd> {
    const { RunId = '', Ports = '', Peers = '', Packets = '', Direction = '' } = parameters;
    const reason = this.#reasonAgainst(parameters);
    if (reason !== undefined) return refusal('cut', reason);
    if (this.stallMs > 0) await this.#clock.pass(this.stallMs);
    const outcome = this.chains.has(RunId) ? 'already' : 'applied';
    this.chains.set(RunId, {
      peers: Peers.split(','),
      ports: Ports.split(',').map(Number),
      packets: Packets,
      direction: Direction,
    });
    if (outcome === 'applied') this.#watcher.applied(RunId, this.#id);
    this.#watcher.changed();
    const json = { script: 'cut', outcome, timer: 'setsid', appliedAt: this.#clock.now() };
    return { exitCode: 0, json };
  }

  /** A one-shot timer: one that is set for the past never fires. */
  #arm(runId: string, restoreAt: number): void {
    const timer = { live: restoreAt > this.#clock.now() };
    this.#timers.set(runId, timer);
    this.#clock.at(restoreAt, () => {
      if (timer.live) void this.restore({ RunId: runId, Action: 'undo' }, 'timer');
    });
  }

  #undo(runId: string, by: Undoer): void {
    const timer = this.#timers.get(runId);
    if (timer !== undefined) timer.live = false;
    if (!this.chains.delete(runId)) return;
    this.#restored.set(runId, { at: this.#clock.now(), by });
    this.#watcher.undone(runId, this.#id, by);
    this.#watcher.changed();
  }

  /** The chain itself and its jumps. */
  #countOf(runId: string): number {
    return this.chains.has(runId) ? 3 : 0;
  }

  /** The run's file lock: one section at a time, in the order of asking. */
  async #locked<Value>(runId: string, section: () => Promise<Value>): Promise<Value> {
    const turn = (this.#locks.get(runId) ?? Promise.resolve()).then(section);
    this.#locks.set(runId, turn);
    return turn;
  }
}

function refusal(script: string, reason: string): ScriptEnd {
  return { exitCode: 3, json: { script, outcome: 'refused', reason } };
}
