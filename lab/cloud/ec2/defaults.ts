import type { AclEntry, NetworkAcl, Quotas, Vpc } from './model.ts';

/** What EC2 gives without being asked: default quotas, and the network ACL of a new VPC. */

const DEFAULT_QUOTAS: Quotas = { rulesPerGroup: 60, groupsPerInterface: 5, entriesPerAcl: 20 };

/**
 * The quotas with those of `wanted` in place of the defaults. Throws where groups per interface
 * times rules per group exceed 1,000, which AWS grants nobody. Source: Amazon VPC quotas.
 */
export function quotasOf(wanted: Partial<Quotas> = {}): Quotas {
  const quotas = { ...DEFAULT_QUOTAS, ...wanted };
  const product = quotas.groupsPerInterface * quotas.rulesPerGroup;
  if (product <= 1000) return quotas;
  throw new RangeError(
    `Cannot set the quotas as groups per interface times rules per group must be at most 1000: found ${product}`,
  );
}

/**
 * The network ACL that a VPC has from birth: everything in, everything out, by entry 100 and, where
 * the VPC has IPv6, 101. Source: Amazon VPC User Guide, "Default network ACL for a VPC".
 */
export function defaultAcl(vpc: Vpc, id: string): NetworkAcl {
  const entries = [false, true].flatMap((egress) => [
    allowAll(100, egress, '0.0.0.0/0'),
    ...(vpc.cidr6 === undefined ? [] : [allowAll(101, egress, '::/0')]),
  ]);
  return { id, vpcId: vpc.id, isDefault: true, entries, tags: {} };
}

function allowAll(number: number, egress: boolean, cidr: string): AclEntry {
  return { number, egress, action: 'allow', protocol: '-1', cidr };
}
