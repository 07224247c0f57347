import {
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { IpPermission } from '@aws-sdk/client-ec2';
import type { RuleSpec } from '../../core/inventory.ts';
import type { RuleEdit } from '../../core/step.ts';
import type { Answer, Clock, Network } from '../gateways.ts';
import { once, patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { failureOf, isCode } from './failure.ts';
import { observeCluster, rulesIn } from './observe.ts';
import { permissionOf, requestOf } from './rule-shape.ts';

/**
 * Instances, interfaces and security groups through EC2.
 *
 * Questions are retried. Changes are sent exactly once, for none of them bears a client token: a second
 * attempt after a lost answer would come back as Duplicate or NotFound and look like a refusal.
 */
export function ec2Network(connection: Connection, { clock }: { clock: Clock }): Network {
  const asking = new EC2Client(patient(connection));
  const changing = new EC2Client(once(connection));
  return {
    observe: (cluster) => observeCluster(asking, { cluster, at: clock.now() }),
    async rules(groupId) {
      // A filter finds no rules in a group that is not there; only this call says so, by an error.
      const command = new DescribeSecurityGroupsCommand({ GroupIds: [groupId] });
      const [rules] = await Promise.all([rulesIn(asking, [groupId]), asking.send(command)]);
      return rules;
    },
    addRules: (groupId, rules, tags) => added(changing, groupId, { rules, tags }),
    editRules: (groupId, edits) => edited(changing, groupId, edits),
    removeRules: (groupId, ruleIds) => removed(changing, groupId, ruleIds),
  };
}

interface Addition {
  readonly rules: readonly RuleSpec[];
  readonly tags: Readonly<Record<string, string>>;
}

/** One call, so all rules get the tags at birth: there is no moment at which one exists unmarked. */
function added(client: EC2Client, groupId: string, { rules, tags }: Addition): Promise<Answer> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const command = new AuthorizeSecurityGroupIngressCommand({
    GroupId: groupId,
    IpPermissions: rules.map(permissionOf),
    ...(Tags.length === 0
      ? {}
      : { TagSpecifications: [{ ResourceType: 'security-group-rule', Tags }] }),
  });
  return rules.length === 0 ? done() : answered(() => client.send(command));
}

/** One call a group, each rule complete: EC2 replaces, it does not merge. */
function edited(
  client: EC2Client,
  groupId: string,
  edits: readonly Pick<RuleEdit, 'ruleId' | 'during'>[],
): Promise<Answer> {
  const command = new ModifySecurityGroupRulesCommand({
    GroupId: groupId,
    SecurityGroupRules: edits.map(({ ruleId, during }) => ({
      SecurityGroupRuleId: ruleId,
      SecurityGroupRule: requestOf(during),
    })),
  });
  return edits.length === 0 ? done() : answered(() => client.send(command));
}

const ruleNotFound = 'InvalidSecurityGroupRuleId.NotFound';

/**
 * By id, so that no rule but these can go. NotFound means "the rule id does not exist" and rule ids are
 * never used again, so a rule asked for *alone* that is not found is certainly gone. Asked for together,
 * one missing rule rejects the whole call (an emulator's claim, not AWS's own word), which says nothing of
 * the others: then each is asked for alone. An eventually consistent "not there yet" is covered by the
 * later look that every undo gets.
 */
async function removed(
  client: EC2Client,
  groupId: string,
  ruleIds: readonly string[],
): Promise<Answer> {
  if (ruleIds.length === 0) return done();
  const [first, ...others] = ruleIds;
  try {
    return await revoked(client, groupId, ruleIds);
  } catch (error) {
    if (!isCode(error, ruleNotFound)) return failureOf(error);
    if (first === undefined || others.length === 0) return { kind: 'done' };
  }
  return removedOneByOne(client, groupId, ruleIds);
}

/** Goes on past a refusal, for the others may still be taken away; the worst answer counts. */
async function removedOneByOne(
  client: EC2Client,
  groupId: string,
  ruleIds: readonly string[],
): Promise<Answer> {
  const answers: Answer[] = [];
  for (const ruleId of ruleIds) answers.push(await removed(client, groupId, [ruleId]));
  return (
    answers.find(({ kind }) => kind === 'unknown') ??
    answers.find(({ kind }) => kind === 'refused') ?? { kind: 'done' }
  );
}

async function revoked(
  client: EC2Client,
  groupId: string,
  ruleIds: readonly string[],
): Promise<Answer> {
  const command = new RevokeSecurityGroupIngressCommand({
    GroupId: groupId,
    SecurityGroupRuleIds: [...ruleIds],
  });
  return verdictOn(await client.send(command));
}

interface Reply {
  readonly Return?: boolean | undefined;
  readonly UnknownIpPermissions?: IpPermission[] | undefined;
}

async function answered(send: () => Promise<Reply>): Promise<Answer> {
  try {
    return verdictOn(await send());
  } catch (error) {
    return failureOf(error);
  }
}

/**
 * A 200 is not enough: EC2 may say `Return` false, and in a default VPC a revoke lists what it did not
 * know instead of failing (API reference, RevokeSecurityGroupIngress). Either sends the caller back to a
 * describe.
 */
function verdictOn({ Return, UnknownIpPermissions: strangers = [] }: Reply): Answer {
  if (Return === false) return { kind: 'unknown', reason: 'EC2 answered Return false' };
  if (strangers.length === 0) return { kind: 'done' };
  return { kind: 'unknown', reason: `EC2 did not know ${strangers.length} of the rules` };
}

const done = async (): Promise<Answer> => ({ kind: 'done' });
