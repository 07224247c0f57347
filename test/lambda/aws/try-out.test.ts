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

describe('tryOut()', () => {
  const rule = {
    ruleId: 'sgr-1',
    during: { protocol: '-1', peer: { kind: 'ipv4', cidr: '10.0.0.0/8' } },
  } as const;
  const changes = [
    [
      { kind: 'edit-rules', groupId: 'sg-1', edits: [rule] },
      {
        Action: 'ModifySecurityGroupRules',
        GroupId: 'sg-1',
        'SecurityGroupRule.1.SecurityGroupRuleId': 'sgr-1',
      },
    ],
    [
      { kind: 'set-groups', interfaceId: 'eni-1', groupIds: ['sg-1'] },
      {
        Action: 'ModifyNetworkInterfaceAttribute',
        NetworkInterfaceId: 'eni-1',
        'SecurityGroupId.1': 'sg-1',
      },
    ],
    [
      { kind: 'swap-acl', associationId: 'aa-1', aclId: 'acl-1' },
      { Action: 'ReplaceNetworkAclAssociation', AssociationId: 'aa-1', NetworkAclId: 'acl-1' },
    ],
  ] as const;

  test.each(changes)('asks as a DryRun and changes nothing: $kind', async (change, sent) => {
    const network = await networkOn(() => xmlError('DryRunOperation', 412));
    expect(await network.tryOut(change)).toEqual(done);
    expect(sentTo(fake!)).toMatchObject([{ ...sent, DryRun: 'true' }]);
  });

  test.each([
    ['refused', xmlError('UnauthorizedOperation', 403)],
    ['refused', xmlError('InvalidAssociationID.NotFound')],
    ['unknown', xmlError('InternalError', 500)],
    ['unknown', xml('<newAssociationId>aa-2</newAssociationId>')],
  ] as const)('is %s', async (kind, reply) => {
    const network = await networkOn(() => reply);
    expect((await network.tryOut(changes[2][0])).kind).toBe(kind);
  });
});
