import { afterEach, describe, expect, test } from 'vitest';
import type { RuleSpec } from '../../../core/inventory.ts';
import { ec2Network } from '../../../lambda/aws/network.ts';
import type { Network } from '../../../lambda/gateways.ts';
import { httpFake, quickClock, xml, xmlError } from './http-fake.ts';
import type { Asked, HttpFake, Reply } from './http-fake.ts';

/**
 * Shapes and codes: the EC2 API reference (query protocol, version 2016-11-15) and its page "Error codes
 * for the Amazon EC2 API"; what is said of revoke, duplicates and ports as the tests name it.
 */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function networkOn(
  answer: (request: Asked, count: number) => Reply,
  requestMs = 2_000,
): Promise<Network> {
  fake = await httpFake(answer);
  return ec2Network({ ...fake.connection, requestMs }, { clock: quickClock(42) });
}

const done = '<return>true</return>';
const aRule: RuleSpec = {
  protocol: 'tcp',
  fromPort: 3000,
  toPort: 3000,
  peer: { kind: 'ipv4', cidr: '10.0.0.0/16' },
};

const adding = { direction: 'ingress', rules: [aRule], tags: {} } as const;
const ingress = (ruleIds: readonly string[]) => ({ direction: 'ingress', ruleIds }) as const;

/** The parameters of the call, without those that every call has. */
function sent(index = 0): Record<string, string> {
  const { Action: _action, Version: _version, ...rest } = fake!.asked[index]!.form;
  return rest;
}

describe('addRules()', () => {
  test('sends all rules and their tags in one call (AuthorizeSecurityGroupIngress, TagSpecification)', async () => {
    const network = await networkOn(() => xml(done));
    const rules: RuleSpec[] = [
      { ...aRule, description: 'aerofault:r1' },
      { protocol: 'tcp', fromPort: 3003, toPort: 3004, peer: { kind: 'ipv6', cidr: 'fd00::/8' } },
      {
        protocol: 'udp',
        fromPort: 53,
        toPort: 53,
        peer: { kind: 'prefix-list', prefixListId: 'pl-1' },
      },
      {
        ...aRule,
        peer: { kind: 'group', groupId: 'sg-2', userId: '111122223333' },
        description: 'd',
      },
    ];

    const tags = { 'aerofault:run': 'r1' };
    expect(await network.addRules('sg-1', { direction: 'ingress', rules, tags })).toEqual({
      kind: 'done',
    });

    expect(fake!.asked).toHaveLength(1);
    expect(sent()).toEqual({
      GroupId: 'sg-1',
      'IpPermissions.1.IpProtocol': 'tcp',
      'IpPermissions.1.FromPort': '3000',
      'IpPermissions.1.ToPort': '3000',
      'IpPermissions.1.IpRanges.1.CidrIp': '10.0.0.0/16',
      'IpPermissions.1.IpRanges.1.Description': 'aerofault:r1',
      'IpPermissions.2.IpProtocol': 'tcp',
      'IpPermissions.2.FromPort': '3003',
      'IpPermissions.2.ToPort': '3004',
      'IpPermissions.2.Ipv6Ranges.1.CidrIpv6': 'fd00::/8',
      'IpPermissions.3.IpProtocol': 'udp',
      'IpPermissions.3.FromPort': '53',
      'IpPermissions.3.ToPort': '53',
      'IpPermissions.3.PrefixListIds.1.PrefixListId': 'pl-1',
      'IpPermissions.4.IpProtocol': 'tcp',
      'IpPermissions.4.FromPort': '3000',
      'IpPermissions.4.ToPort': '3000',
      'IpPermissions.4.Groups.1.GroupId': 'sg-2',
      'IpPermissions.4.Groups.1.UserId': '111122223333',
      'IpPermissions.4.Groups.1.Description': 'd',
      'TagSpecification.1.ResourceType': 'security-group-rule',
      'TagSpecification.1.Tag.1.Key': 'aerofault:run',
      'TagSpecification.1.Tag.1.Value': 'r1',
    });
  });

  test('never says ports with protocol -1 (hashicorp/terraform issue 2837)', async () => {
    const network = await networkOn(() => xml(done));
    await network.addRules('sg-1', { ...adding, rules: [{ ...aRule, protocol: '-1' }] });
    expect(sent()).toEqual({
      GroupId: 'sg-1',
      'IpPermissions.1.IpProtocol': '-1',
      'IpPermissions.1.IpRanges.1.CidrIp': '10.0.0.0/16',
    });
  });

  test('goes to the rules out by a call of their own (AuthorizeSecurityGroupEgress)', async () => {
    const network = await networkOn(() => xml(done));
    const tags = { 'aerofault:run': 'r1' };
    await network.addRules('sg-1', { direction: 'egress', rules: [aRule], tags });
    expect(fake!.asked.map(({ action }) => action)).toEqual(['AuthorizeSecurityGroupEgress']);
    expect(sent()).toMatchObject({
      'IpPermissions.1.FromPort': '3000',
      'TagSpecification.1.ResourceType': 'security-group-rule',
      'TagSpecification.1.Tag.1.Value': 'r1',
    });
  });

  test('asks nothing of EC2 for no rules', async () => {
    const network = await networkOn(() => xml(done));
    expect(await network.addRules('sg-1', { ...adding, rules: [] })).toEqual({ kind: 'done' });
    expect(await network.editRules('sg-1', [])).toEqual({ kind: 'done' });
    expect(await network.removeRules('sg-1', ingress([]))).toEqual({ kind: 'done' });
    expect(fake!.asked).toEqual([]);
  });
});

