import type { Cut } from '../../core/cut.ts';
import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import type { Instance, Inventory } from '../../core/inventory.ts';
import type { Plan, Prediction } from '../../core/plan/plan.ts';
import type { Subject } from '../../core/probe.ts';
import { aNode } from './inventories.ts';

/** A cut by short names: `a cut of 'n1,n2' from 'n3'`, ports after. */
export const aCut = (from: string, to: string, ...ports: number[]): Cut => ({
  from: idsOf(from),
  to: idsOf(to),
  ports,
});

/** Both directions of a cut. */
export const bothWays = (from: string, to: string, ...ports: number[]): Cut[] => [
  aCut(from, to, ...ports),
  aCut(to, from, ...ports),
];

const idsOf = (names: string): string[] => names.split(',').map((name) => `i-${name}`);

/** A plan written out by hand, so that a verdict is tested without a planner. */
export function aPlan(
  cuts: readonly Cut[],
  prediction: Partial<Prediction>,
  changes: Partial<Plan> = {},
): Plan {
  return {
    runId: 'run1',
    steps: [],
    cuts: [...cuts],
    targets: cuts[0]?.from ?? [],
    hosts: [],
    calls: { inject: 0, restore: 0 },
    prediction: { clusterSizes: [3], connections: 'full', falls: [...cuts], ...prediction },
    warnings: [],
    ...changes,
  };
}

/** What a run knows, with such a plan. */
export const aSubjectOf = (experiment: Experiment, inventory: Inventory, plan: Plan): Subject => ({
  experiment,
  inventory,
  plan,
});

/** An instance with an IPv6 address beside its own: 10.0.1.10 has fd00::1:a. */
export function withSix(instance: Instance): Instance {
  const [, , third = '0', last = '0'] = instance.address.split('.');
  const six = `fd00::${third}:${Number(last).toString(16)}`;
  return { ...instance, addresses: [instance.address, six] };
}

/** A node of another cluster, to which this one ships. */
export function aDestination(n: number): Instance {
  const address = `10.0.2.${n}`;
  const groupIds = ['sg-far'];
  return {
    ...aNode(n, { id: `i-d${n}`, name: `d${n}`, role: 'xdr-destination', groupIds }),
    address,
    addresses: [address],
  };
}

export const anXdrCut = (): Experiment =>
  parseExperiment({
    name: 'cut-xdr',
    cluster: 'orders',
    fault: { kind: 'xdr-cut' },
    mechanism: 'security-group',
    holdSeconds: 15,
  });
