import { within } from '../cut.ts';
import type { Connection } from '../cut.ts';
import type { Plan, PlanPart } from '../plan/plan.ts';
import { isHostStep } from '../step.ts';
import type { HostCut, HostStep } from '../step.ts';
import { partsOf } from './windows.ts';

/** The steps on hosts that make a part. */
export const stepsOfPart = ({ steps }: Plan, { part }: PlanPart): HostStep[] =>
  steps.filter(isHostStep).filter((step) => (step.part ?? 0) === part);

/** The parts that stop connections, which is what a plan without parts does, too. */
export const cutPartsOf = (plan: Plan): PlanPart[] =>
  partsOf(plan).filter(({ kind }) => kind === 'cut');

/** One link of a host that a part takes: instance id → its own address on it, or the device. */
export type Links = ReadonlyMap<string, NonNullable<HostCut['local']>>;

/** The links that a part takes; none where it takes machines from each other whole. */
export function linksOf(plan: Plan, part: PlanPart): Links {
  return new Map(
    stepsOfPart(plan, part).flatMap((step) =>
      step.kind === 'host-cut' && step.local !== undefined
        ? [[step.instanceId, step.local] as const]
        : [],
    ),
  );
}

/**
 * Whether a connection is none that must go on: one that any part stops or turns, whatever the time, any
 * of a pair that has no route, and any to a machine whose service is held.
 */
export function touchedBy(plan: Plan): (connection: Connection) => boolean {
  const parts = partsOf(plan);
  const isCut = within([...plan.cuts, ...parts.flatMap(({ cuts }) => cuts)]);
  const held = new Set(
    parts.filter(({ kind }) => kind === 'service').flatMap(({ targets }) => targets),
  );
  const apart = pairsWithoutRoute(plan);
  return (connection) =>
    isCut(connection) ||
    held.has(connection.to) ||
    apart.has(`${connection.from} ${connection.to}`) ||
    apart.has(`${connection.to} ${connection.from}`);
}

/** A route to nowhere takes every port of a pair, both ways: what comes in is not answered either. */
function pairsWithoutRoute(plan: Plan): Set<string> {
  const parts = partsOf(plan).filter((part) =>
    stepsOfPart(plan, part).some(({ kind }) => kind === 'host-route'),
  );
  return new Set(
    parts
      .flatMap(({ cuts }) => cuts)
      .flatMap(({ from, to }) => from.flatMap((here) => to.map((there) => `${here} ${there}`))),
  );
}
