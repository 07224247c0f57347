import type { Cut } from '../cut.ts';
import type { Interface } from '../inventory.ts';
import type { Filters } from './filters.ts';
import { inCidr } from './reachability/peers.ts';
import { Comparison } from './reachability/comparison.ts';
import type { Endpoint } from './reachability/endpoints.ts';
import { passing } from './reachability/known-pairs.ts';
import { includes } from './reachability/port-sets.ts';
import type { PortSet } from './reachability/port-sets.ts';
import { allTcp, pointOf, rangeOfRule } from './reachability/traffic.ts';

/**
 * How EC2 remembers a connection. What it tracks goes on after its rule is gone; what it does not falls
 * with the rule. `automatic`: tracked for what one end is, whatever the rules.
 */
export type Tracking = 'tracked' | 'untracked' | 'automatic';

/** A part of the cuts whose connections are all tracked alike. */
export interface TrackedCut {
  readonly cut: Cut;
  readonly tracking: Tracking;
}

/**
 * Splits the cuts by how EC2 tracks their connections at the interface that accepts them.
 *
 * Untracked is a connection that a rule for 0.0.0.0/0 or ::/0 admits, where a rule of the other direction
 * lets everything of that family out again (EC2 User Guide, "Security group connection tracking"). A pair
 * with both kinds of connections counts as tracked: some of them go on. So does one with none.
 */
export function trackingOf(filters: Filters, cuts: readonly Cut[]): TrackedCut[] {
  const tracker = new Tracker(filters);
  return cuts.flatMap((cut) => partsOf(cut, tracker));
}

/** Instances that nothing tells apart: their endpoints, and whether all is tracked for what they are. */
interface Kin {
  readonly index: number;
  readonly endpoints: readonly Endpoint[];
  readonly automatic: boolean;
}

interface PairPorts {
  readonly tracked: PortSet;
  readonly untracked: PortSet;
}

/** Answers how connections are tracked; each kind of pair is looked at once. */
class Tracker {
  readonly #comparison: Comparison;
  readonly #filters: Filters;
  readonly #kinByKey = new Map<string, Kin>();
  readonly #kin = new Map<string, Kin>();
  readonly #pairs = new Map<number, PairPorts>();
  readonly #worlds = new Map<string, PortSet>();

  constructor(filters: Filters) {
    this.#filters = filters;
    this.#comparison = new Comparison({ before: filters, now: filters }, []);
    const classes = this.#classesByInterface();
    for (const [id, interfaces] of Map.groupBy(filters.interfaces, (one) => one.instanceId)) {
      if (id !== undefined) this.#kin.set(id, this.#kinOf(interfaces, classes));
    }
  }

  kinOf(instanceId: string): Kin {
    return this.#kin.get(instanceId) ?? this.#kinOf([], new Map());
  }

  trackingOf(from: Kin, to: Kin, port: number): Tracking {
    if (from.automatic || to.automatic) return 'automatic';
    const { tracked, untracked } = this.#pair(from, to);
    const point = pointOf('tcp', port);
    return includes(untracked, point) && !includes(tracked, point) ? 'untracked' : 'tracked';
  }

