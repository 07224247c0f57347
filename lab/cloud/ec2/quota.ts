import { Ec2Error } from './ec2-error.ts';
import type { Peer, Permission } from './model.ts';
import type { Ec2State } from './state.ts';

/**
 * Refuse a group whose rules in one direction would exceed the quota: 60 by default for each family,
 * a group reference counting in each and a prefix list as many times as it may have entries.
 * Source: Amazon VPC quotas.
 */
export function refuseOverQuota(rules: readonly Permission[], state: Ec2State): void {
  for (const family of [4, 6] as const) {
    const count = rules.reduce((sum, { peer }) => sum + weight(peer, family, state), 0);
    if (count > state.quotas.rulesPerGroup) {
      throw new Ec2Error(
        'RulesPerSecurityGroupLimitExceeded',
        'The maximum number of rules per security group has been reached.',
      );
    }
  }
}

function weight(peer: Peer, family: 4 | 6, state: Ec2State): number {
  switch (peer.kind) {
    case 'cidr4':
      return family === 4 ? 1 : 0;
    case 'cidr6':
      return family === 6 ? 1 : 0;
    case 'group':
      return 1;
    case 'prefix-list': {
      const list = state.prefixLists.get(peer.prefixListId);
      return list?.family === family ? list.maxEntries : 0;
    }
  }
}
