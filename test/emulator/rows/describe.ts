import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeSecurityGroupRulesCommand,
  paginateDescribeSecurityGroupRules,
} from '@aws-sdk/client-ec2';
import { addRule, answerTo, authorize, rulesIn, rulesText, strangeId, tcp } from '../asking.ts';
import type { Ground } from '../ground.ts';
import type { Row } from '../row.ts';

const MOTO =
  'getmoto/moto test_invalid_security_group_id_in_rules_search, marked as passing on AWS';
const RANGE = '192.0.2.0/24';

async function rulesBy(ground: Ground, ...Filters: { Name: string; Values: string[] }[]) {
  await ground.settle();
  const { SecurityGroupRules = [] } = await ground.ec2.send(
    new DescribeSecurityGroupRulesCommand({ Filters }),
  );
  return rulesText(
    ground,
    SecurityGroupRules.filter(({ IsEgress }) => IsEgress !== true),
  );
}

/** Reading rules and their tags: finding what bears a mark. */
export const DESCRIBE_ROWS: readonly Row[] = [
  {
    name: 'rules of several groups are read in one call',
    decides: 'text',
    source: 'DescribeSecurityGroupRules, filter group-id; any of the values of a filter matches',
    expected: ['tcp 80-80 192.0.2.0/24', 'tcp 81-81 192.0.2.0/24'],
    observe: async (ground) => {
      const groups = [await ground.group('a'), await ground.group('b'), await ground.group('c')];
      for (const [index, group] of groups.entries()) {
        await authorize(ground, group, tcp(80 + index, RANGE));
      }
      return rulesBy(ground, { Name: 'group-id', Values: groups.slice(0, 2) });
    },
  },
  {
    name: 'rules are found by a tag within their group',
    decides: 'text',
    source: 'DescribeSecurityGroupRules, filters tag:<key> and group-id; every filter must match',
    expected: ['tcp 80-80 192.0.2.0/24 aerofault:run=r1'],
    observe: async (ground) => {
      const group = await ground.group('g');
      await addRule(ground, group, { permission: tcp(80, RANGE), tags: { 'aerofault:run': 'r1' } });
      await addRule(ground, group, { permission: tcp(81, RANGE), tags: { 'aerofault:run': 'r2' } });
      const byGroup = { Name: 'group-id', Values: [group] };
      return rulesBy(ground, byGroup, { Name: 'tag:aerofault:run', Values: ['r1'] });
    },
  },
  {
    name: 'tags of a rule are added, overwritten and removed',
    decides: 'text',
    source: 'CreateTags: "Adds or overwrites only the specified tags"; DeleteTags',
    expected: {
      added: ['tcp 80-80 192.0.2.0/24 a=2 b=3'],
      removed: ['tcp 80-80 192.0.2.0/24 b=3'],
    },
    observe: async (ground) => {
      const group = await ground.group('g');
      const id = await addRule(ground, group, { permission: tcp(80, RANGE), tags: { a: '1' } });
      const Tags = [
        { Key: 'a', Value: '2' },
        { Key: 'b', Value: '3' },
      ];
      await ground.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
      const added = await rulesIn(ground, group);
      await ground.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: [{ Key: 'a' }] }));
      return { added, removed: await rulesIn(ground, group) };
    },
  },
  {
    name: 'the rules of a group that does not exist are none, and no error',
    decides: 'seen',
    source: MOTO,
    expected: [],
    observe: (ground) => rulesBy(ground, { Name: 'group-id', Values: [strangeId('sg')] }),
  },
  {
    name: 'a malformed group id in a filter is InvalidGroupId.Malformed',
    decides: 'seen',
    source: MOTO,
    expected: 'InvalidGroupId.Malformed',
    observe: (ground) => answerTo(rulesBy(ground, { Name: 'group-id', Values: ['foobar'] })),
  },
  {
    name: 'an unknown rule id is InvalidSecurityGroupRuleId.NotFound',
    decides: 'seen',
    source: MOTO,
    expected: 'InvalidSecurityGroupRuleId.NotFound',
    observe: (ground) => {
      const SecurityGroupRuleIds = [strangeId('sgr')];
      const command = new DescribeSecurityGroupRulesCommand({ SecurityGroupRuleIds });
      return answerTo(ground.ec2.send(command));
    },
  },
  {
    name: 'pages hold every rule once',
    decides: 'text',
    source: 'DescribeSecurityGroupRules, MaxResults: "between 5 and 1000", and NextToken',
    expected: { rules: 13, different: 13, pages: 3 },
    observe: async (ground) => {
      const group = await ground.group('g');
      const ports = Array.from({ length: 12 }, (_, index) => tcp(80 + index, RANGE));
      await authorize(ground, group, ...ports);
      await ground.settle();
      const Filters = [{ Name: 'group-id', Values: [group] }];
      const ids: (string | undefined)[] = [];
      let pages = 0;
      const asked = { client: ground.ec2, pageSize: 5 };
      for await (const page of paginateDescribeSecurityGroupRules(asked, { Filters })) {
        pages += 1;
        ids.push(...(page.SecurityGroupRules ?? []).map((rule) => rule.SecurityGroupRuleId));
      }
      return { rules: ids.length, different: new Set(ids).size, pages };
    },
  },
];
