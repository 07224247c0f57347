/**
 * `npm run bench`: how long planning by security groups takes, and how many calls to EC2 the plan needs, as
 * the cluster grows. Ratios are within this run; times alone say little about another machine.
 */
import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import { parseExperiment } from '../core/experiment.ts';
import { plan } from '../core/plan/plan.ts';
import type { Plan } from '../core/plan/plan.ts';
import { largeInventory } from './large-inventory.ts';

const sizes = [10, 100, 1_000];
const runs = 5;

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
}

function measured(name: string, fault: object, nodes: number): Row {
  const inventory = largeInventory(nodes);
  const mechanism = 'security-group';
  const common = { name: 'bench', cluster: inventory.cluster, mechanism, holdSeconds: 60 };
  const experiment = parseExperiment({ ...common, fault });
  const taken = Array.from({ length: runs }, () => {
    const startedAt = performance.now();
    const made = plan(experiment, inventory, 'bench');
    return { ms: performance.now() - startedAt, calls: made.calls };
  });
  const [median] = taken.toSorted((left, right) => left.ms - right.ms).slice(runs >> 1);
  if (median === undefined)
    throw new RangeError('Cannot measure as runs must be positive: found none');
  return { name, nodes, ...median };
}

function lineOf(row: Row, smaller: Row | undefined): string {
  const ratio = smaller === undefined ? '' : `${(row.ms / smaller.ms).toFixed(1)}x`;
  return [
    row.name.padEnd(12),
    String(row.nodes).padStart(6),
    row.ms.toFixed(1).padStart(9),
    ratio.padStart(7),
    String(row.calls.inject).padStart(8),
    String(row.calls.restore).padStart(8),
  ].join('  ');
}

const [cpu] = cpus();
process.stdout.write(`${new Date().toISOString()}  Node ${process.version}  ${cpu?.model ?? ''}\n`);
process.stdout.write(
  'fault          nodes    ms plan   ratio    inject   restore  (calls to EC2)\n',
);
for (const { name, fault } of faults) {
  measured(name, fault, sizes[0] ?? 10); // The first run of a shape warms up the compiler.
  let smaller: Row | undefined;
  for (const nodes of sizes) {
    const row = measured(name, fault, nodes);
    process.stdout.write(`${lineOf(row, smaller)}\n`);
    smaller = row;
  }
}
