import { afterEach, describe, expect, test } from 'vitest';
import { ec2Network } from '../../../lambda/aws/network.ts';
import type { Network } from '../../../lambda/gateways.ts';
import { httpFake, quickClock, xml, xmlError } from './http-fake.ts';
import type { Asked, HttpFake, Reply } from './http-fake.ts';

/** Shapes: the EC2 API reference, DescribeSecurityGroupRules and DescribeSecurityGroups. */

let fake: HttpFake | undefined;

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function networkOn(answer: (request: Asked, count: number) => Reply): Promise<Network> {
  fake = await httpFake(answer);
  return ec2Network(fake.connection, { clock: quickClock() });
}

const tcpRule =
  '<item><securityGroupRuleId>sgr-1</securityGroupRuleId><groupId>sg-1</groupId><groupOwnerId>111122223333</groupOwnerId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol><fromPort>3000</fromPort><toPort>3003</toPort><referencedGroupInfo><groupId>sg-1</groupId><userId>111122223333</userId></referencedGroupInfo><description>mesh</description><tagSet><item><key>aerofault:run</key><value>r1</value></item><item><key>empty</key><value/></item></tagSet></item>';
const everythingOut =
  '<item><securityGroupRuleId>sgr-2</securityGroupRuleId><groupId>sg-1</groupId><isEgress>true</isEgress><ipProtocol>-1</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv4>0.0.0.0/0</cidrIpv4><tagSet/></item>';
const icmpRule =
  '<item><securityGroupRuleId>sgr-3</securityGroupRuleId><groupId>sg-1</groupId><isEgress>false</isEgress><ipProtocol>icmp</ipProtocol><fromPort>-1</fromPort><toPort>-1</toPort><cidrIpv6>::/0</cidrIpv6><tagSet/></item>';

const group = (id: string) =>
  `<securityGroupInfo><item><groupId>${id}</groupId><groupName>g</groupName></item></securityGroupInfo>`;

const groupSays = (reply: Reply) => (request: Asked) =>
  request.action === 'DescribeSecurityGroups' ? reply : xml('<securityGroupRuleSet/>');

describe('rules()', () => {
  test('gives both directions with tags, all pages, ports only where a protocol has them', async () => {
    const network = await networkOn(({ action, form }) => {
      if (action === 'DescribeSecurityGroups') return xml(group('sg-1'));
      return form['NextToken'] === undefined
        ? xml(
            `<securityGroupRuleSet>${tcpRule}${everythingOut}</securityGroupRuleSet><nextToken>n2</nextToken>`,
          )
        : xml(`<securityGroupRuleSet>${icmpRule}</securityGroupRuleSet>`);
    });

    expect(await network.rules('sg-1')).toEqual([
      {
        id: 'sgr-1',
        groupId: 'sg-1',
        direction: 'ingress',
        spec: {
          protocol: 'tcp',
          fromPort: 3000,
          toPort: 3003,
          peer: { kind: 'group', groupId: 'sg-1', userId: '111122223333' },
          description: 'mesh',
        },
        tags: { 'aerofault:run': 'r1', empty: '' },
      },
      {
        id: 'sgr-2',
        groupId: 'sg-1',
        direction: 'egress',
        spec: { protocol: '-1', peer: { kind: 'ipv4', cidr: '0.0.0.0/0' } },
        tags: {},
      },
      {
        id: 'sgr-3',
        groupId: 'sg-1',
        direction: 'ingress',
        spec: { protocol: 'icmp', fromPort: -1, toPort: -1, peer: { kind: 'ipv6', cidr: '::/0' } },
        tags: {},
      },
    ]);
  });

  test.each(['InvalidGroup.NotFound', 'InvalidSecurityGroupID.NotFound'])(
    'is undefined for a group that is not there (%s), where the rules alone would say: none',
    async (code) => {
      const network = await networkOn(groupSays(xmlError(code)));
      expect(await network.rules('sg-9')).toBeUndefined();
    },
  );

  test.each([
    ['InvalidGroupId.Malformed', 400],
    ['UnauthorizedOperation', 403],
  ])('throws where it cannot know whether the group is there (%s)', async (code, status) => {
    const network = await networkOn(groupSays(xmlError(code, status)));
    await expect(network.rules('sg-9')).rejects.toThrow(code);
  });

  test('asks again when throttled or cut off, for a question may be repeated', async () => {
    const network = await networkOn(({ action }, count) => {
      if (count === 1) return 'drop';
      if (count === 2) return xmlError('RequestLimitExceeded', 503);
      return xml(action === 'DescribeSecurityGroups' ? group('sg-1') : '<securityGroupRuleSet/>');
    });
    expect(await network.rules('sg-1')).toEqual([]);
  });

  test('throws for a rule it cannot read rather than leave it out', async () => {
    const network = await networkOn(({ action }) =>
      xml(
        action === 'DescribeSecurityGroups'
          ? group('sg-1')
          : '<securityGroupRuleSet><item><securityGroupRuleId>sgr-1</securityGroupRuleId><groupId>sg-1</groupId><isEgress>false</isEgress><ipProtocol>tcp</ipProtocol></item></securityGroupRuleSet>',
      ),
    );
    await expect(network.rules('sg-1')).rejects.toThrow();
  });
});
