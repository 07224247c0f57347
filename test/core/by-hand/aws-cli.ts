import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DeleteNetworkAclCommand,
  DeleteSecurityGroupCommand,
  DescribeNetworkAclsCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  ModifySecurityGroupRulesCommand,
  ReplaceNetworkAclAssociationCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type {
  EC2Client,
  IpPermission,
  SecurityGroupRuleUpdate,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';

/** What EC2 thinks of them, EC2 says. */
const Updates = z.array(z.custom<SecurityGroupRuleUpdate>());
const Permissions = z.array(z.custom<IpPermission>());
const Tags = z.array(z.custom<TagSpecification>());

type Options = Readonly<Record<string, readonly string[]>>;

function optionsIn(words: readonly string[]): Options {
  const options: Record<string, string[]> = {};
  let list: string[] = [];
  for (const text of words) {
    if (text.startsWith('--')) options[text.slice(2)] = list = [];
    else list.push(text);
  }
  return options;
}

/**
 * Stands for the AWS CLI in the shell of a test, as far as the printed commands need it: reads its words as
 * the CLI does (lists of words, JSON, shorthand of filters), sends what the SDK makes of them, and answers
 * what the query asks for, as text. @throws for everything else.
 */
export async function awsCli(
  [service, command, ...words]: readonly string[],
  client: EC2Client,
): Promise<string> {
  const options = optionsIn(words);
  const one = (name: string): string => {
    const [value, ...more] = options[name] ?? [];
    if (value === undefined || more.length > 0) throw new Error(`--${name} takes one word`);
    return value;
  };
  const many = (name: string): string[] => {
    const found = options[name] ?? [];
    if (found.length === 0) throw new Error(`--${name} expects at least one word`);
    return [...found];
  };
  const parsed = (name: string): unknown => JSON.parse(one(name));
  if (service !== 'ec2' || one('region') !== 'eu-west-1') throw new Error('not ec2 in eu-west-1');
  const Filters = (options['filters'] ?? []).map((text) => {
    const [, Name, values = ''] = /^Name=(.*),Values=(.*)$/.exec(text) ?? [];
    return { Name, Values: values.split(',') };
  });
  switch (command) {
    case 'modify-security-group-rules': {
      const SecurityGroupRules = Updates.parse(parsed('security-group-rules'));
      const input = { GroupId: one('group-id'), SecurityGroupRules };
      await client.send(new ModifySecurityGroupRulesCommand(input));
      return '';
    }
    case 'authorize-security-group-ingress':
    case 'authorize-security-group-egress': {
      const IpPermissions = Permissions.parse(parsed('ip-permissions'));
      const TagSpecifications =
        'tag-specifications' in options ? Tags.parse(parsed('tag-specifications')) : undefined;
      const input = { GroupId: one('group-id'), IpPermissions, TagSpecifications };
      await (command.endsWith('ingress')
        ? client.send(new AuthorizeSecurityGroupIngressCommand(input))
        : client.send(new AuthorizeSecurityGroupEgressCommand(input)));
      return '';
    }
    case 'revoke-security-group-ingress':
    case 'revoke-security-group-egress': {
      const SecurityGroupRuleIds = many('security-group-rule-ids');
      const input = { GroupId: one('group-id'), SecurityGroupRuleIds };
      await (command.endsWith('ingress')
        ? client.send(new RevokeSecurityGroupIngressCommand(input))
        : client.send(new RevokeSecurityGroupEgressCommand(input)));
      return '';
    }
    case 'modify-network-interface-attribute': {
      const NetworkInterfaceId = one('network-interface-id');
      const input = { NetworkInterfaceId, Groups: many('groups') };
      await client.send(new ModifyNetworkInterfaceAttributeCommand(input));
      return '';
    }
    case 'delete-security-group':
      await client.send(new DeleteSecurityGroupCommand({ GroupId: one('group-id') }));
      return '';
    case 'replace-network-acl-association': {
      const input = { AssociationId: one('association-id'), NetworkAclId: one('network-acl-id') };
      await client.send(new ReplaceNetworkAclAssociationCommand(input));
      return '';
    }
    case 'delete-network-acl':
      await client.send(new DeleteNetworkAclCommand({ NetworkAclId: one('network-acl-id') }));
      return '';
    case 'describe-security-group-rules': {
      const [, egress] =
        /^SecurityGroupRules\[\?IsEgress==`(true|false)`\].SecurityGroupRuleId$/.exec(
          one('query'),
        )!;
      const { SecurityGroupRules = [] } = await client.send(
        new DescribeSecurityGroupRulesCommand({ Filters }),
      );
      const own = SecurityGroupRules.filter(({ IsEgress }) => String(IsEgress) === egress);
      return own.map(({ SecurityGroupRuleId: id }) => id).join('\t');
    }
    case 'describe-security-groups': {
      expectQuery(one('query'), 'SecurityGroups[].GroupId');
      const { SecurityGroups = [] } = await client.send(
        new DescribeSecurityGroupsCommand({ Filters }),
      );
      return SecurityGroups.map(({ GroupId: id }) => id).join('\t');
    }
    case 'describe-network-acls': {
      const { NetworkAcls = [] } = await client.send(new DescribeNetworkAclsCommand({ Filters }));
      const query = one('query');
      const [, subnetId] =
        /^NetworkAcls\[\]\.Associations\[\] \| \[\?SubnetId==`"(.*)"`\]\.NetworkAclAssociationId$/.exec(
          query,
        ) ?? [];
      if (subnetId === undefined) {
        expectQuery(query, 'NetworkAcls[].NetworkAclId');
        return NetworkAcls.map(({ NetworkAclId: id }) => id).join('\t');
      }
      return NetworkAcls.flatMap(({ Associations = [] }) => Associations)
        .filter((association) => association.SubnetId === subnetId)
        .map(({ NetworkAclAssociationId: id }) => id)
        .join('\t');
    }
    default:
      throw new Error(`no command ${command}`);
  }
}

function expectQuery(query: string, known: string): void {
  if (query !== known) throw new Error(`no query ${query}`);
}
