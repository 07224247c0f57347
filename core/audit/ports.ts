import { usualPorts } from '../aerospike.ts';
import { nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { nodeSurveyOf } from '../surveyed.ts';
import type { AuditPort } from './audit.ts';
import { listenerNames } from './request.ts';

type Numbers = Readonly<Record<string, number>>;

/** Every listener of the cluster by its nodes' own word, each number once; the usual ones where none told. */
export function portsOf(inventory: Inventory, servicePort: number): AuditPort[] {
  const told = nodesOf(inventory).flatMap(({ id }): Numbers[] => {
    const ports = nodeSurveyOf(id, inventory)?.ports;
    return ports === undefined ? [] : [ports];
  });
  const words: Numbers[] = told.length > 0 ? told : [{ ...usualPorts, service: servicePort }];
  const all = listenerNames.flatMap((name) =>
    words.flatMap((ports) => {
      const port = ports[name];
      return port === undefined ? [] : [{ name, port }];
    }),
  );
  return all.filter(({ port }, index) => all.findIndex((one) => one.port === port) === index);
}

/** Those of the ports that a host is dialled on: what its node says, or all where it does not say. */
export function portsAt(
  to: Instance,
  ports: readonly AuditPort[],
  inventory: Inventory,
): AuditPort[] {
  const own = nodeSurveyOf(to.id, inventory)?.ports;
  const numbers = new Set(Object.values(own ?? {}));
  return ports.filter(
    ({ name, port }) =>
      (own === undefined || numbers.has(port)) &&
      (to.role === 'node' || name === 'service' || name === 'tlsService'),
  );
}