describe('editRules()', () => {
  test('sends whole rules, each with a description (ModifySecurityGroupRules)', async () => {
    const network = await networkOn(() => xml(done));
    const edits = [
      { ruleId: 'sgr-1', during: { ...aRule, description: 'parked' } },
      {
        ruleId: 'sgr-2',
        during: { protocol: '-1', peer: { kind: 'group' as const, groupId: 'sg-2' } },
      },
    ];

    expect(await network.editRules('sg-1', edits)).toEqual({ kind: 'done' });

    expect(fake!.asked).toHaveLength(1);
    expect(sent()).toEqual({
      GroupId: 'sg-1',
      'SecurityGroupRule.1.SecurityGroupRuleId': 'sgr-1',
      'SecurityGroupRule.1.SecurityGroupRule.IpProtocol': 'tcp',
      'SecurityGroupRule.1.SecurityGroupRule.FromPort': '3000',
      'SecurityGroupRule.1.SecurityGroupRule.ToPort': '3000',
      'SecurityGroupRule.1.SecurityGroupRule.CidrIpv4': '10.0.0.0/16',
      'SecurityGroupRule.1.SecurityGroupRule.Description': 'parked',
      'SecurityGroupRule.2.SecurityGroupRuleId': 'sgr-2',
      'SecurityGroupRule.2.SecurityGroupRule.IpProtocol': '-1',
      'SecurityGroupRule.2.SecurityGroupRule.ReferencedGroupId': 'sg-2',
      'SecurityGroupRule.2.SecurityGroupRule.Description': '',
    });
  });
});

const asksFor = ({ form }: Asked, id: string) => Object.values(form).includes(id);

describe('removeRules()', () => {
  const gone = 'InvalidSecurityGroupRuleId.NotFound';
  test('goes by rule id, in one call (RevokeSecurityGroupIngress)', async () => {
    const network = await networkOn(() => xml(done));
    expect(await network.removeRules('sg-1', ingress(['sgr-1', 'sgr-2']))).toEqual({
      kind: 'done',
    });
    expect(fake!.asked).toHaveLength(1);
    expect(sent()).toEqual({
      GroupId: 'sg-1',
      'SecurityGroupRuleId.1': 'sgr-1',
      'SecurityGroupRuleId.2': 'sgr-2',
    });
  });

  test('takes rules out away by a call of their own (RevokeSecurityGroupEgress)', async () => {
    const network = await networkOn(() => xml(done));
    const removal = { direction: 'egress', ruleIds: ['sgr-1'] } as const;
    expect(await network.removeRules('sg-1', removal)).toEqual({ kind: 'done' });
    expect(fake!.asked.map(({ action }) => action)).toEqual(['RevokeSecurityGroupEgress']);
    expect(sent()).toEqual({ GroupId: 'sg-1', 'SecurityGroupRuleId.1': 'sgr-1' });
  });

  test('is done when the one rule does not exist (error code InvalidSecurityGroupRuleId.NotFound)', async () => {
    const network = await networkOn(() => xmlError(gone));
    expect(await network.removeRules('sg-1', ingress(['sgr-1']))).toEqual({ kind: 'done' });
  });

  test('takes the others away where one missing rule rejects the call (ministackorg/ministack issue 1346)', async () => {
    const left = new Set(['sgr-2', 'sgr-3']);
    const network = await networkOn((request) => {
      const ids = ['sgr-1', 'sgr-2', 'sgr-3'].filter((id) => asksFor(request, id));
      if (ids.some((id) => !left.has(id))) return xmlError(gone);
      for (const id of ids) left.delete(id);
      return xml(done);
    });
    expect(await network.removeRules('sg-1', ingress(['sgr-1', 'sgr-2', 'sgr-3']))).toEqual({
      kind: 'done',
    });
    expect(left).toEqual(new Set());
  });

  test('one by one, the worst answer counts and the rest are still tried', async () => {
    const network = await networkOn((request) => {
      if (asksFor(request, 'sgr-1')) return xmlError(gone);
      return asksFor(request, 'sgr-2')
        ? xmlError('InternalError', 500)
        : xmlError('UnauthorizedOperation', 403);
    });
    const answer = await network.removeRules('sg-1', ingress(['sgr-1', 'sgr-2', 'sgr-3']));
    expect(answer.kind).toBe('unknown');
    expect(fake!.asked).toHaveLength(4);
  });

  test('is not done when EC2 lists what it did not know, as in a default VPC (RevokeSecurityGroupIngress, UnknownIpPermissions)', async () => {
    const strangers =
      '<unknownIpPermissionSet><item><ipProtocol>tcp</ipProtocol></item></unknownIpPermissionSet>';
    const network = await networkOn(() => xml(done + strangers));
    expect((await network.removeRules('sg-1', ingress(['sgr-1']))).kind).toBe('unknown');
  });
});
