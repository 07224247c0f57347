import { parseExperiment } from '../../../../core/experiment.ts';
import type { Instance, Inventory } from '../../../../core/inventory.ts';
import { plan } from '../../../../core/plan/plan.ts';
import type { Plan } from '../../../../core/plan/plan.ts';
import { aClient, aGroup, anInventory, groupPeer, someNodes, tcp } from '../../inventories.ts';
import { aDestination } from '../../plans.ts';
import { surveyed } from '../../surveys.ts';

/** Three nodes, two clients, one destination; every host was asked and said that all is well. */
export const all: Inventory = surveyed(
  anInventory({
    instances: [...someNodes(3), aClient(1), aClient(2), aDestination(1)],
    groups: [
      aGroup('nodes', [tcp('3000-3002', groupPeer('sg-nodes'))]),
      aGroup('clients', []),
      aGroup('far', []),
    ],
  }),
);

/** The inventory with another machine in the place of the one of that id. */
export function withInstance(id: string, changes: Partial<Instance>, of = all): Inventory {
  const instances = of.instances.map((one) => (one.id === id ? { ...one, ...changes } : one));
  return { ...of, instances };
}

/** What is planned for a fault, by iptables for 24 s where nothing else is said. */
export function planned(fault: object, changes: object = {}, inventory = all): Plan {
  const experiment = parseExperiment({
    name: 'any',
    cluster: 'orders',
    fault,
    mechanism: 'iptables',
    holdSeconds: 24,
    ...changes,
  });
  return plan(experiment, inventory, 'run1');
}

export const says = ({ steps }: Plan): string[] => steps.map((step) => step.says);

export const isolation = { kind: 'partition', topology: { kind: 'isolate', count: 1 } };
