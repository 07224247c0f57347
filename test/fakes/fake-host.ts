/**
 * One machine, as far as the scripts of host/ can tell: the parts of runs on it, tombstones, timers, locks.
 *
 * Stands for cut.sh and its kin, restore.sh, sever.sh and survey.sh (docs: their headers). Timers run on
 * the machine itself and fire however unreachable it is. Switched off, it forgets parts and timers.
 */
import { FakeAccess } from './fake-access.ts';
import { isInForce, partKey, switchesOf } from './fake-part.ts';
import type { ChangingScript, FakePart, Parameters } from './fake-part.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** A script's end: its exit code and the one JSON line. */
export interface ScriptEnd {
  readonly exitCode: number;
  readonly json: unknown;
}

/** Who took a part away: the machine's own timer, or a restore sent to it. */
export type Undoer = 'timer' | 'command';

/** Told of parts that came and went. */
export interface PartWatcher {
  readonly applied: (runId: string, where: string) => void;
  readonly undone: (runId: string, where: string, by: Undoer) => void;
  readonly changed: () => void;
}

export class FakeHost {
  /** False: SSM cannot deliver to it. */
  reachable = true;
  /** How long a script hangs between its last check and its effect (xtables lock, a paused machine). */
  stallMs = 0;
  /** Why its kernel cannot close sockets, if it cannot. */
  cannotSever: string | undefined = undefined;
  /** Whether its kernel switches packet filters by itself; else their scripts wait for the instant. */
  switchesByKernel = true;
  /** How far its clock is ahead, as far as its survey can tell. */
  clockAheadMs = 0;
  /** What its survey finds wrong. */
  findings: { refuses: boolean; says: string }[] = [];
  /** What it keeps for asking its node, and whether its node wants that. */
  readonly access = new FakeAccess();
  /** What stands on it now, by run and part; not all of it need be in force. */
  readonly parts = new Map<string, FakePart>();
  readonly #id: string;
  readonly #clock: VirtualClock;
  readonly #watcher: PartWatcher;
  readonly #tombstones = new Set<string>();
  readonly #restored = new Map<string, { at: number; by: Undoer }>();
  readonly #timers = new Map<string, { live: boolean }>();
  #boots = 0;
  readonly #locks = new Map<string, Promise<unknown>>();

  constructor(id: string, { clock, ...watcher }: PartWatcher & { clock: VirtualClock }) {
    this.#id = id;
    this.#clock = clock;
    this.#watcher = watcher;
  }

  /** What is in force on it at this moment. */
  get inForce(): FakePart[] {
    const now = this.#clock.now();
    return [...this.parts.values()].filter((part) => isInForce(part, now));
  }

