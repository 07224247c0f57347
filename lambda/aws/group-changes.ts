import {
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import type { Answer, Network } from '../gateways.ts';
import { answerTo } from './changer.ts';
import type { Send } from './changer.ts';
import { groupNotFound } from './describe-groups.ts';
import { tagSpecification } from './rule-shape.ts';

/** Changes to groups themselves, and to which of them an interface has. */
export function groupChanges(send: Send): Pick<Network, 'makeGroup' | 'deleteGroup' | 'setGroups'> {
  return {
    makeGroup: (group) => made(send, group),
    deleteGroup: (groupId) => deleted(send, groupId),
    setGroups: (interfaceId, groupIds) => set(send, interfaceId, groupIds),
  };
}

function made(
  send: Send,
  { name, vpcId, says, tags }: Parameters<Network['makeGroup']>[0],
): Promise<Answer> {
  const command = new CreateSecurityGroupCommand({
    GroupName: name,
    VpcId: vpcId,
    Description: describable(says),
    ...tagSpecification('security-group', tags),
  });
  return answerTo(send('mutating', (client) => client.send(command)));
}

/** What a group's description may hold (API reference, CreateSecurityGroup, GroupDescription). */
function describable(says: string): string {
  return says.replaceAll(/[^\w .\-:/()#,@[\]+=&;{}!$*]/g, '-').slice(0, 255);
}

/** One that something still refers to is a DependencyViolation, so refused. */
function deleted(send: Send, groupId: string): Promise<Answer> {
  const command = new DeleteSecurityGroupCommand({ GroupId: groupId });
  return answerTo(
    send('mutating', (client) => client.send(command)),
    { gone: groupNotFound },
  );
}

async function set(send: Send, interfaceId: string, groupIds: readonly string[]): Promise<Answer> {
  // An empty list would not be sent at all, and the call would be about another attribute.
  if (groupIds.length === 0) return { kind: 'refused', reason: 'An interface must have a group' };
  const command = new ModifyNetworkInterfaceAttributeCommand({
    NetworkInterfaceId: interfaceId,
    Groups: [...groupIds],
  });
  return answerTo(send('interface', (client) => client.send(command)));
}
