import { afterEach, describe, expect, test } from 'vitest';
import type { AclEntry } from '../../../core/inventory.ts';
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

test('makeAcl() gives the ACL its tags in the call that makes it (CreateNetworkAcl)', async () => {
  const network = await networkOn(() => xml('<networkAcl/>'));
  const tags = { 'aerofault:run': 'r1' };
  expect(await network.makeAcl({ vpcId: 'vpc-1', tags })).toEqual(done);
  expect(sentTo(fake!)).toMatchObject([
    {
      Action: 'CreateNetworkAcl',
      VpcId: 'vpc-1',
      'TagSpecification.1.ResourceType': 'network-acl',
      'TagSpecification.1.Tag.1.Key': 'aerofault:run',
      'TagSpecification.1.Tag.1.Value': 'r1',
    },
  ]);
});

describe('addAclEntry()', () => {
  const ports: AclEntry = {
    number: 7,
    direction: 'ingress',
    action: 'deny',
    protocol: '6',
    fromPort: 3001,
    toPort: 3002,
    cidr: '10.0.1.0/24',
  };
  const common = { Action: 'CreateNetworkAclEntry', NetworkAclId: 'acl-1' };
  const cases: readonly [string, AclEntry, Record<string, string>][] = [
    [
      'ports of tcp',
      ports,
      {
        RuleNumber: '7',
        Egress: 'false',
        RuleAction: 'deny',
        Protocol: '6',
        CidrBlock: '10.0.1.0/24',
        'PortRange.From': '3001',
        'PortRange.To': '3002',
      },
    ],
    [
      'type and code of icmpv6',
      {
        number: 8,
        direction: 'egress',
        action: 'allow',
        protocol: '58',
        icmpType: -1,
        icmpCode: -1,
        cidr: '::/0',
      },
      {
        RuleNumber: '8',
        Egress: 'true',
        RuleAction: 'allow',
        Protocol: '58',
        Ipv6CidrBlock: '::/0',
        'Icmp.Type': '-1',
        'Icmp.Code': '-1',
      },
    ],
    [
      'neither for all protocols, whatever the entry says',
      { ...ports, protocol: '-1' },
      {
        RuleNumber: '7',
        Egress: 'false',
        RuleAction: 'deny',
        Protocol: '-1',
        CidrBlock: '10.0.1.0/24',
      },
    ],
  ];

  test.each(cases)('says %s (CreateNetworkAclEntry)', async (_name, entry, sent) => {
    const network = await networkOn(() => xml('<return>true</return>'));
    expect(await network.addAclEntry('acl-1', entry)).toEqual(done);
    expect(sentTo(fake!)).toEqual([{ ...common, ...sent }]);
  });

  test('is refused where the number is taken (NetworkAclEntryAlreadyExists)', async () => {
    const network = await networkOn(() => xmlError('NetworkAclEntryAlreadyExists'));
    expect((await network.addAclEntry('acl-1', ports)).kind).toBe('refused');
  });
});

describe('associateAcl()', () => {
  test('goes by the association that the subnet has now (ReplaceNetworkAclAssociation)', async () => {
    const network = await networkOn(() => xml('<newAssociationId>aclassoc-2</newAssociationId>'));
    expect(await network.associateAcl('aclassoc-1', 'acl-2')).toEqual(done);
    expect(sentTo(fake!)).toEqual([
      {
        Action: 'ReplaceNetworkAclAssociation',
        AssociationId: 'aclassoc-1',
        NetworkAclId: 'acl-2',
      },
    ]);
  });

  test('is refused where that association is gone (InvalidAssociationID.NotFound)', async () => {
    const network = await networkOn(() => xmlError('InvalidAssociationID.NotFound'));
    expect((await network.associateAcl('aclassoc-1', 'acl-2')).kind).toBe('refused');
  });
});

describe('deleteAcl()', () => {
  test.each([
    ['done', xml('<return>true</return>')],
    ['done', xmlError('InvalidNetworkAclID.NotFound')],
    ['refused', xmlError('DependencyViolation')],
    ['unknown', xmlError('InternalError', 500)],
  ] as const)('is %s', async (kind, reply) => {
    const network = await networkOn(() => reply);
    expect((await network.deleteAcl('acl-1')).kind).toBe(kind);
    expect(sentTo(fake!)).toEqual([{ Action: 'DeleteNetworkAcl', NetworkAclId: 'acl-1' }]);
  });
});

