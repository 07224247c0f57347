import type { Cut } from '../../cut.ts';
import { portNumbersOf } from '../../experiment.ts';
import { admission } from '../../probe/admission.ts';
import type { PartRequest } from '../plan-request.ts';

/**
 * What routes that lead nowhere stop of what was open: a route takes every port, and of those that nodes
 * need not open to each other only what the rules let through can be seen to stop.
 */
export function routeCuts(cuts: readonly Cut[], { experiment, inventory }: PartRequest): Cut[] {
  const { fabric, heartbeat } = portNumbersOf(experiment);
  const admits = admission(inventory);
  const addresses = new Map(inventory.instances.map(({ id, addresses: own }) => [id, own]));
  const party = (id: string): { id: string; addresses: readonly string[] } => ({
    id,
    addresses: addresses.get(id) ?? [],
  });
  return cuts.flatMap(({ from, to, ports }) => {
    const opens = (port: number): boolean =>
      [fabric, heartbeat].includes(port) ||
      from.every((one) => to.every((other) => admits(party(one), party(other), port)));
    const open = ports.filter(opens);
    const partly = ports.filter((port) => !opens(port));
    return [
      { from, to, ports: open },
      ...to.flatMap((other) =>
        partly.map((port) => ({
          from: from.filter((one) => admits(party(one), party(other), port)),
          to: [other],
          ports: [port],
        })),
      ),
    ].filter((cut) => cut.from.length > 0 && cut.ports.length > 0);
  });
}
