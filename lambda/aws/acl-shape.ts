import type {
  CreateNetworkAclEntryCommandInput,
  NetworkAcl as Ec2NetworkAcl,
  NetworkAclEntry,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { AclEntry } from '../../core/inventory.ts';
import type { Tags } from '../gateways.ts';
import { present, tagsOf } from './rule-shape.ts';

/**
 * Network ACLs between EC2's shapes and ours. EC2 says protocols as numbers; ports go with tcp (6) and udp
 * (17) alone, type and code with icmp (1) and icmpv6 (58) alone (API reference, CreateNetworkAclEntry).
 */
const withPorts = new Set(['6', '17']);
const withTypes = new Set(['1', '58']);

/** The highest number that an entry of one's own may have (same page); above it are the final denies. */
const lastNumber = 32_766;

const Id = z.string().min(1);

/** An ACL as DescribeNetworkAcls gives it. @throws ZodError for one that lacks what it must have. */
export function aclOf(acl: Ec2NetworkAcl) {
  const subnets = (acl.Associations ?? []).flatMap(({ SubnetId: id }) => id ?? []);
  return {
    id: Id.parse(acl.NetworkAclId),
    vpcId: Id.parse(acl.VpcId),
    isDefault: acl.IsDefault === true,
    subnetIds: subnets.toSorted(),
    entries: entriesOf(acl),
    tags: tagsOf(acl.Tags),
  };
}

/** An ACL's entries in the order of direction and number, without the final denies. */
function entriesOf({ Entries = [] }: Ec2NetworkAcl): AclEntry[] {
  return Entries.filter(({ RuleNumber = 0 }) => RuleNumber <= lastNumber)
    .map(entryOf)
    .toSorted(byDirectionAndNumber);
}

function entryOf(entry: NetworkAclEntry): AclEntry {
  const { Protocol: protocol = '', PortRange: ports, IcmpTypeCode: icmp } = entry;
  return AclEntry.parse(
    present({
      number: entry.RuleNumber,
      direction: entry.Egress === undefined ? undefined : entry.Egress ? 'egress' : 'ingress',
      action: entry.RuleAction,
      protocol,
      ...(withPorts.has(protocol) ? { fromPort: ports?.From, toPort: ports?.To } : {}),
      ...(withTypes.has(protocol) ? { icmpType: icmp?.Type, icmpCode: icmp?.Code } : {}),
      cidr: entry.CidrBlock ?? entry.Ipv6CidrBlock,
    }),
  );
}

/** An entry to make, for CreateNetworkAclEntry. */
export function entryRequestOf(
  entry: AclEntry,
): Omit<CreateNetworkAclEntryCommandInput, 'NetworkAclId'> {
  const { number, direction, action, protocol, cidr } = entry;
  return {
    RuleNumber: number,
    Egress: direction === 'egress',
    RuleAction: action,
    Protocol: protocol,
    ...(cidr.includes(':') ? { Ipv6CidrBlock: cidr } : { CidrBlock: cidr }),
    ...portsOf(entry),
    ...typeOf(entry),
  };
}

function portsOf({ protocol, fromPort, toPort }: AclEntry) {
  if (!withPorts.has(protocol) || fromPort === undefined || toPort === undefined) return {};
  return { PortRange: { From: fromPort, To: toPort } };
}

function typeOf({ protocol, icmpType, icmpCode }: AclEntry) {
  if (!withTypes.has(protocol) || icmpType === undefined || icmpCode === undefined) return {};
  return { IcmpTypeCode: { Type: icmpType, Code: icmpCode } };
}

/** An ACL that bears tags, as those who look for their own need it. */
export function markedAclOf(acl: Ec2NetworkAcl): { id: string; tags: Tags; entries: AclEntry[] } {
  const { id, tags, entries } = aclOf(acl);
  return { id, tags, entries };
}

function byDirectionAndNumber(left: AclEntry, right: AclEntry): number {
  if (left.direction === right.direction) return left.number - right.number;
  return left.direction === 'ingress' ? -1 : 1;
}
