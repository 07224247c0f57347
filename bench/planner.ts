import { performance } from 'node:perf_hooks';
import { parseExperiment } from '../core/experiment.ts';
import { plan } from '../core/plan/plan.ts';
import type { Plan } from '../core/plan/plan.ts';
import { refuseTooManyCalls } from '../core/plan/security-group/calls.ts';
import { Refusal } from '../core/refusal.ts';
import { usualTiming } from '../core/timing.ts';
import { injectAndRestore } from './inject-and-restore.ts';
import type { Taken } from './inject-and-restore.ts';
import { largeInventory } from './large-inventory.ts';

const sizes = [10, 100, 1_000];
const runs = 15;

const faults = [
  { name: 'client-cut', fault: { kind: 'client-cut' } },
  { name: 'isolate 1', fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } } },
  { name: 'halves', fault: { kind: 'partition', topology: { kind: 'halves' } } },
  { name: 'zones', fault: { kind: 'partition', topology: { kind: 'zones' } } },
];

interface Row {
  readonly name: string;
  readonly nodes: number;
  readonly ms: number;
  readonly calls: Plan['calls'];
  /** Undefined where a run would refuse the plan for its calls. */
  readonly taken: Taken | undefined;
}

async function measured(name: string, fault: object, nodes: number): Promise<Row> {
  const inventory = largeInventory(nodes);
  const mechanism = 'security-group';
  const common = { name: 'bench', cluster: inventory.cluster, mechanism, holdSeconds: 60 };
  const experiment = parseExperiment({ ...common, fault });
  const times = Array.from({ length: runs }, () => {
    const startedAt = performance.now();
    plan(experiment, inventory, 'bench');
    return performance.now() - startedAt;
  });
  const made = plan(experiment, inventory, 'bench');
  const [ms = Number.NaN] = times.toSorted((left, right) => left - right).slice(runs >> 1);
  const taken = isTooMuch(made.calls)
    ? undefined
    : await injectAndRestore(experiment, inventory, made);
  return { name, nodes, ms, calls: made.calls, taken };
}

function isTooMuch(calls: Plan['calls']): boolean {
  try {
    refuseTooManyCalls(calls, usualTiming);
    return false;
  } catch (error) {
    if (error instanceof Refusal) return true;
    throw error;
  }
}

const seconds = (value: number | undefined): string =>
  value === undefined ? 'refused' : (value / 1_000).toFixed(2);

function lineOf({ name, nodes, ms, calls, taken }: Row, smaller: Row | undefined): string {
  const ratio = smaller === undefined ? '' : `${(ms / smaller.ms).toFixed(1)}x`;
  return [
    name.padEnd(11),
    String(nodes).padStart(5),
    ms.toFixed(1).padStart(8),
    ratio.padStart(6),
    String(calls.inject).padStart(7),
    seconds(taken?.injectMs).padStart(8),
    String(calls.restore).padStart(8),
    seconds(taken?.restoreMs).padStart(9),
    taken === undefined ? '' : `${taken.injectCalls} + ${taken.restoreCalls}`,
  ].join('  ');
}

/**
 * The planner's part of `npm run bench`: how long planning, injecting and restoring by security groups take, and
 * how many calls to EC2, as the cluster grows. Ratios are within this run; times alone say little about another
 * machine. Inject and restore run against the lab's EC2 and are paced by the throttling of the real one.
 */
export async function benchPlanner(): Promise<void> {
  process.stdout.write(
    'fault        nodes  plan ms   ratio   calls  inject s    calls  restore s  calls seen\n',
  );
  for (const { name, fault } of faults) {
    let smaller: Row | undefined;
    await measured(name, fault, 10); // The first run of a shape warms up the compiler.
    for (const nodes of sizes) {
      const row = await measured(name, fault, nodes);
      process.stdout.write(`${lineOf(row, smaller)}\n`);
      smaller = row;
    }
  }
}
