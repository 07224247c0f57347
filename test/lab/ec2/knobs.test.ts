import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from '@aws-sdk/client-ec2';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { BucketLevels, EC2_BUCKETS, familyOf } from '../../../lab/cloud/ec2/buckets.ts';
import type { Bucket } from '../../../lab/cloud/ec2/buckets.ts';
import { startEc2 } from '../../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';
import { authorize, bench, ec2Client, refusal, tcp } from './bench.ts';

async function sluggish(onChange: (rules: number) => Promise<void>) {
  const state = new Ec2State(buildWorld({ cluster: 'orders', nodes: 1, clients: 0 }).inventory);
  const endpoint = await startEc2(state, {
    host: '127.0.0.1',
    port: 0,
    onChange: ({ rules }) => onChange(rules.length),
  });
  const client = ec2Client(endpoint.url, 1);
  onTestFinished(async () => {
    client.destroy();
    await endpoint.close();
  });
  const [group] = [...state.groups.keys()];
  const add = (port: number) => authorize(client, group!, tcp(port, '192.0.2.0/24'));
  return { state, endpoint, add, seeded: state.rules.size };
}

test('with propagationMs a change is answered first and in force later, as it was then (EC2 User Guide: a small delay might occur)', async () => {
  const inForce: number[] = [];
  const { endpoint, add, seeded } = await sluggish(async (rules) => void inForce.push(rules));
  endpoint.propagationMs = 1_500;
  await add(1);
  await sleep(150);
  await add(2);
  expect(inForce).toEqual([]);
  await vi.waitFor(() => expect(inForce).toEqual([seeded + 1]), { interval: 5, timeout: 5_000 });
  await vi.waitFor(() => expect(inForce).toEqual([seeded + 1, seeded + 2]), {
    interval: 5,
    timeout: 5_000,
  });
});

test('once the delay is lowered, a change still on its way does not undo a newer one', async () => {
  const inForce: number[] = [];
  const { endpoint, add, seeded } = await sluggish(async (rules) => void inForce.push(rules));
  endpoint.propagationMs = 1_000;
  await add(1);
  endpoint.propagationMs = 0;
  await add(2);
  await sleep(1_200);
  expect(inForce).toEqual([seeded + 2]);
});

test('a delayed change that fails makes the next one fail, and none spreads after close()', async () => {
  let tries = 0;
  const { endpoint, add } = await sluggish(() => {
    tries += 1;
    return Promise.reject(new Error('nft said no'));
  });
  endpoint.propagationMs = 20;
  await add(1);
  await vi.waitFor(() => expect(tries).toBe(1));
  const refused = await refusal(add(2));
  expect(refused).toMatchObject({ code: 'InternalError' });
  expect(refused.message).toContain('nft said no');
  endpoint.propagationMs = 1_000;
  await add(3);
  await endpoint.close();
  await sleep(1_100);
  expect(tries).toBe(1);
});

test('with staleMs describing calls answer as of that long ago (EC2 Developer Guide, eventual consistency)', async () => {
  const { endpoint, client, groupId } = await bench();
  endpoint.staleMs = 2_000;
  const Filters = [{ Name: 'group-id', Values: [groupId('clients')] }];
  const count = async () => {
    const found = await client.send(new DescribeSecurityGroupRulesCommand({ Filters }));
    return found.SecurityGroupRules!.length;
  };
  const before = await count();
  await authorize(client, groupId('clients'), tcp(1, '192.0.2.0/24'));
  expect(await count()).toBe(before);
  await sleep(1_000);
  await authorize(client, groupId('clients'), tcp(2, '192.0.2.0/24'));
  expect(await count()).toBe(before);
  await sleep(1_300);
  expect(await count()).toBe(before + 1);
  endpoint.staleMs = 0;
  expect(await count()).toBe(before + 2);
});

test('what is made is InvalidGroup.NotFound to a describe that is stale (EC2 Developer Guide, eventual consistency)', async () => {
  const { endpoint, client, state } = await bench();
  endpoint.staleMs = 1_000;
  const [VpcId] = [...state.vpcs.keys()];
  const command = { GroupName: 'new', Description: 'new', VpcId };
  const { GroupId } = await client.send(new CreateSecurityGroupCommand(command));
  const look = () => client.send(new DescribeSecurityGroupsCommand({ GroupIds: [GroupId!] }));
  expect((await refusal(look())).code).toBe('InvalidGroup.NotFound');
  await sleep(1_050);
  expect((await look()).SecurityGroups).toHaveLength(1);
});

