import {
  CreateNetworkAclCommand,
  CreateNetworkAclEntryCommand,
  DeleteNetworkAclCommand,
  ReplaceNetworkAclAssociationCommand,
} from '@aws-sdk/client-ec2';
import type { AclEntry } from '../../core/inventory.ts';
import type { Answer, Network } from '../gateways.ts';
import { entryRequestOf } from './acl-shape.ts';
import { answerTo } from './changer.ts';
import type { Send } from './changer.ts';
import { tagSpecification } from './rule-shape.ts';

/** Changes to network ACLs, and to which of them a subnet has. */
export function aclChanges(
  send: Send,
): Pick<Network, 'makeAcl' | 'addAclEntry' | 'associateAcl' | 'deleteAcl'> {
  return {
    makeAcl: (acl) => made(send, acl),
    addAclEntry: (aclId, entry) => entered(send, aclId, entry),
    associateAcl: (associationId, aclId) => associated(send, associationId, aclId),
    deleteAcl: (aclId) => deleted(send, aclId),
  };
}

/**
 * The SDK gives each sending a client token of its own, so a repeat makes a second ACL. Both bear the
 * run's tag and are found by it.
 */
function made(send: Send, { vpcId, tags }: Parameters<Network['makeAcl']>[0]): Promise<Answer> {
  const input = { VpcId: vpcId, ...tagSpecification('network-acl', tags) };
  return answerTo(send('mutating', (client) => client.send(new CreateNetworkAclCommand(input))));
}

function entered(send: Send, aclId: string, entry: AclEntry): Promise<Answer> {
  const command = new CreateNetworkAclEntryCommand({
    NetworkAclId: aclId,
    ...entryRequestOf(entry),
  });
  return answerTo(send('mutating', (client) => client.send(command)));
}

function associated(send: Send, associationId: string, aclId: string): Promise<Answer> {
  const command = new ReplaceNetworkAclAssociationCommand({
    AssociationId: associationId,
    NetworkAclId: aclId,
  });
  return answerTo(send('mutating', (client) => client.send(command)));
}

/** One that a subnet still has is a DependencyViolation, so refused. */
function deleted(send: Send, aclId: string): Promise<Answer> {
  const command = new DeleteNetworkAclCommand({ NetworkAclId: aclId });
  return answerTo(
    send('mutating', (client) => client.send(command)),
    { gone: ['InvalidNetworkAclID.NotFound'] },
  );
}
