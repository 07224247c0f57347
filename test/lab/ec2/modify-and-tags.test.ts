import {
  CreateTagsCommand,
  DeleteTagsCommand,
  ModifySecurityGroupRulesCommand,
} from '@aws-sdk/client-ec2';
import type { SecurityGroupRuleRequest } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { authorize, bench, refusal, tcp } from './bench.ts';

async function modifyBench() {
  const made = await bench();
  const GroupId = made.groupId('nodes');
  const idOf = (name: string) =>
    made.state.rulesOf(GroupId, false).find(({ tags }) => tags.Name === name)!.id;
  const modify = (...rules: [id: string, SecurityGroupRule: SecurityGroupRuleRequest][]) =>
    made.client.send(
      new ModifySecurityGroupRulesCommand({
        GroupId,
        SecurityGroupRules: rules.map(([SecurityGroupRuleId, SecurityGroupRule]) => {
          return { SecurityGroupRuleId, SecurityGroupRule };
        }),
      }),
    );
  return { ...made, GroupId, clients: idOf('clients'), ssh: idOf('ssh'), modify };
}

test('ModifySecurityGroupRules keeps id and tags and changes ports and description (API reference)', async () => {
  const { modify, clients, state, groupId, changes } = await modifyBench();
  const rule = { IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000 };
  const ReferencedGroupId = groupId('clients');
  const before = state.rules.get(clients)!;
  expect(
    await modify([clients, { ...rule, ReferencedGroupId, Description: 'narrow' }]),
  ).toMatchObject({ Return: true });
  expect(state.rules.get(clients)).toEqual({ ...before, toPort: 3000, description: 'narrow' });
  expect(changes()).toBe(1);
});

test('a description left out of a modification is cleared (stricter reading, undocumented)', async () => {
  const { modify, clients, state, groupId } = await modifyBench();
  const ReferencedGroupId = groupId('clients');
  await modify([clients, { IpProtocol: 'tcp', FromPort: 1, ToPort: 1, ReferencedGroupId }]);
  expect(state.rules.get(clients)).not.toHaveProperty('description');
});

test('the kind of peer may not change (API reference)', async () => {
  const { modify, clients, ssh, state } = await modifyBench();
  const before = state.describe();
  const ports = { IpProtocol: 'tcp', FromPort: 3000, ToPort: 3000 };
  expect((await refusal(modify([clients, { ...ports, CidrIpv4: '10.0.0.0/16' }]))).code).toBe(
    'InvalidParameterValue',
  );
  expect((await refusal(modify([ssh, { ...ports, CidrIpv6: '2001:db8::/32' }]))).code).toBe(
    'InvalidParameterValue',
  );
  expect(state.describe()).toEqual(before);
});

test('a modification into a rule the group has is a duplicate, and nothing of the call happens', async () => {
  const { modify, client, clients, ssh, state, GroupId, groupId } = await modifyBench();
  await authorize(client, GroupId, tcp(23, '10.0.0.0/16'));
  const before = state.describe();
  const good = { IpProtocol: 'tcp', FromPort: 1, ToPort: 1, ReferencedGroupId: groupId('clients') };
  const bad = { IpProtocol: 'tcp', FromPort: 23, ToPort: 23, CidrIpv4: '10.0.0.0/16' };
  expect((await refusal(modify([clients, good], [ssh, bad]))).code).toBe(
    'InvalidPermission.Duplicate',
  );
  expect(state.describe()).toEqual(before);
});

test('an unknown rule and a rule of another group are not found (EC2 error codes)', async () => {
  const { modify, state, groupId } = await modifyBench();
  const rule = { IpProtocol: '-1', CidrIpv4: '0.0.0.0/0' };
  const foreign = state.rulesOf(groupId('clients'), true)[0]!.id;
  for (const id of ['sgr-0123456789abcdef0', foreign]) {
    expect((await refusal(modify([id, rule]))).code).toBe('InvalidSecurityGroupRuleId.NotFound');
  }
});

test('a modification needs no quota headroom, as it adds no rule', async () => {
  const { modify, client, ssh, GroupId, state } = await modifyBench();
  const present = state.rulesOf(GroupId, false).length;
  const filler = Array.from({ length: 60 - present }, (_, i) => tcp(5000 + i, '192.0.2.0/24'));
  await authorize(client, GroupId, ...filler);
  await modify([ssh, { IpProtocol: 'tcp', FromPort: 9, ToPort: 9, CidrIpv4: '10.0.0.0/16' }]);
  expect(state.rules.get(ssh)?.fromPort).toBe(9);
});

test('CreateTags adds and overwrites on every kind of resource of the lab (API reference)', async () => {
  const { client, state, clients, GroupId, hosts } = await modifyBench();
  const Resources = [clients, GroupId, hosts[0]!.instanceId];
  await client.send(
    new CreateTagsCommand({
      Resources,
      Tags: [
        { Key: 'Name', Value: 'new' },
        { Key: 'empty', Value: '' },
      ],
    }),
  );
  expect(state.rules.get(clients)!.tags).toEqual({ Name: 'new', owner: 'app', empty: '' });
  expect(state.groups.get(GroupId)!.tags).toMatchObject({ Name: 'new', team: 'storage' });
  expect(state.instances.get(hosts[0]!.instanceId)!.tags.Name).toBe('new');
});

test('CreateTags with one unknown resource tags none, each kind with its own error (EC2 error codes)', async () => {
  const { client, state, GroupId } = await modifyBench();
  const before = state.describe();
  const tag = async (id: string) => {
    const command = { Resources: [GroupId, id], Tags: [{ Key: 'a', Value: 'b' }] };
    return (await refusal(client.send(new CreateTagsCommand(command)))).code;
  };
  expect(await tag('sgr-0123456789abcdef0')).toBe('InvalidSecurityGroupRuleId.NotFound');
  expect(await tag('sg-0123456789abcdef0')).toBe('InvalidGroup.NotFound');
  expect(await tag('i-0123456789abcdef0')).toBe('InvalidInstanceID.NotFound');
  expect(await tag('whatever')).toBe('InvalidID');
  expect(state.describe()).toEqual(before);
});

test('tag keys of AWS, and the 51st tag, are refused (EC2 User Guide, tag restrictions)', async () => {
  const { client, GroupId } = await modifyBench();
  const tag = (Tags: { Key: string; Value: string }[]) =>
    refusal(client.send(new CreateTagsCommand({ Resources: [GroupId], Tags })));
  expect((await tag([{ Key: 'aws:mine', Value: '' }])).code).toBe('InvalidParameterValue');
  const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: '' }));
  expect((await tag(many)).code).toBe('TagLimitExceeded');
});

test('DeleteTags removes by key, and by value only where it matches (API reference)', async () => {
  const { client, state, clients } = await modifyBench();
  const remove = (Tags: { Key: string; Value?: string }[]) =>
    client.send(new DeleteTagsCommand({ Resources: [clients], Tags }));
  await remove([{ Key: 'owner', Value: 'somebody else' }]);
  expect(state.rules.get(clients)!.tags).toHaveProperty('owner');
  await remove([{ Key: 'owner', Value: 'app' }, { Key: 'absent' }]);
  expect(state.rules.get(clients)!.tags).toEqual({ Name: 'clients' });
  await client.send(new DeleteTagsCommand({ Resources: [clients] }));
  expect(state.rules.get(clients)!.tags).toEqual({});
});