  /**
   * cut.sh and its kin: check, arm the timer, then either leave the time to the kernel, or wait for
   * `InjectAt` without the lock, check again, apply.
   */
  async change(script: ChangingScript, parameters: Parameters): Promise<ScriptEnd> {
    const { RunId = '', InjectAt, RestoreAt } = parameters;
    const isFilter = script === 'cut' || script === 'reroute';
    const byKernel = isFilter && this.switchesByKernel;
    const part = { runId: RunId, part: parameters['Part'] ?? '0', script, parameters, byKernel };
    const ended = await this.#locked(RunId, async () => {
      const reason = this.#reasonAgainst(parameters);
      if (reason !== undefined) return refusal(script, reason);
      this.#arm(parameters, Number(RestoreAt));
      return byKernel ? this.#apply(part) : undefined;
    });
    if (ended !== undefined) return ended;
    const boots = this.#boots;
    await this.#clock.pass(Math.max(0, Number(InjectAt) - this.#clock.now()));
    if (boots !== this.#boots) return new Promise(() => {}); // It died with the machine.
    return this.#locked(RunId, () => this.#apply(part));
  }

  /** restore.sh: leaves a tombstone, then looks, or takes every part of the run away. */
  restore({ RunId = '', Action }: Parameters): Promise<ScriptEnd> {
    return this.#locked(RunId, async () => {
      this.#tombstones.add(RunId);
      const found = this.#countOf(RunId);
      if (Action === 'undo') {
        for (const { parameters } of this.#partsOf(RunId)) this.#undo(parameters, 'command');
      }
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

  /** survey.sh: what the machine is like; `node` is its node's own word. */
  async survey(
    { Info = 'none', Ports = '', RunId = '' }: Parameters,
    node: object,
  ): Promise<ScriptEnd> {
    await this.#clock.pass(400);
    const time = this.switchesByKernel ? ['time', 'nft-time'] : [];
    const isNode = Info !== 'none';
    const silence = isNode ? this.access.silence(RunId, this.#clock.now()) : undefined;
    const unasked =
      silence === undefined
        ? []
        : [
            {
              refuses: true,
              says: `Cannot ask the node at ${Info} as access.login must be right: found ${silence}`,
            },
          ];
    const json = {
      script: 'survey',
      at: this.#clock.now() + this.clockAheadMs,
      clock: null,
      tools: ['iptables', 'nft', 'ip', 'ss', 'flock', 'timeout', 'bash', 'setsid'],
      iptables: 'nft',
      abilities: [...time, 'statistic', 'u32', 'reject', 'nat', 'sever'],
      timer: 'setsid',
      container: false,
      listens: isNode ? Ports.split(',').map(Number) : [],
      node: isNode && silence === undefined ? node : null,
      findings: [...this.findings, ...unasked],
    };
    return { exitCode: 0, json };
  }

  /** The machine is stopped, or gone: what its kernel held is no more, and nothing reaches it. */
  powerOff(): void {
    this.reachable = false;
    this.#boots += 1;
    for (const timer of this.#timers.values()) timer.live = false;
    this.parts.clear();
    this.#watcher.changed();
  }

  #reasonAgainst(parameters: Parameters): string | undefined {
    const { RunId = '', RestoreAt } = parameters;
    if ([RunId, partKey(parameters)].some((one) => this.#tombstones.has(one))) {
      return 'restored already';
    }
    if (this.#clock.now() >= Number(RestoreAt)) return 'deadline passed';
    return undefined;
  }

  async #apply(part: FakePart): Promise<ScriptEnd> {
    const { script, parameters, runId, byKernel } = part;
    const reason = this.#reasonAgainst(parameters);
    if (reason !== undefined) return refusal(script, reason);
    if (this.stallMs > 0) await this.#clock.pass(this.stallMs);
    const key = partKey(parameters);
    const outcome = this.parts.has(key) ? 'already' : 'applied';
    this.parts.set(key, part);
    if (outcome === 'applied') this.#begin(runId, part);
    const now = this.#clock.now();
    const appliedAt = byKernel ? Math.max(now, Number(parameters['InjectAt'])) : now;
    const how = { timer: 'setsid', switch: byKernel ? 'kernel' : 'script' };
    return { exitCode: 0, json: { script, outcome, ...how, appliedAt } };
  }

  #begin(runId: string, part: FakePart): void {
    this.#watcher.applied(runId, this.#whereOf(part.parameters));
    this.#watcher.changed();
    if (!part.byKernel) return;
    for (const at of switchesOf(part)) {
      if (at > this.#clock.now()) this.#clock.at(at, () => this.#watcher.changed());
    }
  }

  /** A one-shot timer: one that is set for the past never fires. It ends its part alone. */
  #arm(parameters: Parameters, restoreAt: number): void {
    const { RunId = '' } = parameters;
    const key = partKey(parameters);
    if (this.#timers.get(key)?.live === true) return;
    const timer = { live: restoreAt > this.#clock.now() };
    this.#timers.set(key, timer);
    this.#clock.at(restoreAt, () => {
      if (!timer.live) return;
      void this.#locked(RunId, async () => {
        this.#tombstones.add(key);
        this.#undo(parameters, 'timer');
      });
    });
  }

  #undo(parameters: Parameters, by: Undoer): void {
    const { RunId = '' } = parameters;
    const key = partKey(parameters);
    const timer = this.#timers.get(key);
    if (timer !== undefined) timer.live = false;
    if (!this.parts.delete(key)) return;
    this.#restored.set(RunId, { at: this.#clock.now(), by });
    this.#watcher.undone(RunId, this.#whereOf(parameters), by);
    this.#watcher.changed();
  }

  #partsOf(runId: string): FakePart[] {
    return [...this.parts.values()].filter((part) => part.runId === runId);
  }

  /** Each part's chain and its jumps. */
  #countOf(runId: string): number {
    return 3 * this.#partsOf(runId).length;
  }

  #whereOf({ Part = '0' }: Parameters): string {
    return Part === '0' ? this.#id : `${this.#id}/${Part}`;
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
