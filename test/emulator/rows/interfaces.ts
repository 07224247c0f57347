import {
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { answerTo, strangeId } from '../asking.ts';
import type { Ground } from '../ground.ts';
import { present } from '../refusal.ts';
import type { Row } from '../row.ts';

const REPLACES =
  'ModifyNetworkInterfaceAttribute, Groups: "The new set of groups you specify replaces the current set"';
const QUOTA = 'Amazon VPC quotas: 5 security groups per network interface';

function setGroups({ ec2 }: Ground, NetworkInterfaceId: string, Groups: string[]) {
  return ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, Groups }));
}

async function groupsOn(ground: Ground, interfaceId: string): Promise<string[]> {
  await ground.settle();
  const { NetworkInterfaces } = await ground.ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [interfaceId] }),
  );
  const groups = present(NetworkInterfaces?.[0]?.Groups);
  return ground.named(groups.map(({ GroupId }) => GroupId));
}

async function instanceGroups(ground: Ground, instanceId: string) {
  await ground.settle();
  const { Reservations } = await ground.ec2.send(
    new DescribeInstancesCommand({ InstanceIds: [instanceId] }),
  );
  const instance = present(Reservations?.[0]?.Instances?.[0]);
  const primary = present(instance.NetworkInterfaces?.[0]);
  return {
    instance: ground.named((instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId)),
    itsInterface: ground.named((primary.Groups ?? []).map(({ GroupId }) => GroupId)),
  };
}

