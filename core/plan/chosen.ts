import type { ClientCutFault, FaultOf } from '../fault.ts';
import { clientsOf, destinationsOf, nodesOf, roleTag } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { pick } from '../pick.ts';
import { Refusal } from '../refusal.ts';
import type { PlanRequest } from './plan-request.ts';

type Asked = Pick<PlanRequest, 'inventory'>;

/** The named nodes, or all. */
export const chosenNodes = (
  names: readonly string[] | undefined,
  { inventory }: Asked,
): readonly Instance[] => chosen(names, nodesOf(inventory), 'node');

/**
 * The clients a fault names, or all.
 *
 * @throws Refusal where the cluster has none.
 */
export function chosenClients(
  { clients }: ClientCutFault,
  { inventory }: Asked,
): readonly Instance[] {
  const found = chosen(clients, clientsOf(inventory), 'client');
  if (found.length > 0) return found;
  throw new Refusal(
    `Cannot cut clients of "${inventory.cluster}" as an instance must carry the tag ${roleTag}=client: found none`,
  );
}

/**
 * The nodes the cluster ships to that are named, or all.
 *
 * @throws Refusal where there are none.
 */
export function chosenDestinations(
  names: readonly string[] | undefined,
  { inventory }: Asked,
): readonly Instance[] {
  const found = chosen(names, destinationsOf(inventory), 'destination');
  if (found.length > 0) return found;
  throw new Refusal(
    `Cannot cut XDR of "${inventory.cluster}" as an instance must carry the tag ${roleTag}=xdr-destination: found none`,
  );
}

/**
 * The nodes whose service a fault is about.
 *
 * @throws Refusal where no node of the cluster would be left.
 */
export function servedNodes(
  { of, nodes: names, kind }: FaultOf<'service-stop'> | FaultOf<'service-freeze'>,
  inventory: Inventory,
): readonly Instance[] {
  if (of === 'xdr-destinations') return chosenDestinations(names, { inventory });
  const served = chosenNodes(names, { inventory });
  const nodes = nodesOf(inventory);
  if (served.length < nodes.length) return served;
  throw new Refusal(
    `Cannot do ${kind} to ${served.length} nodes as at least one node of "${inventory.cluster}" must go on: found ${nodes.length} in all`,
  );
}

function chosen(
  names: readonly string[] | undefined,
  among: readonly Instance[],
  noun: Parameters<typeof pick>[2],
): readonly Instance[] {
  return names === undefined ? among : pick(names, among, noun);
}
