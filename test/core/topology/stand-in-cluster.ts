import { sizesOf } from '../../../core/clusters.ts';
import { Membership } from '../../../lab/node/membership.ts';
import type { Effect } from '../../../lab/node/effect.ts';
import { timingsOf } from '../../../lab/node/timings.ts';

const timings = timingsOf({ intervalMs: 150, timeoutIntervals: 10 });

/** Whether the node named first cannot reach the second. */
type IsCut = (from: string, to: string) => boolean;

/** The lab's Aerospike nodes on one made-up clock; what is sent arrives at once, or never where it is cut. */
class StandInCluster {
  readonly #nodes: ReadonlyMap<string, Membership>;
  #isCut: IsCut = () => false;
  #now = 0;
  #keys = 0;

  constructor(ids: readonly string[]) {
    const newKey = (): string => (0xabc000 + (this.#keys += 1)).toString(16).toUpperCase();
    const wallClock = (): number => this.#now;
    this.#nodes = new Map(
      ids.map((self) => [self, new Membership({ self, timings, newKey, wallClock, now: 0 })]),
    );
  }

  cut(isCut: IsCut): void {
    this.#isCut = isCut;
  }

  pass(ms: number): void {
    for (const end = this.#now + ms; this.#now < end;) {
      this.#now += timings.tick;
      if (this.#now % timings.interval === 0) this.#pulse();
      for (const [id, node] of this.#nodes) this.#enact(id, node.tick(this.#now));
    }
  }

  /** Sizes of the clusters as a report tells them: 0 for those whose members do not agree. */
  get sizes(): number[] {
    const groups = Map.groupBy(this.#nodes, ([, { view }]) => `${view.key}/${view.size}`);
    return sizesOf(
      [...groups].map(([key, members]) => ({
        key,
        size: members[0]![1].view.size,
        nodes: members.map(([id]) => id),
      })),
    );
  }

  #pulse(): void {
    for (const [id, node] of this.#nodes) {
      const said = { clusterName: 'c', id, addresses: [id], ...node.published };
      for (const [to, other] of this.#nodes) {
        if (to === id || this.#isCut(id, to)) continue;
        this.#enact(to, other.heard({ kind: 'pulse', ...said }, this.#now));
      }
    }
  }

  #enact(from: string, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind !== 'send' || this.#isCut(from, effect.to)) continue;
      const answer = this.#nodes.get(effect.to)?.received(from, effect.message, this.#now);
      this.#enact(effect.to, answer ?? []);
    }
  }
}

/** The clusters that nodes of these ids form within 30 s of a cut. */
export function sizesAfter(ids: readonly string[], isCut: IsCut): number[] {
  const cluster = new StandInCluster(ids);
  cluster.pass(8000);
  if (cluster.sizes.join() !== String(ids.length)) throw new Error('Expected one cluster');
  cluster.cut(isCut);
  cluster.pass(30_000);
  return cluster.sizes;
}
