import type { PortName } from '../aerospike.ts';
import { numbersOf } from '../experiment.ts';
import type { OneExperiment } from '../experiment-parts.ts';
import type { Inventory } from '../inventory.ts';
import type { Window } from '../step.ts';

/** What every planner is given. `ports` are the numbers of the fault's ports, ascending, each once. */
export interface PlanRequest {
  readonly experiment: OneExperiment;
  readonly inventory: Inventory;
  readonly runId: string;
  readonly ports: readonly number[];
}

/** What planners for hosts are given: one fault of several, and when it is on. */
export interface PartRequest extends PlanRequest {
  readonly part: number;
  readonly window: Window;
}

/**
 * The numbers of the listeners that a fault is about, TLS twins included. A fault of the server itself
 * names none.
 */
export const portsOfFault = (experiment: OneExperiment): number[] =>
  numbersOf(portNamesOf(experiment), experiment);

/**
 * The listeners that a fault is about, by name. A route leads all there are nowhere, of which admin is
 * there only where somebody said so.
 */
export function portNamesOf(experiment: OneExperiment): readonly PortName[] {
  const { fault } = experiment;
  switch (fault.kind) {
    case 'partition':
      return fault.ports ?? usualPortsBy(experiment);
    case 'client-cut':
    case 'xdr-cut':
    case 'link-down':
    case 'reroute':
      return fault.ports;
    case 'xdr-pause':
    case 'service-stop':
    case 'service-freeze':
      return [];
  }
}

function usualPortsBy({ mechanism, portNumbers = {} }: OneExperiment): PortName[] {
  if (mechanism !== 'route') return ['fabric', 'heartbeat'];
  const admin = portNumbers !== 'node' && portNumbers.admin !== undefined;
  return ['service', 'fabric', 'heartbeat', ...(admin ? (['admin'] as const) : [])];
}
