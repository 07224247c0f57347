import {
  ModifyNetworkInterfaceAttributeCommand,
  ModifySecurityGroupRulesCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Answer, Trial } from '../gateways.ts';
import type { Send } from './changer.ts';
import { failureOf, isCode } from './failure.ts';
import type { Family } from './pacer.ts';
import { modification } from './rule-changes.ts';

/**
 * Asks whether a change would be permitted. EC2 answers a DryRun always with an error: DryRunOperation
 * when it would (API reference, "Common request parameters"). It judges permissions, not quotas.
 */
export async function tryOut(send: Send, change: Trial): Promise<Answer> {
  const { family, call } = callOf(change);
  try {
    await send(family, call);
  } catch (error) {
    return isCode(error, 'DryRunOperation') ? { kind: 'done' } : failureOf(error);
  }
  // An endpoint that does not know DryRun has made the change.
  return { kind: 'unknown', reason: 'EC2 answered a DryRun as if it had acted' };
}

interface Call {
  readonly family: Family;
  readonly call: (client: EC2Client) => Promise<unknown>;
}

function callOf(change: Trial): Call {
  const DryRun = true;
  switch (change.kind) {
    case 'edit-rules': {
      const input = { DryRun, ...modification(change.groupId, change.edits) };
      const command = new ModifySecurityGroupRulesCommand(input);
      return { family: 'mutating', call: (client) => client.send(command) };
    }
    case 'set-groups': {
      const { interfaceId: NetworkInterfaceId, groupIds } = change;
      const input = { DryRun, NetworkInterfaceId, Groups: [...groupIds] };
      const command = new ModifyNetworkInterfaceAttributeCommand(input);
      return { family: 'interface', call: (client) => client.send(command) };
    }
    case 'swap-acl': {
      const { associationId: AssociationId, aclId: NetworkAclId } = change;
      const command = new ReplaceNetworkAclAssociationCommand({
        DryRun,
        AssociationId,
        NetworkAclId,
      });
      return { family: 'mutating', call: (client) => client.send(command) };
    }
  }
}
