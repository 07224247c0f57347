import * as z from 'zod';
import { addressAt, canonicalAddress, hasAddress } from './cidr.ts';
import { Ec2Error, invalidValue, notFound } from './ec2-error.ts';
import { attachableGroups, existingInterface } from './interface-groups.ts';
import type { Interface, Subnet } from './model.ts';
import type { Ec2State } from './state.ts';
import { TagSpecifications, tagsAtBirth } from './tags.ts';
import { interfaceView } from './views.ts';

const CreateRequest = z.strictObject({
  SubnetId: z.string(),
  Description: z.string().default(''),
  Groups: z.array(z.string()).optional(),
  PrivateIpAddress: z.string().optional(),
  Ipv6Addresses: z
    .array(z.strictObject({ Ipv6Address: z.string() }))
    .max(1)
    .optional(),
  ClientToken: z.string().optional(),
  TagSpecifications,
  DryRun: z.boolean().optional(),
});

/**
 * `CreateNetworkInterface`: attached to nothing, under the groups asked for or the VPC's default one.
 * Addresses that are not asked for are the lowest free ones, past the four that AWS keeps.
 *
 * Source: the API reference; EC2 error codes.
 */
export function createNetworkInterface(state: Ec2State, input: unknown) {
  const request = CreateRequest.parse(input);
  const subnet = state.subnets.get(request.SubnetId);
  if (subnet === undefined) throw notFound.subnet(request.SubnetId);
  const tags = tagsAtBirth(request.TagSpecifications, 'network-interface');
  const groupIds = attachableGroups(
    state,
    request.Groups ?? defaultGroup(state, subnet),
    subnet.vpcId,
  );
  const one = state.once<Interface>('eni', state.interfaces, {
    token: request.ClientToken,
    make: (id) => ({
      id,
      subnetId: subnet.id,
      vpcId: subnet.vpcId,
      zone: subnet.zone,
      ...addressesOf(state, subnet, request),
      macAddress: `0a:${id.slice(-10).replace(/..\B/g, '$&:')}`,
      groupIds,
      description: request.Description,
      tags,
    }),
  });
  return { NetworkInterface: interfaceView(state, one), ClientToken: request.ClientToken };
}

function defaultGroup(state: Ec2State, { vpcId }: Subnet): string[] {
  const groups = [...state.groups.values()];
  return groups.filter((one) => one.vpcId === vpcId && one.name === 'default').map(({ id }) => id);
}

function addressesOf(
  state: Ec2State,
  subnet: Subnet,
  { PrivateIpAddress, Ipv6Addresses = [] }: z.infer<typeof CreateRequest>,
): Pick<Interface, 'address' | 'address6'> {
  const address = freeAddress(state, subnet, PrivateIpAddress);
  const [wanted] = Ipv6Addresses;
  if (wanted === undefined) return { address };
  return { address, address6: wantedAddress6(wanted.Ipv6Address, subnet) };
}

function freeAddress(state: Ec2State, subnet: Subnet, wanted: string | undefined): string {
  const taken = new Set(
    [...state.interfaces.values()]
      .filter(({ subnetId }) => subnetId === subnet.id)
      .map(({ address }) => address),
  );
  if (wanted === undefined) return lowestFree(subnet, taken);
  if (!hasAddress(subnet.cidr, wanted)) throw outside(wanted, subnet);
  if (!taken.has(wanted)) return wanted;
  throw new Ec2Error(
    'InvalidIPAddress.InUse',
    `The specified address ${wanted} is already in use.`,
  );
}

function lowestFree(subnet: Subnet, taken: ReadonlySet<string>): string {
  for (let index = 4; ; index += 1) {
    const address = addressAt(subnet.cidr, index);
    if (!hasAddress(subnet.cidr, addressAt(subnet.cidr, index + 1))) {
      throw new Ec2Error(
        'InsufficientFreeAddressesInSubnet',
        `The specified subnet does not have enough free addresses: ${subnet.id}`,
      );
    }
    if (!taken.has(address)) return address;
  }
}

function wantedAddress6(wanted: string, subnet: Subnet): string {
  if (subnet.cidr6 === undefined || !hasAddress(subnet.cidr6, wanted))
    throw outside(wanted, subnet);
  return canonicalAddress(wanted);
}

function outside(address: string, subnet: Subnet): Ec2Error {
  return invalidValue(
    `Address ${address} does not fall within the subnet's address range: ${subnet.id}`,
  );
}

const DeleteRequest = z.strictObject({
  NetworkInterfaceId: z.string(),
  DryRun: z.boolean().optional(),
});

/** `DeleteNetworkInterface`: only one that is attached to nothing. Source: the API reference; EC2 error codes. */
export function deleteNetworkInterface(state: Ec2State, input: unknown): object {
  const one = existingInterface(state, DeleteRequest.parse(input).NetworkInterfaceId);
  if (one.instanceId !== undefined) {
    throw new Ec2Error(
      'InvalidNetworkInterface.InUse',
      `The network interface '${one.id}' is currently in use.`,
    );
  }
  state.interfaces.delete(one.id);
  return {};
}
