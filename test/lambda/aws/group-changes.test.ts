import { afterEach, describe, expect, test } from 'vitest';
import { ec2Network } from '../../../lambda/aws/network.ts';
import type { Answer, Network } from '../../../lambda/gateways.ts';
import { httpFake, quickClock, sentTo, xml, xmlError } from './http-fake.ts';
import type { Asked, HttpFake, Reply } from './http-fake.ts';

/** Shapes and codes: the EC2 API reference, the page of each call and "Error codes". */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function networkOn(answer: (request: Asked, count: number) => Reply): Promise<Network> {
  fake = await httpFake(answer);
  return ec2Network(fake.connection, { clock: quickClock() });
}

const done: Answer = { kind: 'done' };
const tags = { 'aerofault:run': 'r1', 'aerofault:cluster': 'orders' };
const group = { name: 'aerofault-r1-1', vpcId: 'vpc-1', says: 'Side 1 of run r1', tags };

describe('makeGroup()', () => {
  test('gives the group its tags in the call that makes it (CreateSecurityGroup)', async () => {
    const network = await networkOn(() => xml('<groupId>sg-1</groupId>'));
    expect(await network.makeGroup(group)).toEqual(done);
    expect(sentTo(fake!)).toEqual([
      {
        Action: 'CreateSecurityGroup',
        GroupName: 'aerofault-r1-1',
        VpcId: 'vpc-1',
        GroupDescription: 'Side 1 of run r1',
        'TagSpecification.1.ResourceType': 'security-group',
        'TagSpecification.1.Tag.1.Key': 'aerofault:run',
        'TagSpecification.1.Tag.1.Value': 'r1',
        'TagSpecification.1.Tag.2.Key': 'aerofault:cluster',
        'TagSpecification.1.Tag.2.Value': 'orders',
      },
    ]);
  });

  test('says only what a description may hold (CreateSecurityGroup, GroupDescription: up to 255 of a set)', async () => {
    const network = await networkOn(() => xml('<groupId>sg-1</groupId>'));
    await network.makeGroup({ ...group, says: `"n1" → n2 ${'x'.repeat(300)}` });
    const { GroupDescription } = sentTo(fake!)[0]!;
    expect(GroupDescription).toMatch(/^-n1- - n2 x+$/);
    expect(GroupDescription).toHaveLength(255);
  });

  test('is refused for a name that is taken (InvalidGroup.Duplicate)', async () => {
    const network = await networkOn(() => xmlError('InvalidGroup.Duplicate'));
    expect((await network.makeGroup(group)).kind).toBe('refused');
  });
});

describe('deleteGroup()', () => {
  test('goes by id', async () => {
    const network = await networkOn(() => xml('<return>true</return>'));
    expect(await network.deleteGroup('sg-1')).toEqual(done);
    expect(sentTo(fake!)).toEqual([{ Action: 'DeleteSecurityGroup', GroupId: 'sg-1' }]);
  });

  test('is done for a group that is gone', async () => {
    const network = await networkOn(() => xmlError('InvalidGroup.NotFound'));
    expect(await network.deleteGroup('sg-1')).toEqual(done);
  });

  test('is refused while something refers to the group (DependencyViolation)', async () => {
    const network = await networkOn(() => xmlError('DependencyViolation'));
    expect((await network.deleteGroup('sg-1')).kind).toBe('refused');
  });
});

describe('setGroups()', () => {
  test('sends the whole set and no other attribute (ModifyNetworkInterfaceAttribute)', async () => {
    const network = await networkOn(() => xml('<return>true</return>'));
    expect(await network.setGroups('eni-1', ['sg-2', 'sg-1'])).toEqual(done);
    expect(sentTo(fake!)).toEqual([
      {
        Action: 'ModifyNetworkInterfaceAttribute',
        NetworkInterfaceId: 'eni-1',
        'SecurityGroupId.1': 'sg-2',
        'SecurityGroupId.2': 'sg-1',
      },
    ]);
  });

  test('sends no empty set, which would say nothing of groups', async () => {
    const network = await networkOn(() => xml('<return>true</return>'));
    expect((await network.setGroups('eni-1', [])).kind).toBe('refused');
    expect(fake!.asked).toEqual([]);
  });

  test('is refused for an interface that is gone', async () => {
    const network = await networkOn(() => xmlError('InvalidNetworkInterfaceID.NotFound'));
    expect((await network.setGroups('eni-1', ['sg-1'])).kind).toBe('refused');
  });
});

describe('groupsOn()', () => {
  test('keeps the order of EC2', async () => {
    const groups = ['sg-9', 'sg-1'].map((id) => `<item><groupId>${id}</groupId></item>`).join('');
    const network = await networkOn(() =>
      xml(
        `<networkInterfaceSet><item><networkInterfaceId>eni-1</networkInterfaceId><groupSet>${groups}</groupSet></item></networkInterfaceSet>`,
      ),
    );
    expect(await network.groupsOn('eni-1')).toEqual(['sg-9', 'sg-1']);
  });

  test('is undefined for an interface that is gone (InvalidNetworkInterfaceID.NotFound)', async () => {
    const network = await networkOn(() => xmlError('InvalidNetworkInterfaceID.NotFound'));
    expect(await network.groupsOn('eni-1')).toBeUndefined();
  });

  test.each([xmlError('UnauthorizedOperation', 403), xml('<networkInterfaceSet/>')])(
    'throws where it cannot know',
    async (reply) => {
      const network = await networkOn(() => reply);
      await expect(network.groupsOn('eni-1')).rejects.toThrow();
    },
  );
});

const named = (number: number) =>
  `<securityGroupInfo><item><groupId>sg-${number}</groupId><groupName>aerofault-r1-${number}</groupName></item></securityGroupInfo>`;

/** By its name one that has lost its tag, and one that is another run's by its tag. */
const lost = `<securityGroupInfo><item><groupId>sg-3</groupId><groupName>aerofault-r1-3</groupName></item><item><groupId>sg-4</groupId><groupName>aerofault-r1-4</groupName><tagSet><item><key>aerofault:run</key><value>r2</value></item></tagSet></item></securityGroupInfo>`;

test('groupsMadeBy() asks by the run’s tag, for all pages, and by its names where the tag is gone', async () => {
  const network = await networkOn(({ body }) => {
    if (body.includes('group-name')) return xml(lost);
    return body.includes('NextToken')
      ? xml(named(1))
      : xml(`${named(2)}<nextToken>more</nextToken>`);
  });
  expect(await network.groupsMadeBy('r1')).toEqual([
    { id: 'sg-1', name: 'aerofault-r1-1' },
    { id: 'sg-2', name: 'aerofault-r1-2' },
    { id: 'sg-3', name: 'aerofault-r1-3' },
  ]);
  expect(sentTo(fake!).slice(0, 2)).toMatchObject([
    {
      Action: 'DescribeSecurityGroups',
      'Filter.1.Name': 'tag:aerofault:run',
      'Filter.1.Value.1': 'r1',
    },
    { 'Filter.1.Name': 'group-name', 'Filter.1.Value.1': 'aerofault-r1-*' },
  ]);
});
