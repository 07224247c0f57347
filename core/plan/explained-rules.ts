import type { Cut } from '../cut.ts';
import type { Interface, Inventory, Rule, SecurityGroup } from '../inventory.ts';
import type { RuleEdit, Step } from '../step.ts';
import type { ExplainedRule } from './explanation.ts';
import type { Plan } from './plan.ts';
import { isPeer } from './reachability/peers.ts';
import { pointOf, rangeOfRule } from './reachability/traffic.ts';
import { allowanceWords, groupWords, peerWords } from './rule-words.ts';

/** All rules of groups that accept any of the cut, and every rule that a step changes. */
export function explainedRules(
  inventory: Inventory,
  { steps, cuts }: Pick<Plan, 'steps' | 'cuts'>,
): ExplainedRule[] {
  const changes = changesOf(steps);
  const covered = coverage(inventory, cuts);
  return inventory.groups.flatMap((group) => {
    const rules = group.rules.map((rule) => ({ rule, covers: covered(rule) }));
    const concerned = rules.some(({ covers }) => covers);
    return rules
      .filter(
        ({ rule }) => (concerned && rule.direction === 'ingress') || changes.rules.has(rule.id),
      )
      .map(({ rule, covers }): ExplainedRule => {
        const { becomes, says } = fateOf(rule, { covers, group, changes, inventory });
        return {
          groupId: group.id,
          ruleId: rule.id,
          direction: rule.direction,
          allows: allowanceWords(rule.spec),
          peer: peerWords(rule.spec.peer, inventory),
          covers,
          becomes,
          says,
        };
      });
  });
}

interface Changes {
  readonly rules: ReadonlyMap<string, RuleEdit['during'] | 'revoked'>;
  /** Group → the interfaces it comes off, and the groups that stand for it. */
  readonly detached: ReadonlyMap<string, { interfaces: string[]; by: string[] }>;
}

function changesOf(steps: readonly Step[]): Changes {
  const rules = new Map<string, RuleEdit['during'] | 'revoked'>();
  const detached = new Map<string, { interfaces: string[]; by: string[] }>();
  for (const step of steps) {
    if (step.kind === 'edit-rules') {
      for (const { ruleId, during } of step.edits) rules.set(ruleId, during);
    } else if (step.kind === 'revoke-rules') {
      for (const { ruleId } of step.rules) rules.set(ruleId, 'revoked');
    } else if (step.kind === 'detach-groups') {
      for (const id of step.groupIds) {
        const { interfaces, by } = detached.get(id) ?? { interfaces: [], by: [] };
        detached.set(id, {
          interfaces: [...interfaces, step.interfaceId],
          by: by.includes(step.witness) ? by : [...by, step.witness],
        });
      }
    }
  }
  return { rules, detached };
}

function fateOf(
  { id, spec }: Rule,
  where: { covers: boolean; group: SecurityGroup; changes: Changes; inventory: Inventory },
): Pick<ExplainedRule, 'becomes' | 'says'> {
  const { covers, group, changes, inventory } = where;
  const change = changes.rules.get(id);
  if (change === 'revoked') {
    return { becomes: 'revoked', says: 'revoked; restore authorises it again under a new id' };
  }
  if (change !== undefined) return editedTo(change, spec, inventory);
  const left = changes.detached.get(group.id);
  if (covers && left !== undefined) {
    const by = left.by.map((one) => groupWords(one, inventory)).join(', ');
    const count = left.interfaces.length;
    return {
      becomes: 'replaced',
      says: `kept as it is; ${by} takes the place of its group on ${count} ${count === 1 ? 'interface' : 'interfaces'}`,
    };
  }
  return { becomes: 'kept', says: covers ? 'kept as it is' : 'kept: it admits none of the cut' };
}

function editedTo(
  during: RuleEdit['during'],
  before: RuleEdit['before'],
  inventory: Inventory,
): Pick<ExplainedRule, 'becomes' | 'says'> {
  const words = allowanceWords(during);
  if (during.fromPort === 0 && during.toPort === 0) {
    return { becomes: 'parked', says: `parked on ${words}, where nothing listens; its id stays` };
  }
  const [peer, own] = [during.peer, before.peer].map((one) => peerWords(one, inventory));
  const of = peer === own ? '' : ` for ${peer}`;
  return { becomes: 'narrowed', says: `narrowed to ${words}${of}; its id stays` };
}

/** Tells whether a rule admits any connection of the cuts, by its own port, holders and peer. */
function coverage(inventory: Inventory, cuts: readonly Cut[]): (rule: Rule) => boolean {
  const holders = new Map<string, Set<string>>();
  for (const { groupIds, instanceId } of inventory.interfaces) {
    if (instanceId === undefined) continue;
    for (const id of groupIds) holders.set(id, (holders.get(id) ?? new Set()).add(instanceId));
  }
  return (rule) => {
    if (rule.direction === 'egress') return false;
    const accepting = holders.get(rule.groupId);
    const [start, end] = rangeOfRule(rule.spec);
    const met = cuts.filter(
      ({ to, ports }) =>
        ports.some((port) => start <= pointOf('tcp', port) && pointOf('tcp', port) < end) &&
        to.some((id) => accepting?.has(id) === true),
    );
    if (met.length === 0) return false;
    const senders = sendersOf(rule, inventory);
    return met.some(({ from }) => from.some((id) => senders.has(id)));
  };
}

function sendersOf({ spec: { peer } }: Rule, inventory: Inventory): Set<string> {
  const means = ({ groupIds, addresses }: Interface): boolean =>
    addresses.some((address) => isPeer(inventory, peer, { address, groupIds }));
  return new Set(inventory.interfaces.filter(means).flatMap(({ instanceId }) => instanceId ?? []));
}
