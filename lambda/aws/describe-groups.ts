import {
  DescribeSecurityGroupsCommand,
  paginateDescribeSecurityGroupRules,
  paginateDescribeSecurityGroups,
} from '@aws-sdk/client-ec2';
import type { EC2Client, Filter } from '@aws-sdk/client-ec2';
import { runTag } from '../../core/inventory.ts';
import type { Rule } from '../../core/inventory.ts';
import { groupNamesOf } from '../../core/step.ts';
import { unless } from './failure.ts';
import { byId, inChunks, pageSize } from './in-chunks.ts';
import { ruleOf, tagsOf } from './rule-shape.ts';

/** What EC2 says of a group that is not there (EC2 API reference, "Error codes"). */
export const groupNotFound = ['InvalidGroup.NotFound', 'InvalidSecurityGroupID.NotFound'];

/** Every rule of one group; undefined where EC2 says that there is no such group. */
export async function rulesOf(client: EC2Client, groupId: string): Promise<Rule[] | undefined> {
  // A filter finds no rules in a group that is not there; only this call says so, by an error.
  const command = new DescribeSecurityGroupsCommand({ GroupIds: [groupId] });
  const [rules, found] = await Promise.all([
    rulesIn(client, [groupId]),
    client.send(command).catch(unless(...groupNotFound)),
  ]);
  return found === undefined ? undefined : rules;
}

/** Every rule of these groups, both directions, in the order of their ids. */
export async function rulesIn(client: EC2Client, groupIds: readonly string[]): Promise<Rule[]> {
  const rules = await inChunks(groupIds, async (ids) => {
    const filters = { Filters: [{ Name: 'group-id', Values: ids }] };
    const pages = paginateDescribeSecurityGroupRules({ client, pageSize }, filters);
    const page: Rule[] = [];
    for await (const { SecurityGroupRules = [] } of pages)
      page.push(...SecurityGroupRules.map(ruleOf));
    return page;
  });
  return rules.toSorted(byId);
}

/** These groups without their rules; one that is not there or not ours to see is left out. */
export async function groupsOf(client: EC2Client, groupIds: readonly string[]) {
  // By filter and not by GroupIds, which is an error as soon as one of them is not ours to see.
  const groups = await inChunks(groupIds, (ids) =>
    groupsBy(client, { Name: 'group-id', Values: ids }),
  );
  return groups.toSorted(byId);
}

/** Ids of the groups of which some rule, in or out, names one of these. */
export async function groupsNaming(
  client: EC2Client,
  groupIds: readonly string[],
): Promise<string[]> {
  const names = ['ip-permission.group-id', 'egress.ip-permission.group-id'];
  const found = await inChunks(groupIds, async (Values) => {
    const pages = await Promise.all(names.map((Name) => groupsBy(client, { Name, Values })));
    return pages.flat();
  });
  return found.map(({ id }) => id);
}

/** The groups that bear a run's tag, or a name of its own and no run's tag: anybody may take a tag off. */
export async function groupsMadeBy(
  client: EC2Client,
  runId: string,
): Promise<{ id: string; name: string }[]> {
  const [tagged, named] = await Promise.all([
    groupsBy(client, { Name: `tag:${runTag}`, Values: [runId] }),
    groupsBy(client, { Name: 'group-name', Values: [`${groupNamesOf(runId)}*`] }),
  ]);
  const own = named.filter(({ tags }) => tags[runTag] === undefined);
  const byIds = new Map([...tagged, ...own].map(({ id, name }) => [id, { id, name }]));
  return [...byIds.values()].toSorted(byId);
}

async function groupsBy(client: EC2Client, filter: Filter) {
  const groups = [];
  const pages = paginateDescribeSecurityGroups({ client, pageSize }, { Filters: [filter] });
  for await (const { SecurityGroups = [] } of pages) {
    groups.push(
      ...SecurityGroups.map(({ GroupId: id = '', GroupName: name = '', VpcId, OwnerId, Tags }) => ({
        id,
        name,
        vpcId: VpcId,
        ownerId: OwnerId,
        tags: tagsOf(Tags),
      })),
    );
  }
  return groups;
}
