import { markersPerKind } from '../../core/markers/asked.ts';
import type { MarkersReply } from '../../core/markers/reply.ts';
import type { ScriptEnd } from './fake-host.ts';
import type { Parameters } from './fake-part.ts';

const digits = Math.ceil(markersPerKind / 4);
const none = '0'.repeat(digits);
const all = 'f'.repeat(digits);

/** Records whose value is the side that wrote them last. */
type Records = Map<string, number>;

/**
 * What clients write into a namespace of an AP cluster: while a split holds every side keeps its own; when it
 * is one again, of two versions the later stays.
 */
export class FakeMarkers {
  /** Keys there now, and who wrote them last. */
  readonly records: Records = new Map();
  /** Machines that have no client package. */
  readonly without = new Set<string>();
  /** Nothing can be removed any more. */
  isStuck = false;

  /** What was asked for, in order. */
  readonly asked: string[] = [];

  run(instanceId: string, parameters: Parameters): ScriptEnd {
    this.asked.push(parameters['Action'] ?? '');
    const sides = (parameters['Sides'] ?? '').split(';').map((side) => side.split(','));
    return { exitCode: 0, json: this.#reply(instanceId, parameters, sides) };
  }

  #reply(
    instanceId: string,
    { Action, RunId = '' }: Parameters,
    sides: readonly string[][],
  ): MarkersReply {
    const script = 'markers';
    if (this.without.has(instanceId)) return { script, outcome: 'absent', reason: 'no client' };
    if (Action === 'remove') return { script, outcome: 'removed', left: this.#remove() };
    if (Action === 'read') return { script, outcome: 'read', reads: this.#read(RunId, sides) };
    const during = sides.map((_, side) => this.#write(RunId, side));
    const kind = { acked: all, doubt: none, refused: 0, untried: 0 };
    return {
      script,
      outcome: 'wrote',
      client: 'fake 1',
      ttl: 3600,
      sides: sides.map((nodes) => ({ ...through(nodes), own: kind, shared: kind, codes: {} })),
      reads: this.#read(RunId, sides, during),
    };
  }

  /** What the side itself holds afterwards, as long as the others are out of reach. */
  #write(runId: string, side: number): Records {
    const own = keysOf(runId, side).map((key) => [key, side] as const);
    const shared = keysOf(runId, 'shared').map((key) => [key, side] as const);
    for (const [key, value] of [...own, ...shared]) this.records.set(key, value);
    return new Map([...own, ...shared]);
  }

  #remove(): number {
    if (!this.isStuck) this.records.clear();
    return this.records.size;
  }

  #read(runId: string, sides: readonly string[][], during: readonly Records[] = []) {
    const heldBy = (at: number): Records => during[at] ?? this.records;
    const seenIn = (records: Records, of: number | 'shared', side: number): boolean =>
      records.get(keysOf(runId, of)[0] ?? '') === side;
    const countsOf = (at: number, shared: boolean): [number, number][] =>
      sides.map((_, side) => [
        seenIn(heldBy(at), shared ? 'shared' : side, side) ? markersPerKind : 0,
        0,
      ]);
    const bitsOf = (shared: boolean) =>
      sides.map((_, side) => ({
        seen: sides.some((__, at) => countsOf(at, shared)[side]![0] > 0) ? all : none,
        unread: none,
      }));
    return {
      from: sides.map((nodes, at) => ({
        ...through(nodes),
        own: countsOf(at, false),
        shared: countsOf(at, true),
      })),
      own: bitsOf(false),
      shared: bitsOf(true),
    };
  }
}

const through = (nodes: readonly string[]) => ({
  knew: nodes.map((node) => node.split('/')[1] ?? ''),
  kept: true,
});

const keysOf = (runId: string, of: number | 'shared'): string[] =>
  Array.from({ length: markersPerKind }, (_, number) => `aerofault/${runId}/${of}/${number}`);
