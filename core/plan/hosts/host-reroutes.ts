import type { FaultOf } from '../../fault.ts';
import { nodesOf } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { HostReroute } from '../../step.ts';
import { addressesOf } from '../../surveyed.ts';
import type { PartRequest } from '../plan-request.ts';
import type { FaultCuts } from '../request-cuts.ts';
import { editsOf } from './edits.ts';
import type { Edit } from './edits.ts';
import { byFilter, hostStep, peerAddresses, shareOf } from './host-step.ts';

/** Each host that dials the peer is made to dial another address instead, or for a share. */
export function hostReroutes(
  fault: FaultOf<'reroute'>,
  cuts: FaultCuts,
  request: PartRequest,
): HostReroute[] {
  const edits = editsOf(request, cuts);
  refuseStrange(fault, edits, request);
  return edits.map((edit) => hostReroute(edit, fault, request));
}

function hostReroute(
  { host, peers: [peer] }: Edit,
  { to, source }: FaultOf<'reroute'>,
  request: PartRequest,
): HostReroute {
  const dialled = peer === undefined ? [] : peerAddresses(host, [peer], request);
  const peers = dialled.filter((address) => address !== to && isSix(address) === isSix(to));
  if (peers.length === 0) {
    throw new Refusal(
      `Cannot turn what ${host.name} dials to ${to} as the peer must have another address of that family: found ${dialled.join(', ') || 'none'}`,
    );
  }
  const share = shareOf(request.experiment) || 'new connections on ';
  const bearing = source === undefined ? '' : ` from ${source}`;
  const does = `turn ${share}ports ${request.ports.join(', ')} of ${peer?.name ?? to} to ${to}${bearing}`;
  return {
    ...hostStep('host-reroute', { host, does }, request),
    ...byFilter(host, request),
    peers,
    ports: [...request.ports],
    to,
    ...(source !== undefined && { source }),
  };
}

/** Where it goes, whence it comes and who dials must all be known, and nobody may dial itself. */
function refuseStrange(
  { to, source, peer }: FaultOf<'reroute'>,
  edits: readonly Edit[],
  { inventory }: PartRequest,
): void {
  const owner = nodesOf(inventory).find((node) => addressesOf(node, inventory).includes(to));
  if (owner === undefined) {
    throw new Refusal(
      `Cannot turn connections to ${to} as it must be an address of a node: found no node that has it`,
    );
  }
  if (edits.length === 0) {
    throw new Refusal(
      `Cannot turn what is dialled to ${peer} to ${to} as a third node must dial: found none`,
    );
  }
  const itself = edits.find(({ host, peers }) => host === owner || peers.includes(host))?.host;
  if (itself !== undefined) {
    throw new Refusal(
      `Cannot turn what ${itself.name} dials to ${peer} as a node must dial others than itself: found ${to} to be its own`,
    );
  }
  const strange = edits.find(
    ({ host }) => source !== undefined && !addressesOf(host, inventory).includes(source),
  )?.host;
  if (strange === undefined) return;
  throw new Refusal(
    `Cannot give connections of ${strange.name} the source ${source} as it must be an address of every node that dials: found it is not`,
  );
}

const isSix = (address: string): boolean => address.includes(':');