const entry = (number: number, rest: string) =>
  `<item><ruleNumber>${number}</ruleNumber>${rest}</item>`;
const everything = '<protocol>-1</protocol><ruleAction>deny</ruleAction>';
const associated = (subnets: Record<string, string>) =>
  Object.entries(subnets)
    .map(
      ([subnet, association]) =>
        `<item><networkAclAssociationId>${association}</networkAclAssociationId><networkAclId>acl-1</networkAclId><subnetId>${subnet}</subnetId></item>`,
    )
    .join('');
const acl = (subnets: Record<string, string> = {}) =>
  `<networkAclSet><item><networkAclId>acl-1</networkAclId><vpcId>vpc-1</vpcId><default>false</default><associationSet>${associated(subnets)}</associationSet><entrySet>${[
    entry(
      20,
      '<egress>true</egress><protocol>58</protocol><ruleAction>allow</ruleAction><ipv6CidrBlock>::/0</ipv6CidrBlock><icmpTypeCode><type>-1</type><code>-1</code></icmpTypeCode>',
    ),
    entry(
      10,
      '<egress>false</egress><protocol>6</protocol><ruleAction>deny</ruleAction><cidrBlock>10.0.1.0/24</cidrBlock><portRange><from>3001</from><to>3002</to></portRange>',
    ),
    entry(32767, `<egress>false</egress><cidrBlock>0.0.0.0/0</cidrBlock>${everything}`),
    entry(32768, `<egress>false</egress><ipv6CidrBlock>::/0</ipv6CidrBlock>${everything}`),
  ].join(
    '',
  )}</entrySet><tagSet><item><key>aerofault:run</key><value>r1</value></item></tagSet></item></networkAclSet>`;

test('aclsMadeBy() gives entries in order, without the final denies that nobody made', async () => {
  const network = await networkOn(() => xml(acl()));
  expect(await network.aclsMadeBy({ runId: 'r1', expires: 'never' })).toEqual([
    {
      id: 'acl-1',
      tags: { 'aerofault:run': 'r1' },
      entries: [
        {
          number: 10,
          direction: 'ingress',
          action: 'deny',
          protocol: '6',
          fromPort: 3001,
          toPort: 3002,
          cidr: '10.0.1.0/24',
        },
        {
          number: 20,
          direction: 'egress',
          action: 'allow',
          protocol: '58',
          icmpType: -1,
          icmpCode: -1,
          cidr: '::/0',
        },
      ],
    },
  ]);
  expect(sentTo(fake!)[0]).toMatchObject({
    Action: 'DescribeNetworkAcls',
    'Filter.1.Name': 'tag:aerofault:run',
    'Filter.1.Value.1': 'r1',
  });
});

const subnetIs = (reply: Reply) => (request: Asked) =>
  request.action === 'DescribeSubnets' ? reply : xml('<networkAclSet/>');

describe('aclOf()', () => {
  test('gives the association of this subnet and no other', async () => {
    const network = await networkOn(() => xml(acl({ 'subnet-1': 'aa-1', 'subnet-2': 'aa-2' })));
    expect(await network.aclOf('subnet-2')).toEqual({
      associationId: 'aa-2',
      aclId: 'acl-1',
      tags: { 'aerofault:run': 'r1' },
    });
  });

  test('is undefined for a subnet that is gone (InvalidSubnetID.NotFound)', async () => {
    const network = await networkOn(subnetIs(xmlError('InvalidSubnetID.NotFound')));
    expect(await network.aclOf('subnet-1')).toBeUndefined();
  });

  test('throws where the subnet is there and no ACL is seen: every subnet has one', async () => {
    const network = await networkOn(
      subnetIs(xml('<subnetSet><item><subnetId>subnet-1</subnetId></item></subnetSet>')),
    );
    await expect(network.aclOf('subnet-1')).rejects.toThrow(
      'Cannot read the network ACL of subnet subnet-1 as it must have one: found 0',
    );
  });
});
