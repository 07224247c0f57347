import {
  CreateNetworkAclEntryCommand,
  DeleteNetworkAclEntryCommand,
  ReplaceNetworkAclEntryCommand,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { aclBench, entry, numbers } from './acl-bench.ts';
import { refusal } from './bench.ts';

const ALL = { Protocol: '-1' };

test('entries come back in the order of their numbers, protocol as a number, CIDR canonical (API reference)', async () => {
  const { create, add, describe } = await aclBench();
  const acl = await create();
  await add(acl, 20, { Protocol: '-1', PortRange: { From: 1, To: 2 }, Egress: true });
  await add(acl, 30, { CidrBlock: '10.0.7.9/16', RuleAction: 'allow' });
  await add(acl, 10, { Protocol: 'udp' });
  const [found] = await describe({ Name: 'network-acl-id', Values: [acl] });
  expect(numbers(found!, false)).toEqual([10, 30, 32_767, 32_768]);
  expect(found!.Entries!.filter(({ RuleNumber }) => RuleNumber! < 100)).toEqual([
    { ...ALL, RuleNumber: 20, Egress: true, RuleAction: 'deny', CidrBlock: '10.0.1.0/24' },
    {
      RuleNumber: 10,
      Egress: false,
      RuleAction: 'deny',
      Protocol: '17',
      PortRange: { From: 3001, To: 3002 },
      CidrBlock: '10.0.1.0/24',
    },
    {
      RuleNumber: 30,
      Egress: false,
      RuleAction: 'allow',
      Protocol: '6',
      PortRange: { From: 3001, To: 3002 },
      CidrBlock: '10.0.0.0/16',
    },
  ]);
});

test('a number that its direction has is NetworkAclEntryAlreadyExists; the other direction has its own (EC2 error codes)', async () => {
  const { create, add, state } = await aclBench();
  const acl = await create();
  await add(acl, 10);
  const before = state.describe();
  const refused = await refusal(add(acl, 10, { RuleAction: 'allow' }));
  expect(refused.code).toBe('NetworkAclEntryAlreadyExists');
  expect(state.describe()).toEqual(before);
  await add(acl, 10, { Egress: true });
});

test.each([
  [{ RuleNumber: 0 }, 'InvalidParameterValue'],
  [{ RuleNumber: 32_767 }, 'InvalidParameterValue'],
  [{ PortRange: undefined }, 'MissingParameter'],
  [{ Protocol: '1' }, 'MissingParameter'],
  [{ Protocol: '999' }, 'InvalidParameterValue'],
  [{ CidrBlock: '10.0.0.0/40' }, 'InvalidParameterValue'],
  [{ CidrBlock: undefined }, 'InvalidParameterCombination'],
  [{ PortRange: { From: 5, To: 4 } }, 'InvalidParameterValue'],
] as const)('an entry with %o is refused (API reference)', async (change, code) => {
  const { client, create, state } = await aclBench();
  const wanted = entry(await create(), 10);
  const before = state.describe();
  const command = new CreateNetworkAclEntryCommand({ ...wanted, ...change });
  expect((await refusal(client.send(command))).code).toBe(code);
  expect(state.describe()).toEqual(before);
});

test('20 entries a direction and family, the final deny among them: the 20th own one is NetworkAclEntryLimitExceeded (Amazon VPC quotas)', async () => {
  const { create, add } = await aclBench();
  const acl = await create();
  for (let number = 1; number <= 19; number += 1) await add(acl, number);
  expect((await refusal(add(acl, 20))).code).toBe('NetworkAclEntryLimitExceeded');
  await add(acl, 20, { CidrBlock: undefined, Ipv6CidrBlock: '2001:db8::/32' });
  await add(acl, 20, { Egress: true });
});

test('ReplaceNetworkAclEntry changes an entry that is there, and needs no headroom (API reference)', async () => {
  const { client, create, add, describe } = await aclBench();
  const acl = await create();
  for (let number = 1; number <= 19; number += 1) await add(acl, number);
  const replace = (number: number) =>
    client.send(new ReplaceNetworkAclEntryCommand(entry(acl, number, { RuleAction: 'allow' })));
  await replace(7);
  const [found] = await describe({ Name: 'network-acl-id', Values: [acl] });
  expect(found!.Entries!.find(({ RuleNumber }) => RuleNumber === 7)!.RuleAction).toBe('allow');
  expect((await refusal(replace(20))).code).toBe('InvalidNetworkAclEntry.NotFound');
});

test('DeleteNetworkAclEntry takes one entry of one direction; a second time it is not found (EC2 error codes)', async () => {
  const { client, create, add, describe } = await aclBench();
  const acl = await create();
  await add(acl, 10);
  await add(acl, 10, { Egress: true });
  const remove = () =>
    client.send(
      new DeleteNetworkAclEntryCommand({ NetworkAclId: acl, RuleNumber: 10, Egress: false }),
    );
  await remove();
  const [found] = await describe({ Name: 'network-acl-id', Values: [acl] });
  expect(numbers(found!, false)).toEqual([32_767, 32_768]);
  expect(numbers(found!, true)).toEqual([10, 32_767, 32_768]);
  expect((await refusal(remove())).code).toBe('InvalidNetworkAclEntry.NotFound');
});