/** Groups on network interfaces: attaching a temporary group, detaching a shared one, and what is refused. */
export const INTERFACE_ROWS: readonly Row[] = [
  {
    name: 'groups given to an interface replace those it had',
    decides: 'text',
    source: REPLACES,
    expected: ['new'],
    observe: async (ground) => {
      const one = await ground.networkInterface([await ground.group('old')]);
      await setGroups(ground, one, [await ground.group('new')]);
      return groupsOn(ground, one);
    },
  },
  {
    name: 'a group set beside the others and taken off again leaves the others',
    decides: 'text',
    source: REPLACES,
    expected: { beside: ['shared', 'temporary'], after: ['shared'] },
    observe: async (ground) => {
      const [shared, temporary] = [await ground.group('shared'), await ground.group('temporary')];
      const one = await ground.networkInterface([shared]);
      await setGroups(ground, one, [shared, temporary]);
      const beside = await groupsOn(ground, one);
      await setGroups(ground, one, [shared]);
      return { beside, after: await groupsOn(ground, one) };
    },
  },
  {
    name: 'an unknown group on an interface is refused and changes nothing',
    decides: 'text',
    source: 'EC2 error codes: InvalidGroup.NotFound, InvalidSecurityGroupID.NotFound',
    expected: { refused: true, groups: ['old'] },
    observe: async (ground) => {
      const old = await ground.group('old');
      const one = await ground.networkInterface([old]);
      const answer = await answerTo(setGroups(ground, one, [old, strangeId('sg')]));
      return { refused: answer !== 'done', groups: await groupsOn(ground, one) };
    },
  },
  {
    name: 'the code for an unknown group on an interface is InvalidGroup.NotFound',
    decides: 'unknown',
    source:
      'EC2 error codes list both InvalidGroup.NotFound and InvalidSecurityGroupID.NotFound for a group that does not exist',
    expected: 'InvalidGroup.NotFound',
    observe: async (ground) => {
      const one = await ground.networkInterface([await ground.group('old')]);
      return answerTo(setGroups(ground, one, [strangeId('sg')]));
    },
  },
  {
    name: 'a group of another VPC on an interface is refused and changes nothing',
    decides: 'text',
    source:
      'EC2 error codes, InvalidGroup.NotFound: "You can\'t specify a security group that is in a different AWS Region or VPC than the request"',
    expected: { refused: true, groups: ['old'] },
    observe: async (ground) => {
      const one = await ground.networkInterface([await ground.group('old')]);
      const foreign = await ground.group('foreign', { vpcId: undefined });
      const answer = await answerTo(setGroups(ground, one, [foreign]));
      return { refused: answer !== 'done', groups: await groupsOn(ground, one) };
    },
  },
  {
    name: 'a sixth group on an interface is refused and changes nothing',
    decides: 'seen',
    source: `${QUOTA}; the code: kubernetes-sigs/aws-load-balancer-controller#682`,
    expected: { answer: 'SecurityGroupsPerInterfaceLimitExceeded', groups: 5 },
    observe: async (ground) => {
      const groups: string[] = [];
      for (let n = 1; n <= 6; n += 1) groups.push(await ground.group(`g${n}`));
      const one = await ground.networkInterface(groups.slice(0, 5));
      const answer = await answerTo(setGroups(ground, one, groups));
      return { answer, groups: (await groupsOn(ground, one)).length };
    },
  },
  {
    name: 'setting groups as a dry run changes nothing',
    decides: 'text',
    source: 'ModifyNetworkInterfaceAttribute, DryRun: "the error response is DryRunOperation"',
    expected: { answer: 'DryRunOperation', groups: ['old'] },
    observe: async (ground) => {
      const NetworkInterfaceId = await ground.networkInterface([await ground.group('old')]);
      const Groups = [await ground.group('new')];
      const request = { NetworkInterfaceId, Groups, DryRun: true };
      const command = new ModifyNetworkInterfaceAttributeCommand(request);
      const answer = await answerTo(ground.ec2.send(command));
      return { answer, groups: await groupsOn(ground, NetworkInterfaceId) };
    },
  },
  {
    name: 'an unknown interface is InvalidNetworkInterfaceID.NotFound',
    decides: 'text',
    source: 'EC2 error codes, InvalidNetworkInterfaceID.NotFound',
    expected: 'InvalidNetworkInterfaceID.NotFound',
    observe: async (ground) =>
      answerTo(setGroups(ground, strangeId('eni'), [await ground.group('new')])),
  },
  {
    name: 'interfaces are found by the groups they have now',
    decides: 'text',
    source: 'DescribeNetworkInterfaces, filter group-id: "a security group associated with" it',
    expected: { byNew: ['interface'], byOld: [] },
    observe: async (ground) => {
      const [before, now] = [await ground.group('old'), await ground.group('new')];
      const one = await ground.networkInterface([before]);
      await setGroups(ground, one, [now]);
      return { byNew: await membersOf(ground, now), byOld: await membersOf(ground, before) };
    },
  },
  {
    name: "an instance shows the groups of its primary interface after they were replaced, the interface's own view too",
    decides: 'text',
    source: `${REPLACES}; Instance, SecurityGroups: "The security groups for the instance"`,
    wantsInstance: true,
    expected: { instance: ['new'], itsInterface: ['new'], interface: ['new'] },
    observe: async (ground) => {
      const { instanceId, interfaceId, vpcId } = await ground.machine();
      await withGroups(ground, interfaceId, [await ground.group('new', { vpcId })]);
      const shown = await instanceGroups(ground, instanceId);
      return { ...shown, interface: await groupsOn(ground, interfaceId) };
    },
  },
  {
    name: 'groups given to an instance are those of its primary interface',
    decides: 'text',
    source:
      'ModifyInstanceAttribute, Groups: "Replaces the security groups of the instance with the specified security groups"',
    wantsInstance: true,
    expected: { answer: 'done', interface: ['new'] },
    observe: async (ground) => {
      const { instanceId, interfaceId, vpcId } = await ground.machine();
      const group = await ground.group('new', { vpcId });
      await withGroups(ground, interfaceId, undefined);
      const request = { InstanceId: instanceId, Groups: [group] };
      const answer = await answerTo(ground.ec2.send(new ModifyInstanceAttributeCommand(request)));
      return { answer, interface: await groupsOn(ground, interfaceId) };
    },
  },
];

async function membersOf(ground: Ground, groupId: string): Promise<string[]> {
  await ground.settle();
  const { NetworkInterfaces = [] } = await ground.ec2.send(
    new DescribeNetworkInterfacesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
  );
  return ground.named(NetworkInterfaces.map(({ NetworkInterfaceId }) => NetworkInterfaceId));
}

/** Sets groups on an interface that is not the suite's own, and gives it back its own when the row is over. */
async function withGroups(ground: Ground, interfaceId: string, groups: string[] | undefined) {
  const { NetworkInterfaces } = await ground.ec2.send(
    new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [interfaceId] }),
  );
  const had = present(NetworkInterfaces?.[0]?.Groups).map(({ GroupId }) => present(GroupId));
  ground.keep(interfaceId, 'interface', () => setGroups(ground, interfaceId, had));
  if (groups !== undefined) await setGroups(ground, interfaceId, groups);
}
