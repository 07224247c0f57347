import { CreateNetworkAclEntryCommand, DeleteNetworkAclCommand } from '@aws-sdk/client-ec2';
import { acls, DENY_ALL, entriesOf } from '../asking-acls.ts';
import { answerTo, strangeId } from '../asking.ts';
import type { Ground } from '../ground.ts';
import type { Row } from '../row.ts';

const GUIDE = 'VPC User Guide, network ACLs';
interface Entry {
  readonly number: number;
  readonly egress?: boolean;
  readonly cidr?: string;
  readonly DryRun?: boolean;
}

/** The answer to adding an entry that denies one tcp port. */
function addEntry({ ec2 }: Ground, NetworkAclId: string, entry: Entry): Promise<string> {
  return answerTo(
    ec2.send(
      new CreateNetworkAclEntryCommand({
        NetworkAclId,
        RuleNumber: entry.number,
        Egress: entry.egress ?? false,
        Protocol: '6',
        PortRange: { From: 3002, To: 3002 },
        CidrBlock: entry.cidr ?? '192.0.2.0/24',
        RuleAction: 'deny',
        ...(entry.DryRun === undefined ? {} : { DryRun: entry.DryRun }),
      }),
    ),
  );
}

/** Network ACLs and their entries. */
export const ACL_ROWS: readonly Row[] = [
  {
    name: 'a new ACL denies everything, by entry 32767 in each direction',
    decides: 'text',
    source: `${GUIDE}: "each custom network ACL denies all inbound and outbound traffic until you add rules"`,
    expected: DENY_ALL,
    observe: async (ground) => entriesOf(ground, await ground.acl('new')),
  },
  {
    name: 'a new ACL in a VPC with IPv6 denies that, too, by entry 32768',
    decides: 'text',
    source:
      'Amazon VPC quotas: "the default deny rules (rule number 32767 for IPv4 and 32768 for IPv6 …)"',
    expected: [
      'in 32767 deny -1 0.0.0.0/0',
      'in 32768 deny -1 ::/0',
      'out 32767 deny -1 0.0.0.0/0',
      'out 32768 deny -1 ::/0',
    ],
    observe: async (ground) => entriesOf(ground, await ground.acl('new', await ground.ipv6Vpc())),
  },
  {
    name: 'an ACL made with tags is found by one of them',
    decides: 'text',
    source: 'CreateNetworkAcl, TagSpecifications; DescribeNetworkAcls, filter tag:<key>',
    expected: ['marked'],
    observe: async (ground) => {
      const run = ground.uniqueName('run');
      await ground.acl('marked', { tags: { 'aerofault:run': run } });
      await ground.acl('plain');
      const found = await acls(ground, 'tag:aerofault:run', run);
      return ground.named(found.map(({ NetworkAclId }) => NetworkAclId));
    },
  },
  {
    name: 'an entry number is taken once in each direction',
    decides: 'text',
    source:
      'EC2 error codes, NetworkAclEntryAlreadyExists: "The specified rule number already exists in this network ACL"',
    expected: {
      first: 'done',
      again: 'NetworkAclEntryAlreadyExists',
      otherDirection: 'done',
      entries: [
        'in 10 deny 6 3002-3002 192.0.2.0/24',
        DENY_ALL[0] ?? '',
        'out 10 deny 6 3002-3002 192.0.2.0/24',
        DENY_ALL[1] ?? '',
      ],
    },
    observe: async (ground) => {
      const acl = await ground.acl('new');
      const first = await addEntry(ground, acl, { number: 10 });
      const again = await addEntry(ground, acl, { number: 10, cidr: '198.51.100.0/24' });
      const otherDirection = await addEntry(ground, acl, { number: 10, egress: true });
      return { first, again, otherDirection, entries: await entriesOf(ground, acl) };
    },
  },
  {
    name: 'entry numbers end at 32766',
    decides: 'text',
    source: 'CreateNetworkAclEntry, RuleNumber: "Positive integer from 1 to 32766"',
    expected: { 32766: 'done', 32767: true, 0: true },
    observe: async (ground) => {
      const acl = await ground.acl('new');
      const refused = async (number: number) =>
        (await addEntry(ground, acl, { number })) !== 'done';
      return {
        32766: await addEntry(ground, acl, { number: 32766 }),
        32767: await refused(32767),
        0: await refused(0),
      };
    },
  },
  {
    name: 'the CIDR of an entry is kept without its host bits',
    decides: 'text',
    source:
      'CreateNetworkAclEntry, CidrBlock: "if you specify 100.68.0.18/18, we modify it to 100.68.0.0/18"',
    expected: ['in 10 deny 6 3002-3002 100.68.0.0/18', ...DENY_ALL],
    observe: async (ground) => {
      const acl = await ground.acl('new');
      await addEntry(ground, acl, { number: 10, cidr: '100.68.0.18/18' });
      return entriesOf(ground, acl);
    },
  },
  {
    name: 'an ACL takes 19 entries in a direction, for the last deny counts as the 20th',
    decides: 'text',
    source:
      'Amazon VPC quotas: 20 rules per network ACL, "the one-way quota for a single network ACL … This quota includes the default deny rules (rule number 32767 for IPv4 and 32768 for IPv6 …)"',
    expected: { taken: 19, refusal: 'NetworkAclEntryLimitExceeded' },
    observe: async (ground) => {
      const acl = await ground.acl('new');
      for (let taken = 0; taken < 45; taken += 1) {
        const answer = await addEntry(ground, acl, { number: taken + 1 });
        if (answer !== 'done') return { taken, refusal: answer };
      }
      return { taken: 45, refusal: 'none' };
    },
  },
  {
    name: 'adding an entry as a dry run adds none',
    decides: 'text',
    source: 'CreateNetworkAclEntry, DryRun: "the error response is DryRunOperation"',
    expected: { answer: 'DryRunOperation', entries: DENY_ALL },
    observe: async (ground) => {
      const acl = await ground.acl('new');
      const answer = await addEntry(ground, acl, { number: 10, DryRun: true });
      return { answer, entries: await entriesOf(ground, acl) };
    },
  },
  {
    name: 'an unknown ACL is InvalidNetworkAclID.NotFound to delete',
    decides: 'text',
    source: 'EC2 error codes, InvalidNetworkAclID.NotFound',
    expected: 'InvalidNetworkAclID.NotFound',
    observe: ({ ec2 }) =>
      answerTo(ec2.send(new DeleteNetworkAclCommand({ NetworkAclId: strangeId('acl') }))),
  },
];
