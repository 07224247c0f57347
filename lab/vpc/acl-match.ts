import type { AclEntry } from '../cloud/ec2/model.ts';
import type { Enforced, EnforcedInterface } from './rule-match.ts';

/**
 * Network ACLs as chains of the router's rule set.
 *
 * Stateless: every packet that leaves its subnet meets the egress entries of that subnet's ACL,
 * every one that enters a subnet the ingress entries of that one's; the lowest number that matches
 * decides, and what none matches is dropped. Established flows are judged like all others. Between
 * two addresses of one subnet no entry is looked at. The cloud's own address lies in no subnet.
 * Source: VPC User Guide, "Control subnet traffic with network access control lists".
 */

interface Edge {
  readonly name: string;
  readonly cidrs: Readonly<Record<4 | 6, string | undefined>>;
  readonly acl: NonNullable<Enforced['networkAcls']>[number];
}

/** The chains of all ACLs and edges, for the table's text. */
export function aclChains(state: Enforced): string[] {
  const edges = edgesOf(state);
  const acls = [...new Set(edges.map(({ acl }) => acl))];
  return [...acls.flatMap(aclChain), ...edges.flatMap(edgeChain)];
}

/** The jumps into them, for the base chain: after the senders' groups, before the receivers'. */
export function aclJumps(state: Enforced): string[] {
  const edges = edgesOf(state);
  return [true, false].flatMap((egress) =>
    ([4, 6] as const).flatMap((family) => {
      const jumps = edges.flatMap(({ name, cidrs }) => {
        const cidr = cidrs[family];
        return cidr === undefined ? [] : [`${cidr} : jump ${directionName(egress)}-${name}`];
      });
      if (jumps.length === 0) return [];
      const near = egress ? 'saddr' : 'daddr';
      return [`    ${familyName(family)} ${near} vmap { ${jumps.join(', ')} }`];
    }),
  );
}

/** The subnets that hold an interface and have an ACL that is known, by its name or as their VPC's default. */
function edgesOf({ interfaces, subnets = [], networkAcls = [] }: Enforced): Edge[] {
  const used = new Set(interfaces.map(({ subnetId }: EnforcedInterface) => subnetId));
  return subnets.flatMap(({ id, vpcId, cidr, cidr6, aclId }) => {
    const acl = networkAcls.find((one) =>
      aclId === undefined ? one.vpcId === vpcId && one.isDefault : one.id === aclId,
    );
    return used.has(id) && acl !== undefined
      ? [{ name: id, cidrs: { 4: cidr, 6: cidr6 }, acl }]
      : [];
  });
}

/** A chain for each direction that returns to let a packet pass. */
function aclChain({ id, entries }: Edge['acl']): string[] {
  return [false, true].flatMap((egress) => {
    const ordered = entries
      .filter((entry) => entry.egress === egress)
      .toSorted((left, right) => left.number - right.number);
    return [
      `  chain ${directionName(egress)}-${id} {`,
      ...ordered.map(
        (entry) => `    ${match(entry)} ${entry.action === 'allow' ? 'return' : 'drop'}`,
      ),
      '    drop',
      '  }',
    ];
  });
}

/** A chain for each direction that leaves traffic within the subnet alone. */
function edgeChain({ name, cidrs, acl }: Edge): string[] {
  return [false, true].flatMap((egress) => {
    const far = egress ? 'daddr' : 'saddr';
    const within = ([4, 6] as const).flatMap((family) => {
      const cidr = cidrs[family];
      return cidr === undefined ? [] : [`    ${familyName(family)} ${far} ${cidr} return`];
    });
    return [
      `  chain ${directionName(egress)}-${name} {`,
      ...within,
      `    goto ${directionName(egress)}-${acl.id}`,
      '  }',
    ];
  });
}

/** The far address and the destination port, whichever way the packet goes. */
function match(entry: AclEntry): string {
  const family = entry.cidr.includes(':') ? 6 : 4;
  const far = entry.egress ? 'daddr' : 'saddr';
  return `${familyName(family)} ${far} ${entry.cidr} ${layer4(entry)}`.trimEnd();
}

function layer4({ protocol, ports, icmp, cidr }: AclEntry): string {
  if (protocol === '-1') return '';
  if (ports !== undefined && (protocol === '6' || protocol === '17')) {
    return `${protocol === '6' ? 'tcp' : 'udp'} dport ${ports[0]}-${ports[1]}`;
  }
  const name = ICMP_NAMES[`${protocol} ${cidr.includes(':') ? 6 : 4}`];
  const [type = -1, code = -1] = icmp ?? [];
  if (name === undefined || type === -1) return `meta l4proto ${protocol}`;
  return code === -1 ? `${name} type ${type}` : `${name} type ${type} ${name} code ${code}`;
}

const ICMP_NAMES: Readonly<Record<string, string>> = { '1 4': 'icmp', '58 6': 'icmpv6' };

function directionName(egress: boolean): string {
  return egress ? 'egress' : 'ingress';
}

function familyName(family: 4 | 6): string {
  return family === 4 ? 'ip' : 'ip6';
}