test('with unseenMs changing calls do not know what was just made (EC2 Developer Guide, eventual consistency)', async () => {
  const { endpoint, client, state } = await bench();
  endpoint.unseenMs = 1_000;
  const [VpcId] = [...state.vpcs.keys()];
  const command = { GroupName: 'new', Description: 'new', VpcId };
  const { GroupId } = await client.send(new CreateSecurityGroupCommand(command));
  const add = () => authorize(client, GroupId!, tcp(1, '192.0.2.0/24'));
  expect((await refusal(add())).code).toBe('InvalidGroup.NotFound');
  await sleep(1_050);
  await add();
});

test('a bucket lets its capacity through at once and then its refill (EC2 Developer Guide, request throttling)', () => {
  const levels = new BucketLevels();
  const takes = (at: number) => {
    let taken = 0;
    for (;;) {
      try {
        levels.take(EC2_BUCKETS, 'resource-intensive', at);
      } catch {
        return taken;
      }
      taken += 1;
    }
  };
  expect(takes(0)).toBe(50);
  expect(takes(100)).toBe(0);
  expect(takes(1000)).toBe(5);
  expect(takes(1500)).toBe(2);
  expect(takes(3_600_000)).toBe(50);
});

test.each([
  ['AuthorizeSecurityGroupIngress', {}, 50, 5],
  ['RevokeSecurityGroupIngress', {}, 50, 5],
  ['AuthorizeSecurityGroupEgress', {}, 50, 5],
  ['ModifySecurityGroupRules', {}, 50, 5],
  ['CreateSecurityGroup', {}, 50, 5],
  ['ReplaceNetworkAclAssociation', {}, 50, 5],
  ['ModifyNetworkInterfaceAttribute', {}, 100, 5],
  ['CreateTags', {}, 100, 10],
  ['DescribeSecurityGroups', {}, 50, 10],
  ['DescribeNetworkInterfaces', {}, 50, 10],
  ['DescribeSecurityGroups', { MaxResults: 5 }, 100, 20],
  ['DescribeNetworkInterfaces', { Filters: [{ Name: 'vpc-id', Values: ['vpc-0'] }] }, 100, 20],
  ['DescribeInstances', {}, 100, 20],
])(
  '%s with %o: bucket of %d, %d a second (EC2 Developer Guide, request throttling)',
  (action, params, capacity, refillPerSecond) => {
    const wanted: Bucket = { capacity, refillPerSecond };
    expect(EC2_BUCKETS[familyOf(action, params)]).toEqual(wanted);
  },
);

test('a call over the limit is RequestLimitExceeded with 503, is logged and changes nothing; other families go on', async () => {
  const { endpoint, groupId, state, changes } = await bench();
  const client = ec2Client(endpoint.url, 1);
  onTestFinished(() => client.destroy());
  endpoint.buckets = { 'resource-intensive': { capacity: 2, refillPerSecond: 0.001 } };
  await authorize(client, groupId('nodes'), tcp(1, '192.0.2.0/24'));
  await authorize(client, groupId('nodes'), tcp(2, '192.0.2.0/24'));
  const before = state.describe();
  const command = { GroupId: groupId('nodes'), IpPermissions: [tcp(3, '192.0.2.0/24')] };
  const call = client.send(new AuthorizeSecurityGroupIngressCommand(command));
  await expect(call).rejects.toMatchObject({
    name: 'RequestLimitExceeded',
    $metadata: { httpStatusCode: 503 },
  });
  expect(state.describe()).toEqual(before);
  expect(changes()).toBe(2);
  expect(endpoint.calls).toHaveLength(3);
  const [one] = [...state.interfaces.values()];
  const Groups = [...one!.groupIds];
  await client.send(
    new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: one!.id, Groups }),
  );
  endpoint.buckets = undefined;
  await authorize(client, groupId('nodes'), tcp(3, '192.0.2.0/24'));
});
