import { Refusal } from '../../core/refusal.ts';
import { temporaryName } from '../../core/step.ts';
import type { Step } from '../../core/step.ts';
import type { Answer, Gateways, Network, Trial } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { enterTarget } from './enter-target.ts';
import { contextOf } from './run-context.ts';

/** A call of restore that can be asked about, in words for a Refusal. */
interface Tried {
  readonly what: string;
  readonly change: Trial | undefined;
}

/**
 * Asks EC2 whether restore's own calls would be permitted (DryRun), with the state as it is, before
 * anything is touched: a fault that could not be undone must not begin. Plans on hosts alone ask nothing. In another account
 * it goes by the very role by which every restore will go.
 *
 * @throws Refusal that names the first rule, interface or subnet that could not be put back, and why, or the role
 * that does not let us in.
 */
export async function tryRestore(runId: string, gateways: Gateways): Promise<{ says: string }> {
  const { network } = gateways;
  await enterTarget(gateways);
  const { plan } = await contextOf(runId, gateways);
  const tried = await awaitAll(distinct(plan.steps).map((step) => triedFor(step, network)));
  const answers = await awaitAll(
    tried.flatMap((one) => (one === undefined ? [] : [triedOut(one, network)])),
  );
  const refused = answers.find(({ answer }) => answer.kind !== 'done');
  if (refused === undefined || refused.answer.kind === 'done') {
    return { says: `${answers.length} call(s) of restore would be permitted` };
  }
  const { what, answer } = refused;
  throw new Refusal(
    `Cannot begin as EC2 must permit putting back ${what}: found ${inOneLine(answer.reason)}`,
  );
}

/** One step an interface: its groups are put back by the same call however many steps change them. */
function distinct(steps: readonly Step[]): Step[] {
  return [...new Map(steps.map((step) => [keyOf(step), step])).values()];
}

const keyOf = (step: Step): string => ('interfaceId' in step ? step.interfaceId : step.id);

async function triedFor(step: Step, network: Network): Promise<Tried | undefined> {
  switch (step.kind) {
    case 'edit-rules': {
      if (temporaryName(step.groupId) !== undefined) return undefined;
      const { groupId } = step;
      const what = `rules ${step.edits.map(({ ruleId }) => ruleId).join(', ')} of group ${groupId}`;
      const edits = step.edits.map(({ ruleId, before }) => ({ ruleId, during: before }));
      return { what, change: { kind: 'edit-rules', groupId, edits } };
    }
    case 'attach-group':
    case 'detach-groups': {
      const { interfaceId } = step;
      const groupIds = await network.groupsOn(interfaceId);
      const what = `the groups of interface ${interfaceId}`;
      return { what, change: groupIds && { kind: 'set-groups', interfaceId, groupIds } };
    }
    case 'swap-acl': {
      const acl = await network.aclOf(step.subnetId);
      const what = `the network ACL of subnet ${step.subnetId}`;
      return { what, change: acl && { kind: 'swap-acl', ...pick(acl) } };
    }
    default:
      return undefined;
  }
}

const pick = ({ associationId, aclId }: { associationId: string; aclId: string }) => ({
  associationId,
  aclId,
});

async function triedOut(
  { what, change }: Tried,
  network: Network,
): Promise<{ what: string; answer: Answer }> {
  if (change !== undefined) return { what, answer: await network.tryOut(change) };
  return { what, answer: { kind: 'refused', reason: 'no such thing' } };
}

/** A reason of EC2's as the end of a sentence in the house grammar. */
const inOneLine = (reason: string): string => reason.replaceAll(/\s+/g, ' ').replace(/[ .]+$/, '');
