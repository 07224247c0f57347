import { connectionsOf } from './cut.ts';
import { portNumbersOf } from './experiment.ts';
import type { Experiment } from './experiment.ts';
import { nodesOf } from './inventory.ts';
import type { Instance, Inventory } from './inventory.ts';
import type { Plan } from './plan/plan.ts';

/**
 * The questions a run asks, as items for probe.sh (docs: the header of host/probe.sh).
 *
 * Pure and repeatable: the verdict asks this file again which answer meant what.
 */
export interface Question {
  /** Instance id of the vantage: never the machine that is asked about, except for its own view. */
  readonly from: string;
  readonly item: string;
  readonly purpose: 'cut' | 'control' | 'canary' | 'view';
}

/** What a run knows when it asks. */
export interface Subject {
  readonly experiment: Experiment;
  readonly inventory: Inventory;
  readonly plan: Plan;
}

/** Most connections tried from one vantage, so that its answer stays under SSM's 2,500 characters. */
const triesPerVantageMax = 12;

/** New connections that the cut must stop, from the machine that would dial. */
export function cutQuestions({ inventory, plan }: Subject): Question[] {
  const questions = connectionsOf(plan.cuts).map(({ from, to, port }) => ({
    from,
    item: `new/${addressOf(to, inventory)}/${port}`,
    purpose: 'cut' as const,
  }));
  return limited(questions);
}

/** New connections that must go on: another port between the same machines, or other machines. */
export function controlQuestions(subject: Subject): Question[] {
  return limited(
    controlPairs(subject).map(({ from, to, port }) => ({
      from: from.id,
      item: `new/${to.address}/${port}`,
      purpose: 'control',
    })),
  );
}

function controlPairs({ experiment, inventory, plan }: Subject): Pair[] {
  const { service, fabric, heartbeat } = portNumbersOf(experiment);
  const nodes = nodesOf(inventory);
  const between = (port: number): Pair[] => pairs(nodes, nodes).map((pair) => ({ ...pair, port }));
  if (experiment.fault.kind === 'client-cut') return between(fabric);
  const cutPorts = new Set(plan.cuts.flatMap(({ ports }) => ports));
  const uncut = [service, fabric, heartbeat].find((port) => !cutPorts.has(port));
  return uncut === undefined ? [] : between(uncut);
}

interface Pair {
  readonly from: Instance;
  readonly to: Instance;
  readonly port: number;
}

function pairs(from: readonly Instance[], to: readonly Instance[]): Omit<Pair, 'port'>[] {
  return from.flatMap((source) =>
    to.filter((target) => target !== source).map((target) => ({ from: source, to: target })),
  );
}

/** Canaries: connections that stand before the fault. Only the service port answers questions. */
export function canaryQuestions(subject: Subject, verb: 'keep' | 'kept'): Question[] {
  const service = portNumbersOf(subject.experiment).service;
  if (subject.experiment.fault.kind !== 'client-cut') return [];
  const questions = connectionsOf(subject.plan.cuts)
    .filter(({ port }) => port === service)
    .map(({ from, to, port }) => ({
      from,
      item: `${verb}/${addressOf(to, subject.inventory)}/${port}`,
      purpose: 'canary' as const,
    }));
  return limited(questions);
}

/** What each node says of its cluster, asked on the node itself at its own address. */
export function viewQuestions(experiment: Experiment, inventory: Inventory): Question[] {
  const nodes = nodesOf(inventory);
  return nodes.map((node) => ({
    from: node.id,
    item: `view/${node.address}/${portNumbersOf(experiment).service}/${nodes.length}`,
    purpose: 'view',
  }));
}

/** Starts each node's recorder of changes, or reads it back from `since` on. */
export function recorderItem(
  node: Instance,
  experiment: Experiment,
  verb: 'record' | { readonly since: number },
): string {
  const at = `${node.address}/${portNumbersOf(experiment).service}`;
  return verb === 'record' ? `record/${at}` : `recorded/${at}/${verb.since}`;
}

function addressOf(instanceId: string, { instances }: Inventory): string {
  return instances.find(({ id }) => id === instanceId)?.address ?? instanceId;
}

function limited(questions: readonly Question[]): Question[] {
  const asked = new Map<string, number>();
  return questions.filter(({ from }) => {
    const count = asked.get(from) ?? 0;
    asked.set(from, count + 1);
    return count < triesPerVantageMax;
  });
}
