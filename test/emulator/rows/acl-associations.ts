import { DeleteNetworkAclCommand, ReplaceNetworkAclAssociationCommand } from '@aws-sdk/client-ec2';
import {
  aclOf,
  associate,
  borrowedSubnet,
  DENY_ALL,
  entriesText,
  replace,
} from '../asking-acls.ts';
import { answerTo } from '../asking.ts';
import type { Row } from '../row.ts';

const GUIDE = 'VPC User Guide, network ACLs';
const REPLACE = 'ReplaceNetworkAclAssociation';
const DELETE =
  "DeleteNetworkAcl: \"You can't delete the ACL if it's associated with any subnets. You can't delete the default network ACL\"";

/** Giving a subnet another ACL, and its own back. */
export const ACL_ASSOCIATION_ROWS: readonly Row[] = [
  {
    name: 'a new subnet has the default ACL of its VPC, which allows everything',
    decides: 'text',
    source: `${REPLACE}: "By default when you create a subnet, it's automatically associated with the default network ACL"; ${GUIDE}`,
    expected: {
      isDefault: true,
      entries: [
        'in 100 allow -1 0.0.0.0/0',
        DENY_ALL[0] ?? '',
        'out 100 allow -1 0.0.0.0/0',
        DENY_ALL[1] ?? '',
      ],
    },
    observe: async (ground) => {
      const { acl } = await aclOf(ground, ground.subnetIds[0]);
      return { isDefault: acl.IsDefault ?? false, entries: entriesText(acl) };
    },
  },
  {
    name: 'a subnet given another ACL has it under a new association id',
    decides: 'text',
    source: `${REPLACE}, NewAssociationId: "The ID of the new association"`,
    expected: { acl: ['clone'], newId: true, answered: true },
    observe: async (ground) => {
      const clone = await ground.acl('clone');
      const { subnetId, before, NewAssociationId } = await associate(ground, clone);
      const now = await aclOf(ground, subnetId);
      return {
        acl: ground.named([now.aclId]),
        newId: now.associationId !== before.associationId,
        answered: now.associationId === NewAssociationId,
      };
    },
  },
  {
    name: 'an association that was replaced cannot be replaced again',
    decides: 'text',
    source: `${REPLACE}, AssociationId: "The ID of the current association"; EC2 error codes, InvalidAssociationID.NotFound`,
    expected: { answer: 'InvalidAssociationID.NotFound', acl: ['clone'] },
    observe: async (ground) => {
      const [clone, other] = [await ground.acl('clone'), await ground.acl('other')];
      const { subnetId, before } = await associate(ground, clone);
      const answer = await answerTo(replace(ground, before.associationId, other));
      return { answer, acl: ground.named([(await aclOf(ground, subnetId)).aclId]) };
    },
  },
  {
    name: 'a subnet can be given the ACL that it has',
    decides: 'unknown',
    source: `${REPLACE}: "This is an idempotent operation"; which association id comes of it is not said`,
    expected: { answer: 'done', acl: ['clone'] },
    observe: async (ground) => {
      const clone = await ground.acl('clone');
      const { subnetId } = await associate(ground, clone);
      const { associationId } = await aclOf(ground, subnetId);
      const answer = await answerTo(replace(ground, associationId, clone));
      return { answer, acl: ground.named([(await aclOf(ground, subnetId)).aclId]) };
    },
  },
  {
    name: 'giving a subnet an ACL as a dry run changes nothing',
    decides: 'text',
    source: `${REPLACE}, DryRun: "the error response is DryRunOperation"`,
    expected: { answer: 'DryRunOperation', same: true },
    observe: async (ground) => {
      const NetworkAclId = await ground.acl('clone');
      const { subnetId, before } = await borrowedSubnet(ground);
      const request = { AssociationId: before.associationId, NetworkAclId, DryRun: true };
      const command = new ReplaceNetworkAclAssociationCommand(request);
      const answer = await answerTo(ground.ec2.send(command));
      const after = await aclOf(ground, subnetId);
      return { answer, same: after.aclId === before.aclId };
    },
  },
  {
    name: 'an ACL that a subnet has cannot be deleted',
    decides: 'text',
    source: DELETE,
    expected: { refused: true, acl: ['clone'] },
    observe: async (ground) => {
      const NetworkAclId = await ground.acl('clone');
      const { subnetId } = await associate(ground, NetworkAclId);
      const answer = await answerTo(ground.ec2.send(new DeleteNetworkAclCommand({ NetworkAclId })));
      return {
        refused: answer !== 'done',
        acl: ground.named([(await aclOf(ground, subnetId)).aclId]),
      };
    },
  },
  {
    name: 'the default ACL of a VPC cannot be deleted',
    decides: 'text',
    source: DELETE,
    expected: { refused: true },
    observe: async (ground) => {
      const { aclId } = await aclOf(ground, ground.subnetIds[0]);
      const command = new DeleteNetworkAclCommand({ NetworkAclId: aclId });
      return { refused: (await answerTo(ground.ec2.send(command))) !== 'done' };
    },
  },
];
