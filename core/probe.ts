import { infoPortOf } from './info-port.ts';
import type { Experiment } from './experiment.ts';
import { nodesOf } from './inventory.ts';
import type { Instance, Inventory } from './inventory.ts';
import type { Plan } from './plan/plan.ts';
import { chosenDials } from './probe/chosen-dials.ts';
import type { Dial } from './probe/dial.ts';
import {
  countedDials,
  hitsQuestions,
  serviceDials,
  serviceViews,
  xdrQuestions,
} from './probe/part-questions.ts';

export {
  countedDials,
  hitsQuestions,
  serviceDials,
  serviceViews,
  xdrQuestions,
} from './probe/part-questions.ts';
export type { XdrQuestion } from './probe/part-questions.ts';
export { counterQuestions } from './probe/counters.ts';
export { lagQuestions } from './probe/lag-questions.ts';
export { guardMsOf } from './probe/windows.ts';
export { firstLookMs, nextLookMs } from './probe/look-times.ts';
export { showsByMs } from './probe/stretches.ts';

/**
 * The questions a run asks, as items for probe.sh (docs: the header of host/probe.sh).
 *
 * Pure and repeatable: the verdict asks this file again which answer meant what.
 */
export interface Question {
  /** Instance id of the vantage: never the machine that is asked about, except for its own view. */
  readonly from: string;
  readonly item: string;
  readonly purpose:
    | 'cut'
    | 'control'
    | 'canary'
    | 'view'
    | 'hits'
    | 'counted'
    | 'service'
    | 'xdr'
    | 'lag'
    | 'counters';
}

/** A question about one connection. */
export interface ConnectionQuestion extends Question {
  /** Instance id of the machine that accepts, or interface id of a bystander. */
  readonly to: string;
  readonly port: number;
  /** Whether the run needs it open before the fault; of others, one that is closed says nothing. */
  readonly needed: boolean;
}

/** What a run knows when it asks. */
export interface Subject {
  readonly experiment: Experiment;
  readonly inventory: Inventory;
  readonly plan: Plan;
  /** Epoch milliseconds from which the plan's parts count; absent while it is not known. */
  readonly injectAt?: number | undefined;
}

/** New connections that the cut must stop, from the machine that would dial. */
export function cutQuestions(subject: Subject): ConnectionQuestion[] {
  return chosenDials(subject).cut.map((dial) => questionOf(dial, 'new', 'cut'));
}

/**
 * New connections that must go on: the cut pairs on other ports, other pairs on the cut ports, clients,
 * XDR destinations, and bystanders that share a group or a subnet which the plan changes.
 */
export function controlQuestions(subject: Subject): ConnectionQuestion[] {
  return chosenDials(subject).control.map((dial) => questionOf(dial, 'new', 'control'));
}

/**
 * Canaries: connections that stand before the fault, those of the cut and some that must live. Only the
 * service port answers questions, so that partitions of other ports have none of their own.
 */
export function canaryQuestions(subject: Subject, verb: 'keep' | 'kept'): ConnectionQuestion[] {
  return chosenDials(subject).canary.map((dial) => questionOf(dial, verb, 'canary'));
}

function questionOf(
  { from, to, address, port, needed }: Dial,
  verb: 'new' | 'keep' | 'kept',
  purpose: Question['purpose'],
): ConnectionQuestion {
  return { from, item: `${verb}/${address}/${port}`, purpose, to, port, needed };
}

/**
 * What is asked of the parts of a plan beside connections: `before` and after the fault how a service and
 * shipping should be, and during it what the hosts' own rules count, too.
 */
export function partQuestions(subject: Subject, when: 'before' | 'during'): Question[] {
  const always = [...serviceDials(subject), ...serviceViews(subject), ...xdrQuestions(subject)];
  return when === 'before'
    ? [...uncounted(subject), ...always]
    : [...hitsQuestions(subject), ...countedDials(subject), ...always];
}

/** Each dial that is counted later, once: whether it was open before. */
function uncounted(subject: Subject): Question[] {
  const dials = countedDials(subject);
  return [...new Map(dials.map((dial) => [`${dial.from} ${dial.item}`, dial])).values()];
}

/** What each node says of its cluster, asked on the node itself at its own address. */
export function viewQuestions(experiment: Experiment, inventory: Inventory): Question[] {
  const nodes = nodesOf(inventory);
  return nodes.map((node) => ({
    from: node.id,
    item: `view/${node.address}/${infoPortOf(experiment)}/${nodes.length}`,
    purpose: 'view',
  }));
}

/** Starts each node's recorder of changes, or reads it back from `since` on. */
export function recorderItem(
  node: Instance,
  experiment: Experiment,
  verb: 'record' | { readonly since: number },
): string {
  const at = `${node.address}/${infoPortOf(experiment)}`;
  return verb === 'record' ? `record/${at}` : `recorded/${at}/${verb.since}`;
}
