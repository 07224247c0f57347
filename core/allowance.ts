import type { RuleSpec } from './inventory.ts';

/** Whether two rule specs allow the same to the same peer; descriptions aside. */
export function sameAllowance(left: RuleSpec, right: RuleSpec): boolean {
  return allowanceKey(left) === allowanceKey(right);
}

/** Whether two rule specs are equal, descriptions included. */
export function sameSpec(left: RuleSpec, right: RuleSpec): boolean {
  return sameAllowance(left, right) && (left.description ?? '') === (right.description ?? '');
}

/** What EC2 compares when it calls a rule a duplicate: protocol, ports, peer; no description. */
export function allowanceKey({ protocol, fromPort, toPort, peer }: RuleSpec): string {
  return [protocol, fromPort ?? '', toPort ?? '', peerKey(peer)].join('|');
}

/** Whether two rules admit the same peer. */
export const samePeer = (left: RuleSpec['peer'], right: RuleSpec['peer']): boolean =>
  left.kind === right.kind && peerKey(left) === peerKey(right);

function peerKey(peer: RuleSpec['peer']): string {
  switch (peer.kind) {
    case 'ipv4':
    case 'ipv6':
      return peer.cidr;
    case 'prefix-list':
      return peer.prefixListId;
    case 'group':
      return peer.groupId;
  }
}
