import type { Interface, Inventory } from '../inventory.ts';
import { admits } from '../plan/reachability.ts';
import type { Flow } from '../plan/reachability.ts';
import { isSix } from './dial.ts';
import type { Party } from './dial.ts';

/** Whether the rules of the inventory let one party dial another on a port, by either family. */
export function admission(inventory: Inventory): (from: Party, to: Party, port: number) => boolean {
  const flows = flowsIn(inventory);
  return (from, to, port) => flows(from, to, port).some((flow) => admits(inventory, flow));
}

/** The ways from one party to another, one for each family that both have an address of. */
export function flowsIn({
  interfaces,
}: Pick<Inventory, 'interfaces'>): (from: Party, to: Party, port: number) => Flow[] {
  const byOwner = new Map<string, Interface>();
  for (const one of interfaces) {
    for (const address of one.addresses) {
      for (const owner of [one.id, one.instanceId ?? one.id]) {
        byOwner.set(`${owner}/${address}`, one);
      }
    }
  }
  return (from, to, port) =>
    from.addresses.flatMap((address) =>
      to.addresses
        .filter((toAddress) => isSix(toAddress) === isSix(address))
        .flatMap((toAddress) => {
          const receiver = byOwner.get(`${to.id}/${toAddress}`);
          const sender = { interface: byOwner.get(`${from.id}/${address}`), address };
          if (receiver === undefined) return [];
          return [{ from: sender, to: receiver, toAddress, protocol: 'tcp' as const, port }];
        }),
    );
}
