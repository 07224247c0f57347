import { contains, parseBlock } from '../../address.ts';
import type { RuleSpec } from '../../inventory.ts';
import type { Filters } from '../filters.ts';

/** Whether a rule's peer means somebody: by address, by prefix list, or by one of the groups held. */
export function isPeer(
  { prefixLists }: Pick<Filters, 'prefixLists'>,
  peer: RuleSpec['peer'],
  { address, groupIds }: { address: string; groupIds: readonly string[] },
): boolean {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return inCidr(peer.cidr, address);
    case 'group':
      return groupIds.includes(peer.groupId);
    case 'prefix-list':
      return prefixLists
        .filter(({ id }) => id === peer.prefixListId)
        .some(({ cidrs }) => cidrs.some((cidr) => inCidr(cidr, address)));
  }
}

/** Whether an address lies in a CIDR; a text that is no address lies nowhere. */
export function inCidr(cidr: string, address: string): boolean {
  const outer = parseBlock(cidr);
  const inner = parseBlock(address);
  return outer !== undefined && inner !== undefined && contains(outer, inner);
}
