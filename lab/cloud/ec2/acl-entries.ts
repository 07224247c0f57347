import * as z from 'zod';
import { existingAcl } from './acls.ts';
import { canonicalCidr } from './cidr.ts';
import { Ec2Error, invalidValue } from './ec2-error.ts';
import type { AclEntry, NetworkAcl } from './model.ts';
import { PROTOCOL_NUMBERS } from './permission.ts';
import type { Ec2State } from './state.ts';

const EntryPlace = {
  NetworkAclId: z.string(),
  RuleNumber: z.int(),
  Egress: z.boolean(),
  DryRun: z.boolean().optional(),
};
const EntryRequest = z.strictObject({
  ...EntryPlace,
  Protocol: z.string(),
  RuleAction: z.enum(['allow', 'deny']),
  CidrBlock: z.string().optional(),
  Ipv6CidrBlock: z.string().optional(),
  PortRange: z.strictObject({ From: z.int(), To: z.int() }).optional(),
  IcmpTypeCode: z.strictObject({ Type: z.int(), Code: z.int() }).optional(),
});
type EntryRequest = z.infer<typeof EntryRequest>;

/**
 * `CreateNetworkAclEntry`: one entry under a number that its direction does not have yet.
 *
 * Source: the API reference; EC2 error codes; Amazon VPC quotas.
 */
export function createNetworkAclEntry(state: Ec2State, input: unknown): object {
  const request = EntryRequest.parse(input);
  const acl = existingAcl(state, request.NetworkAclId);
  const entry = entryOf(request);
  if (acl.entries.some((one) => samePlace(one, entry))) {
    throw new Ec2Error(
      'NetworkAclEntryAlreadyExists',
      `The network acl entry identified by ${entry.number} already exists.`,
    );
  }
  refuseOverQuota(acl, entry, state);
  write(state, acl, [...acl.entries, entry]);
  return {};
}

/** `ReplaceNetworkAclEntry`: another entry under a number that is there. Source: the API reference. */
export function replaceNetworkAclEntry(state: Ec2State, input: unknown): object {
  const request = EntryRequest.parse(input);
  const acl = existingAcl(state, request.NetworkAclId);
  const entry = entryOf(request);
  const others = without(acl, entry);
  refuseOverQuota({ ...acl, entries: others }, entry, state);
  write(state, acl, [...others, entry]);
  return {};
}

const DeleteRequest = z.strictObject(EntryPlace);

/** `DeleteNetworkAclEntry`. Source: the API reference; EC2 error codes. */
export function deleteNetworkAclEntry(state: Ec2State, input: unknown): object {
  const { NetworkAclId, RuleNumber: number, Egress: egress } = DeleteRequest.parse(input);
  const acl = existingAcl(state, NetworkAclId);
  write(state, acl, without(acl, { number, egress }));
  return {};
}

type Place = Pick<AclEntry, 'number' | 'egress'>;

function samePlace(left: Place, right: Place): boolean {
  return left.number === right.number && left.egress === right.egress;
}

function without({ id, entries }: NetworkAcl, place: Place): AclEntry[] {
  const others = entries.filter((entry) => !samePlace(entry, place));
  if (others.length < entries.length) return others;
  throw new Ec2Error(
    'InvalidNetworkAclEntry.NotFound',
    `The network acl '${id}' has no ${place.egress ? 'egress' : 'ingress'} entry ${place.number}`,
  );
}

function write(state: Ec2State, acl: NetworkAcl, entries: readonly AclEntry[]): void {
  const ordered = entries.toSorted(
    (left, right) => Number(left.egress) - Number(right.egress) || left.number - right.number,
  );
  state.networkAcls.set(acl.id, { ...acl, entries: ordered });
}

/** 20 entries by default for each direction and family, the final deny among them. Source: Amazon VPC quotas. */
function refuseOverQuota({ entries }: NetworkAcl, entry: AclEntry, { quotas }: Ec2State): void {
  const family = isIPv6(entry.cidr);
  const beside = entries.filter(
    ({ egress, cidr }) => egress === entry.egress && isIPv6(cidr) === family,
  );
  if (beside.length + 2 <= quotas.entriesPerAcl) return;
  throw new Ec2Error(
    'NetworkAclEntryLimitExceeded',
    'The maximum number of network acl entries has been reached.',
  );
}

function isIPv6(cidr: string): boolean {
  return cidr.includes(':');
}

function entryOf(request: EntryRequest): AclEntry {
  const { RuleNumber: number, Egress: egress, RuleAction: action } = request;
  if (number < 1 || number > 32_766) {
    throw invalidValue(`Value (${number}) for parameter ruleNumber is invalid.`);
  }
  const cidr = entryCidr(request);
  const protocol = protocolNumber(request.Protocol);
  return { number, egress, action, protocol, cidr, ...entryPorts(request, protocol, cidr) };
}

function entryCidr({ CidrBlock, Ipv6CidrBlock }: EntryRequest): string {
  const given = CidrBlock ?? Ipv6CidrBlock;
  if (given === undefined || (CidrBlock !== undefined && Ipv6CidrBlock !== undefined)) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'You must specify exactly one of cidrBlock and ipv6CidrBlock',
    );
  }
  const cidr = canonicalCidr(given, CidrBlock === undefined ? 6 : 4);
  if (cidr === undefined) throw invalidValue(`CIDR block ${given} is malformed`);
  return cidr;
}

function protocolNumber(text: string): string {
  const number = PROTOCOL_NUMBERS[text.toLowerCase()] ?? text;
  if (number === '-1' || (/^\d{1,3}$/.test(number) && Number(number) <= 255)) return number;
  throw invalidValue(`Invalid value '${text}' for IP protocol. Unknown protocol.`);
}

/** The ports or the type and code that count: others are ignored, missing ones refused (API reference). */
function entryPorts(
  { PortRange, IcmpTypeCode }: EntryRequest,
  protocol: string,
  cidr: string,
): Pick<AclEntry, 'ports' | 'icmp'> {
  if (protocol === '6' || protocol === '17') {
    if (PortRange === undefined) throw missing('portRange');
    const { From, To } = PortRange;
    if (From < 0 || To > 65_535 || From > To) {
      throw invalidValue(`Invalid TCP/UDP port range (${From}:${To})`);
    }
    return { ports: [From, To] };
  }
  if (protocol === '1' || (protocol === '58' && isIPv6(cidr))) {
    if (IcmpTypeCode === undefined) throw missing('icmpTypeCode');
    return { icmp: [IcmpTypeCode.Type, IcmpTypeCode.Code] };
  }
  return {};
}

function missing(parameter: string): Ec2Error {
  return new Ec2Error('MissingParameter', `The request must contain the parameter ${parameter}`);
}
