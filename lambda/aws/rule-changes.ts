import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { permissionOf, requestOf } from '../../core/ec2-rules.ts';
import type { Answer, Network } from '../gateways.ts';
import { answerTo } from './changer.ts';
import type { Send } from './changer.ts';
import { isCode } from './failure.ts';
import { tagSpecification } from './rule-shape.ts';

type Addition = Parameters<Network['addRules']>[1];
type Edits = Parameters<Network['editRules']>[1];
type Removal = Parameters<Network['removeRules']>[1];

/** Changes to the rules of groups. */
export function ruleChanges(send: Send): Pick<Network, 'addRules' | 'editRules' | 'removeRules'> {
  return {
    addRules: (groupId, addition) => added(send, groupId, addition),
    editRules: (groupId, edits) => edited(send, groupId, edits),
    removeRules: (groupId, removal) => removed(send, groupId, removal),
  };
}

/** One call, so all rules get the tags at birth: there is no moment at which one exists unmarked. */
function added(send: Send, groupId: string, { direction, rules, tags }: Addition): Promise<Answer> {
  const input = {
    GroupId: groupId,
    IpPermissions: rules.map(permissionOf),
    ...tagSpecification('security-group-rule', tags),
  };
  if (rules.length === 0) return done();
  return answerTo(
    direction === 'ingress'
      ? send('ingress', (client) => client.send(new AuthorizeSecurityGroupIngressCommand(input)))
      : send('mutating', (client) => client.send(new AuthorizeSecurityGroupEgressCommand(input))),
  );
}

/** One call a group, each rule complete: EC2 replaces, it does not merge. */
function edited(send: Send, groupId: string, edits: Edits): Promise<Answer> {
  if (edits.length === 0) return done();
  const command = new ModifySecurityGroupRulesCommand(modification(groupId, edits));
  return answerTo(send('mutating', (client) => client.send(command)));
}

/** The input of ModifySecurityGroupRules. */
export function modification(groupId: string, edits: Edits) {
  return {
    GroupId: groupId,
    SecurityGroupRules: edits.map(({ ruleId, during }) => ({
      SecurityGroupRuleId: ruleId,
      SecurityGroupRule: requestOf(during),
    })),
  };
}

const ruleNotFound = 'InvalidSecurityGroupRuleId.NotFound';

/**
 * By id, so that no rule but these can go. NotFound means "the rule id does not exist" and rule ids are
 * never used again, so a rule asked for *alone* that is not found is certainly gone. Asked for together,
 * one missing rule rejects the whole call (an emulator's claim, not AWS's own word), which says nothing of
 * the others: then each is asked for alone. An eventually consistent "not there yet" is covered by the
 * later look that every undo gets.
 */
async function removed(send: Send, groupId: string, removal: Removal): Promise<Answer> {
  const { direction, ruleIds } = removal;
  if (ruleIds.length === 0) return done();
  const revoking = revoked(send, groupId, removal);
  if (ruleIds.length === 1) return answerTo(revoking, { gone: [ruleNotFound] });
  const isOneMissing = await revoking.then(
    () => false,
    (error: unknown) => isCode(error, ruleNotFound),
  );
  if (!isOneMissing) return answerTo(revoking);
  return worst(await inTurn(ruleIds, (id) => removed(send, groupId, { direction, ruleIds: [id] })));
}

function revoked(send: Send, groupId: string, { direction, ruleIds }: Removal) {
  const input = { GroupId: groupId, SecurityGroupRuleIds: [...ruleIds] };
  return direction === 'ingress'
    ? send('ingress', (client) => client.send(new RevokeSecurityGroupIngressCommand(input)))
    : send('mutating', (client) => client.send(new RevokeSecurityGroupEgressCommand(input)));
}

/** Goes on past a refusal, for the others may still be taken away. */
async function inTurn(
  ruleIds: readonly string[],
  remove: (ruleId: string) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (const ruleId of ruleIds) answers.push(await remove(ruleId));
  return answers;
}

function worst(answers: readonly Answer[]): Answer {
  return (
    answers.find(({ kind }) => kind === 'unknown') ??
    answers.find(({ kind }) => kind === 'refused') ?? { kind: 'done' }
  );
}

const done = async (): Promise<Answer> => ({ kind: 'done' });
