import { chooseCluster } from './clique.ts';
import type { Pulse } from './messages.ts';
import { hasSame, isOrphan } from './neighbours.ts';
import type { Neighbours } from './neighbours.ts';
import { compareIds } from './node-id.ts';
import type { Disturbance, QuantumStep } from './quantum.ts';
import type { Timings } from './timings.ts';

/** The cluster a node knows itself in: it leads `ClusterView`, which is what it shows. Empty in an orphan. */
export interface Register {
  readonly key: string;
  readonly members: readonly string[];
  readonly changedAt: number;
}

/** What a principal looks at when a quantum step is due. */
export interface PrincipalSituation {
  readonly self: string;
  readonly register: Register;
  readonly neighbours: Neighbours;
  /** Nodes that asked to be taken in. */
  readonly pending: ReadonlySet<string>;
  readonly timings: Timings;
  readonly step: QuantumStep;
  /** Whether one of these disturbances was noted since the last step. */
  readonly hasSeen: (...disturbances: readonly Disturbance[]) => boolean;
  readonly now: number;
}

/** What a principal does in a step. */
export type PrincipalDecision =
  | { readonly kind: 'keep' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'orphan' }
  | { readonly kind: 'merge'; readonly principal: string }
  | { readonly kind: 'propose'; readonly members: readonly string[] };

/**
 * Decides what a principal does in a quantum step: goes on, waits for more signs, or changes the cluster.
 *
 * Members that died, say they are elsewhere, or do not hear each other go; nodes that asked come in. A sound
 * cluster rather moves, whole, to a higher principal in sight. A principal whose members are all elsewhere
 * has lost its cluster.
 */
export function principalStep(situation: PrincipalSituation): PrincipalDecision {
  const { self, register, neighbours, pending, step, hasSeen, now } = situation;
  const { members } = register;
  const dead = members.filter((id) => id !== self && !neighbours.get(id));
  const strayed = members.filter((id) => hasStrayed(id, situation));
  const joining = neighbours
    .fresh(now)
    .filter((pulse) => pending.has(pulse.id) && isOrphan(pulse))
    .map((pulse) => pulse.id);
  const kept = members.filter((id) => !dead.includes(id) && !strayed.includes(id));
  const { chosen, evicted } = chooseCluster(
    [...kept, ...joining],
    self,
    neighbours.adjacency(self),
  );
  const isDeathUnseen =
    dead.length > 0 && !hasSeen('nodeArrived', 'nodeDeparted', 'principalDeparted');
  const isEvictionUnseen = evicted.length > 0 && !hasSeen('peerAdjacencyChanged');
  if (step.canWait && (isDeathUnseen || isEvictionUnseen)) return { kind: 'wait' };
  const target = strayed.length + dead.length === 0 ? mergeTarget(situation) : undefined;
  if (target !== undefined) return { kind: 'merge', principal: target.id };
  if (strayed.length > 0 && chosen.length === 1) return { kind: 'orphan' };
  if (strayed.length === 0 && hasSame(chosen, members)) return { kind: 'keep' };
  return { kind: 'propose', members: chosen };
}

/** Whether a pulse that came at `heardAt` may tell of the time before our own last change. */
export function isStale(heardAt: number, register: Register, timings: Timings): boolean {
  return register.changedAt + 2 * timings.pulseDelay > heardAt;
}

/** A member has strayed when it says, after our last change, that it is elsewhere or nowhere. */
function hasStrayed(id: string, situation: PrincipalSituation): boolean {
  const { self, register, neighbours, timings } = situation;
  const heard = id === self ? undefined : neighbours.get(id);
  if (heard === undefined || isStale(heard.heardAt, register, timings)) return false;
  const { key, succession } = heard.pulse;
  return key !== register.key || !hasSame(succession, register.members);
}

/** The highest principal in sight whose cluster, together with ours, all hear each other. */
function mergeTarget(situation: PrincipalSituation): Pulse | undefined {
  const { self, register, neighbours, timings } = situation;
  const adjacency = neighbours.adjacency(self);
  const isWhole = ({ succession }: Pulse) =>
    chooseCluster([...register.members, ...succession], self, adjacency).evicted.length === 0;
  return neighbours
    .all()
    .filter(({ heardAt }) => !isStale(heardAt, register, timings))
    .map(({ pulse }) => pulse)
    .filter(({ id, succession: [first] }) => first === id && compareIds(id, self) > 0)
    .filter(isWhole)
    .toSorted((a, b) => compareIds(b.id, a.id))[0];
}
