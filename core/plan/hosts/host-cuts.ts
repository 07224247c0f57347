import type { FaultOf } from '../../fault.ts';
import type { Instance } from '../../inventory.ts';
import { Refusal } from '../../refusal.ts';
import type { HostCut } from '../../step.ts';
import { addressesOf } from '../../surveyed.ts';
import type { PartRequest } from '../plan-request.ts';
import type { FaultCuts } from '../request-cuts.ts';
import { editsOf } from './edits.ts';
import type { Edit } from './edits.ts';
import { byFilter, hostStep, peerAddresses, shareOf } from './host-step.ts';
import { someNames } from './words.ts';

/** Each edited host stops exactly those it is cut from, by its packet filter. */
export function hostCuts(request: PartRequest, fault: FaultCuts): HostCut[] {
  return editsOf(request, fault).map((edit) => hostCut(edit, request));
}

function hostCut({ host, peers }: Edit, request: PartRequest): HostCut {
  const { experiment, ports } = request;
  const { packets, direction, fault } = experiment;
  const addresses = peerAddresses(host, peers, request);
  if (packets === 'proto-unreachable') refuseSix(host, addresses);
  const local = fault.kind === 'link-down' ? localOf(host, fault, request) : undefined;
  const does = [
    answer[packets] ?? `answer ${packets} to`,
    `${shareOf(experiment)}ports ${ports.join(', ')}`,
    direction === 'both' ? 'from and to' : 'dialled from',
    someNames(peers.map(({ name }) => name)),
  ];
  const over =
    local === undefined ? '' : ` over ${'device' in local ? local.device : local.address}`;
  return {
    ...hostStep('host-cut', { host, does: `${does.join(' ')}${over}` }, request),
    ...byFilter(host, request),
    peers: addresses,
    ports: [...ports],
    packets,
    direction,
    ...(local !== undefined && { local }),
  };
}

const answer: Readonly<Partial<Record<HostCut['packets'], string>>> = {
  drop: 'drop',
  reject: 'reject',
  'tcp-reset': 'reset',
};

/** IPv6 has no protocol-unreachable. */
function refuseSix(host: Instance, addresses: readonly string[]): void {
  const six = addresses.find((address) => address.includes(':'));
  if (six === undefined) return;
  throw new Refusal(
    `Cannot answer proto-unreachable on ${host.name} as its peers must have addresses of IPv4 alone: found ${six}`,
  );
}

function localOf(
  host: Instance,
  { address, device }: FaultOf<'link-down'>,
  { inventory }: PartRequest,
): HostCut['local'] {
  if (device !== undefined) return { device };
  const own = addressesOf(host, inventory);
  if (address !== undefined && own.includes(address)) return { address };
  throw new Refusal(
    `Cannot take down a link of ${host.name} as the address must be one of its own: found ${address ?? 'none'} where it has ${own.join(', ')}`,
  );
}
