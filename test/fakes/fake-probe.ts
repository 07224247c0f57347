import { counterNames } from '../../core/probe/counters.ts';
import type { ProbeResult } from '../../core/observation.ts';
import { hitsOf } from './fake-filter.ts';
import { FakeAuditProbe, isOfAudit } from './fake-audit-probe.ts';
import type { ScriptEnd } from './fake-host.ts';
import type { HostsParts } from './fake-hosts.ts';
import type { Parameters } from './fake-part.ts';
import { ownQuestions } from './own-questions.ts';

/** A connection held open on a machine, and how it ended, if it did. */
interface Canary {
  readonly runId: string;
  readonly from: string;
  readonly address: string;
  readonly port: number;
  readonly openedAt: number;
  severedAt?: number;
}

/** What every node ships, when nothing is paused. */
export const shippedNamespaces = ['orders', 'test'];

/** A question with the machine and run it is asked for. */
interface Asked {
  readonly probe: string;
  readonly from: string;
  readonly runId: string;
}

/** probe.sh: answers from what the network lets through at that moment, with canaries and recorders. */
export class FakeProbe {
  readonly #parts: HostsParts;
  #canaries: Canary[] = [];
  readonly #recorders = new Map<string, number>();
  /** Answers that a line has room for. */
  room = Infinity;

  constructor(parts: HostsParts) {
    this.#parts = parts;
  }

  async run(from: string, { RunId: runId = '', Probes = '' }: Parameters): Promise<ScriptEnd> {
    const at = this.#parts.clock.now();
    const items = ownQuestions(Probes, from);
    if (items === undefined) return { exitCode: 3, json: { script: 'probe', outcome: 'refused' } };
    const audit = new FakeAuditProbe(this.#parts);
    const results = items.map((probe) =>
      isOfAudit(probe) ? audit.answer(from, probe) : this.#answer({ probe, from, runId }),
    );
    const slow = results.some((result) => 'answer' in result && result.answer === 'timed-out');
    await this.#parts.clock.pass(slow ? 2_000 : 100);
    const told = results.slice(0, this.room);
    const left = results.length - told.length;
    const json = { script: 'probe', at, results: told, ...(left > 0 && { left }) };
    return { exitCode: 0, json };
  }

  /** Closes the standing connections to a machine that its sever.sh is told to; how many there were. */
  sever(instanceId: string, { Peers = '', Ports = '' }: Parameters): number {
    const ports = new Set(Ports.split(',').map(Number));
    if (ports.has(3002)) this.#parts.cluster.sever(instanceId, Peers.split(','));
    const hit = this.#canaries.filter(
      ({ from, address, port }) =>
        this.#addressOf(instanceId) === address &&
        Peers.split(',').includes(this.#addressOf(from)) &&
        ports.has(port),
    );
    for (const canary of hit) canary.severedAt ??= this.#parts.clock.now();
    return hit.length;
  }

  #answer(asked: Asked): ProbeResult {
    const { probe, from, runId } = asked;
    const [verb, address = '', port = '', more = ''] = probe.split('/');
    switch (verb) {
      case 'new': {
        const answer = this.#parts.cluster.connect(from, address, Number(port));
        return { probe, answer, ms: answer === 'timed-out' ? 2_000 : 1 };
      }
      case 'view':
        return this.#view(asked, address, { port: Number(port), size: Number(more) });
      case 'hits':
        return { probe, parts: hitsOf(this.#parts.hosts.get(from)?.parts.values() ?? [], runId) };
      case 'xdr':
        return this.#shipped(asked);
      case 'lag':
        return { probe, answer: 'ok', lags: [['reporting', 0, 0, 0, 0]] };
      case 'counters':
        return this.#counters(asked, address, Number(port));
      case 'keep':
        return this.#keep(asked, address, Number(port));
      case 'kept':
        return this.#kept(asked, address, Number(port));
      case 'record':
        return this.#record(asked);
      case 'recorded':
        return this.#recorded(asked, Number(more));
      case 'stop':
        return this.#stop(asked);
      default:
        throw new Error(`Cannot ask "${probe}" as probe.sh must know it: found no such question`);
    }
  }

  #view(
    { probe, from, runId }: Asked,
    address: string,
    { port, size }: { port: number; size: number },
  ): ProbeResult {
    const { cluster } = this.#parts;
    const access = this.#parts.hosts.get(from)?.access;
    const reason = access?.silence(runId, this.#parts.clock.now());
    if (reason !== undefined) return { probe, answer: 'silent', reason };
    const isOwn = cluster.addressOf(from) === address;
    const answer = isOwn ? 'open' : cluster.connect(from, address, port);
    const view = answer === 'open' ? cluster.viewAt(address, size) : undefined;
    return view === undefined
      ? { probe, answer: 'silent', reason: answer === 'open' ? 'timed-out' : answer }
      : { probe, ...view };
  }

  /** Nobody asks these nodes for anything, so they have counted nothing. */
  #counters({ probe, from, runId }: Asked, address: string, port: number): ProbeResult {
    const view = this.#view({ probe, from, runId }, address, { port, size: 1 });
    const silent = !('node' in view);
    if (silent) return view;
    return { probe, answer: 'ok', counters: counterNames.map(() => 0) };
  }

  /** What a node ships: the namespaces that any pause names, without those that one holds now. */
  #shipped({ probe, from }: Asked): ProbeResult {
    const host = this.#parts.hosts.get(from);
    const pauses = host?.inForce.filter(({ script }) => script === 'xdr') ?? [];
    const isPaused = pauses.length > 0;
    return { probe, answer: 'ok', namespaces: isPaused ? [] : shippedNamespaces, linkdown: false };
  }

  #keep({ probe, from, runId }: Asked, address: string, port: number): ProbeResult {
    const answer = this.#parts.cluster.connect(from, address, port);
    const openedAt = this.#parts.clock.now();
    if (answer === 'open') this.#canaries.push({ runId, from, address, port, openedAt });
    return { probe, answer };
  }

  #kept({ probe, from, runId }: Asked, address: string, port: number): ProbeResult {
    const canary = this.#canaries.find(
      (one) =>
        one.runId === runId && one.from === from && one.address === address && one.port === port,
    );
    if (canary === undefined) return { probe, answer: 'absent' };
    const stalled = this.#parts.cluster.filters(from, address, port);
    const lastAt = canary.severedAt ?? (stalled ? canary.openedAt : this.#parts.clock.now());
    const dead = stalled || canary.severedAt !== undefined;
    return { probe, answer: dead ? 'dead' : 'alive', lastAt };
  }

  #record({ probe, from, runId }: Asked): ProbeResult {
    const key = `${runId}/${from}`;
    this.#recorders.set(key, this.#recorders.get(key) ?? this.#parts.clock.now());
    return { probe, answer: 'recording' };
  }

  #recorded({ probe, from, runId }: Asked, since: number): ProbeResult {
    const startedAt = this.#recorders.get(`${runId}/${from}`);
    const all = startedAt === undefined ? [] : this.#parts.cluster.recorded(from, startedAt);
    const left = all.filter(([at]) => at > since);
    return { probe, answer: 'ok', changes: left.slice(0, 25), more: left.length > 25 };
  }

  #stop({ probe, from, runId }: Asked): ProbeResult {
    this.#recorders.delete(`${runId}/${from}`);
    this.#parts.hosts.get(from)?.access.kept.delete(runId);
    this.#canaries = this.#canaries.filter((one) => one.from !== from || one.runId !== runId);
    return { probe, answer: 'stopped' };
  }

  #addressOf(instanceId: string): string {
    return this.#parts.cluster.addressOf(instanceId);
  }
}
