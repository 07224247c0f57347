import {
  CreateManagedPrefixListCommand,
  CreateTagsCommand,
  DeleteManagedPrefixListCommand,
  DescribeManagedPrefixListsCommand,
  GetManagedPrefixListEntriesCommand,
  paginateGetManagedPrefixListEntries,
} from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { authorize, bench, refusal } from './bench.ts';

async function listBench() {
  const made = await bench();
  const create = async (cidrs: readonly string[], more = {}) => {
    const command = new CreateManagedPrefixListCommand({
      PrefixListName: 'office',
      AddressFamily: 'IPv4',
      MaxEntries: 10,
      Entries: cidrs.map((Cidr) => ({ Cidr, Description: `the ${Cidr}` })),
      ...more,
    });
    return (await made.client.send(command)).PrefixList!;
  };
  return { ...made, create };
}

test('a prefix list is described with family, maximum and owner, its entries by a call of their own (API reference)', async () => {
  const { client, create } = await listBench();
  const made = await create(['192.0.2.7/24', '198.51.100.0/24']);
  expect(made).toMatchObject({
    PrefixListName: 'office',
    AddressFamily: 'IPv4',
    MaxEntries: 10,
    OwnerId: '123456789012',
    State: 'create-complete',
  });
  const PrefixListId = made.PrefixListId!;
  const { PrefixLists } = await client.send(
    new DescribeManagedPrefixListsCommand({ PrefixListIds: [PrefixListId] }),
  );
  expect(PrefixLists).toEqual([made]);
  const { Entries } = await client.send(new GetManagedPrefixListEntriesCommand({ PrefixListId }));
  expect(Entries).toEqual([
    { Cidr: '192.0.2.0/24', Description: 'the 192.0.2.7/24' },
    { Cidr: '198.51.100.0/24', Description: 'the 198.51.100.0/24' },
  ]);
});

test('entries come in pages of 1 to 100 (API reference, GetManagedPrefixListEntries)', async () => {
  const { client, create } = await listBench();
  const cidrs = Array.from({ length: 5 }, (_, index) => `192.0.2.${index}/32`);
  const { PrefixListId } = await create(cidrs);
  const seen: string[] = [];
  const pages = paginateGetManagedPrefixListEntries({ client, pageSize: 2 }, { PrefixListId });
  for await (const { Entries } of pages) seen.push(...Entries!.map(({ Cidr }) => Cidr!));
  expect(seen).toEqual(cidrs);
  const many = { PrefixListId, MaxResults: 101 };
  const refused = refusal(client.send(new GetManagedPrefixListEntriesCommand(many)));
  expect((await refused).code).toBe('InvalidParameterValue');
});

test('an unknown list, an entry of the other family and more entries than the maximum are refused', async () => {
  const { client, create } = await listBench();
  const unknown = { PrefixListId: 'pl-0123456789abcdef0' };
  const refused = refusal(client.send(new GetManagedPrefixListEntriesCommand(unknown)));
  expect((await refused).code).toBe('InvalidPrefixListID.NotFound');
  expect((await refusal(create(['2001:db8::/32']))).code).toBe('InvalidParameterValue');
  const tooMany = create(['192.0.2.0/24', '198.51.100.0/24'], { MaxEntries: 1 });
  expect((await refusal(tooMany)).code).toBe('PrefixListMaxEntriesExceeded');
});

test('a list can be a rule, counts with its maximum and stays while the rule does (Amazon VPC quotas; API reference, DeleteManagedPrefixList)', async () => {
  const { client, create, groupId, state } = await listBench();
  const { PrefixListId } = await create([], { MaxEntries: 60 });
  const rule = {
    IpProtocol: 'tcp',
    FromPort: 3000,
    ToPort: 3000,
    PrefixListIds: [{ PrefixListId: PrefixListId! }],
  };
  expect((await refusal(authorize(client, groupId('nodes'), rule))).code).toBe(
    'RulesPerSecurityGroupLimitExceeded',
  );
  const added = await authorize(client, groupId('clients'), rule);
  const remove = () => client.send(new DeleteManagedPrefixListCommand({ PrefixListId }));
  expect((await refusal(remove())).code).toBe('DependencyViolation');
  state.rules.delete(added.SecurityGroupRules![0]!.SecurityGroupRuleId!);
  await remove();
  expect(state.prefixLists.size).toBe(0);
});

test('lists bear tags and are found by them', async () => {
  const { client, create } = await listBench();
  const { PrefixListId } = await create([]);
  const Tags = [{ Key: 'owner', Value: 'app' }];
  await client.send(new CreateTagsCommand({ Resources: [PrefixListId!], Tags }));
  const Filters = [{ Name: 'tag:owner', Values: ['app'] }];
  const found = await client.send(new DescribeManagedPrefixListsCommand({ Filters }));
  expect(found.PrefixLists).toMatchObject([{ PrefixListId, Tags }]);
});