  #classesByInterface(): Map<string, Endpoint[]> {
    const classes = new Map<string, Endpoint[]>();
    for (const endpoint of this.#comparison.endpoints) {
      for (const { interface: one } of endpoint.members) {
        classes.set(one.id, [...(classes.get(one.id) ?? []), endpoint]);
      }
    }
    return classes;
  }

  #kinOf(interfaces: readonly Interface[], classes: ReadonlyMap<string, Endpoint[]>): Kin {
    const endpoints = new Set(interfaces.flatMap(({ id }) => classes.get(id) ?? []));
    const automatic = interfaces.some(({ type }) => isTrackedAnyway(type));
    const key = `${automatic} ${[...endpoints].map(({ index }) => index).join()}`;
    const known = this.#kinByKey.get(key);
    if (known !== undefined) return known;
    const kin = { index: this.#kinByKey.size, endpoints: [...endpoints], automatic };
    this.#kinByKey.set(key, kin);
    return kin;
  }

  #pair(from: Kin, to: Kin): PairPorts {
    const key = from.index * 16_777_216 + to.index;
    const known = this.#pairs.get(key);
    if (known !== undefined) return known;
    const { sets, before } = this.#comparison;
    let [tracked, untracked] = [sets.none, sets.none];
    for (const sender of from.endpoints) {
      for (const receiver of to.endpoints) {
        if (sender.at.family !== receiver.at.family) continue;
        const open = passing(this.#comparison, { from: sender, to: receiver, gates: before });
        const world = this.#world(receiver);
        tracked = sets.union(tracked, sets.difference(open, world));
        untracked = sets.union(untracked, sets.intersection(open, world));
      }
    }
    const pair = { tracked, untracked };
    this.#pairs.set(key, pair);
    return pair;
  }

  /** What an interface admits from everywhere and need not track. */
  #world({ before, at }: Endpoint): PortSet {
    const key = `${at.family} ${before.id}`;
    const known = this.#worlds.get(key);
    if (known !== undefined) return known;
    const { sets } = this.#comparison;
    const world = this.#filters.groups
      .filter(({ id }) => before.groupIds.includes(id))
      .flatMap(({ rules }) => rules)
      .filter(({ spec: { peer } }) => 'cidr' in peer && isWorld(peer.cidr, at.family));
    const [first, end] = allTcp;
    const free = world
      .filter(({ direction }) => direction === 'egress')
      .map(({ spec }) => rangeOfRule(spec))
      .some((range) => range[0] <= first && end <= range[1]);
    const admitted = world.filter(({ direction }) => free && direction === 'ingress');
    const set = sets.of(admitted.map(({ spec }) => rangeOfRule(spec)));
    this.#worlds.set(key, set);
    return set;
  }
}

export const isWorld = (cidr: string, family: 4 | 6): boolean =>
  cidr.endsWith('/0') && inCidr(cidr, family === 4 ? '0.0.0.0' : '::');

/** Interfaces through which EC2 tracks every connection (its User Guide, "automatically tracked"). */
function isTrackedAnyway(type: string): boolean {
  return (
    type.startsWith('gateway_load_balancer') ||
    [
      'lambda',
      'network_load_balancer',
      'nat_gateway',
      'vpc_endpoint',
      'global_accelerator_managed',
      'transit_gateway',
    ].includes(type)
  );
}

/** The cut in as few parts of one kind as its classes of instances allow. */
function partsOf(cut: Cut, tracker: Tracker): TrackedCut[] {
  const from = Map.groupBy(cut.from, (id) => tracker.kinOf(id));
  const to = Map.groupBy(cut.to, (id) => tracker.kinOf(id));
  const parts = new Map<string, { tracking: Tracking; ports: number[]; to: Kin[]; from: Kin[] }>();
  for (const port of cut.ports) {
    for (const part of partsOfPort(port, { from: [...from.keys()], to: [...to.keys()], tracker })) {
      const key = `${part.tracking} ${indexesOf(part.from)} ${indexesOf(part.to)}`;
      const known = parts.get(key);
      if (known === undefined) parts.set(key, { ...part, ports: [port] });
      else known.ports.push(port);
    }
  }
  return [...parts.values()].map((part) => ({
    cut: { from: membersOf(part.from, from), to: membersOf(part.to, to), ports: part.ports },
    tracking: part.tracking,
  }));
}

interface PortPart {
  readonly tracking: Tracking;
  readonly from: Kin[];
  readonly to: Kin[];
}

/** Those who accept alike from the same senders make one part. */
function partsOfPort(
  port: number,
  { from, to, tracker }: { from: readonly Kin[]; to: readonly Kin[]; tracker: Tracker },
): PortPart[] {
  const parts = new Map<string, PortPart>();
  for (const receiver of to) {
    const kinds = Map.groupBy(from, (sender) => tracker.trackingOf(sender, receiver, port));
    for (const [tracking, senders] of kinds) {
      const key = `${tracking} ${indexesOf(senders)}`;
      const known = parts.get(key);
      if (known === undefined) parts.set(key, { tracking, from: senders, to: [receiver] });
      else known.to.push(receiver);
    }
  }
  return [...parts.values()];
}

const indexesOf = (kin: readonly Kin[]): string => kin.map(({ index }) => index).join();

const membersOf = (kin: readonly Kin[], ids: ReadonlyMap<Kin, readonly string[]>): string[] =>
  kin.flatMap((one) => ids.get(one) ?? []);
