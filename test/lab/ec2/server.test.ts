import {
  DescribeSecurityGroupsCommand,
  DescribeImagesCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { expect, onTestFinished, test } from 'vitest';
import { startEc2 } from '../../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';
import { authorize, bench, ec2Client, refusal, tcp } from './bench.ts';

test('an action that is not served is InvalidAction (EC2 error codes)', async () => {
  const { client } = await bench();
  expect((await refusal(client.send(new DescribeImagesCommand({})))).code).toBe('InvalidAction');
});

test('a parameter that the operation does not have is UnknownParameter', async () => {
  const { endpoint } = await bench();
  const body = 'Action=DescribeSecurityGroups&Version=2016-11-15&Filters.1.Name=group-id';
  const answer = await fetch(endpoint.url, { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('<Code>UnknownParameter</Code>');
});

test('the answer waits for onChange, so the effect is there before the caller knows', async () => {
  const state = new Ec2State(buildWorld({ cluster: 'orders', nodes: 1, clients: 0 }).inventory);
  const order: string[] = [];
  const onChange = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    order.push('enforced');
  };
  const endpoint = await startEc2(state, { host: '127.0.0.1', port: 0, onChange });
  const client = ec2Client(endpoint.url);
  onTestFinished(() => endpoint.close());
  const group = [...state.groups.keys()][0]!;
  await authorize(client, group, tcp(80, '10.0.0.0/8'));
  order.push('answered');
  await client.send(new DescribeSecurityGroupsCommand({}));
  expect(order).toEqual(['enforced', 'answered']);
  client.destroy();
});

test('an onChange that fails is answered InternalError, never success', async () => {
  const state = new Ec2State(buildWorld({ cluster: 'orders', nodes: 1, clients: 0 }).inventory);
  const endpoint = await startEc2(state, {
    host: '127.0.0.1',
    port: 0,
    onChange: () => Promise.reject(new Error('nft said no')),
  });
  onTestFinished(() => endpoint.close());
  const client = ec2Client(endpoint.url, 1);
  const group = [...state.groups.keys()][0]!;
  const refused = await refusal(authorize(client, group, tcp(80, '10.0.0.0/8')));
  expect(refused.code).toBe('InternalError');
  expect(refused.message).toContain('nft said no');
  client.destroy();
});

test('throttled calls are retried by the SDK and end well; the call log shows every attempt', async () => {
  const { endpoint, client, groupId, changes } = await bench();
  endpoint.misbehave('AuthorizeSecurityGroupIngress', { kind: 'throttle' }, 2);
  await authorize(client, groupId('nodes'), tcp(80, '10.0.0.0/8'));
  expect(endpoint.calls.map(({ action }) => action)).toEqual([
    'AuthorizeSecurityGroupIngress',
    'AuthorizeSecurityGroupIngress',
    'AuthorizeSecurityGroupIngress',
  ]);
  expect(endpoint.calls[0]!.params).toEqual({
    GroupId: groupId('nodes'),
    IpPermissions: [tcp(80, '10.0.0.0/8')],
  });
  expect(endpoint.calls[0]!.at).toBeLessThanOrEqual(endpoint.calls[2]!.at);
  expect(changes()).toBe(1);
});

test('throttling without retries is RequestLimitExceeded and changes nothing', async () => {
  const { endpoint, groupId, state } = await bench();
  const before = state.describe();
  const client = ec2Client(endpoint.url, 1);
  endpoint.misbehave('AuthorizeSecurityGroupIngress', { kind: 'throttle' });
  const refused = await refusal(authorize(client, groupId('nodes'), tcp(80, '10.0.0.0/8')));
  expect(refused.code).toBe('RequestLimitExceeded');
  expect(state.describe()).toEqual(before);
  client.destroy();
});

test('a lost answer makes the retry of an authorize a Duplicate, of a revoke a NotFound', async () => {
  const { endpoint, client, groupId, state, changes } = await bench();
  endpoint.misbehave('AuthorizeSecurityGroupIngress', { kind: 'lose-answer' });
  const refused = await refusal(authorize(client, groupId('nodes'), tcp(80, '10.0.0.0/8')));
  expect(refused.code).toBe('InvalidPermission.Duplicate');
  expect(changes()).toBe(1);
  endpoint.misbehave('RevokeSecurityGroupIngress', { kind: 'lose-answer' });
  const GroupId = groupId('nodes');
  const SecurityGroupRuleIds = [state.rulesOf(GroupId, false)[0]!.id];
  const revoke = new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds });
  expect((await refusal(client.send(revoke))).code).toBe('InvalidSecurityGroupRuleId.NotFound');
});

test('a lost request has no effect and its retry succeeds', async () => {
  const { endpoint, client, groupId, changes } = await bench();
  endpoint.misbehave('AuthorizeSecurityGroupIngress', { kind: 'lose-request' });
  await authorize(client, groupId('nodes'), tcp(80, '10.0.0.0/8'));
  expect(changes()).toBe(1);
});

test('a delayed call answers late, and a failing one with the error asked for', async () => {
  const { endpoint, client, groupId } = await bench();
  endpoint.misbehave('DescribeSecurityGroups', { kind: 'delay', milliseconds: 80 });
  const began = Date.now();
  await client.send(new DescribeSecurityGroupsCommand({}));
  expect(Date.now() - began).toBeGreaterThanOrEqual(75);
  const how = { kind: 'fail', code: 'UnauthorizedOperation', message: 'no', status: 403 } as const;
  endpoint.misbehave('AuthorizeSecurityGroupIngress', how);
  const refused = await refusal(authorize(client, groupId('nodes'), tcp(80, '10.0.0.0/8')));
  expect(refused.code).toBe('UnauthorizedOperation');
});

test('describe() is byte-equal for equal states and shows every change', async () => {
  const { client, groupId, state } = await bench();
  const before = JSON.stringify(state.describe());
  expect(JSON.stringify(state.describe())).toBe(before);
  const { SecurityGroupRules } = await authorize(client, groupId('nodes'), tcp(80, '10.0.0.0/8'));
  expect(JSON.stringify(state.describe())).not.toBe(before);
  await client.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: groupId('nodes'),
      SecurityGroupRuleIds: [SecurityGroupRules![0]!.SecurityGroupRuleId!],
    }),
  );
  expect(JSON.stringify(state.describe())).toBe(before);
});

test('text that XML would mangle comes back as it was', async () => {
  const { client, groupId, state } = await bench();
  const Description = 'a&b; (1-2)/#,@[x]+={y}!$*';
  const IpRanges = [{ CidrIp: '10.0.0.0/8', Description }];
  const added = await authorize(client, groupId('nodes'), { IpProtocol: '-1', IpRanges });
  expect(added.SecurityGroupRules![0]!.Description).toBe(Description);
  const group = state.groups.get(groupId('nodes'))!;
  state.groups.set(group.id, { ...group, tags: { odd: '<a href="x">&amp;</a>' } });
  const seen = await client.send(new DescribeSecurityGroupsCommand({ GroupIds: [group.id] }));
  expect(seen.SecurityGroups![0]!.Tags).toEqual([{ Key: 'odd', Value: '<a href="x">&amp;</a>' }]);
});
