import type { Cut } from '../cut.ts';
import type { Inventory } from '../inventory.ts';
import { printable } from '../printable.ts';
import { isHostStep } from '../step.ts';
import type { Step, SwapAcl } from '../step.ts';
import { editedWords, standingWords } from './explained-hosts.ts';
import { explainedRules } from './explained-rules.ts';
import type { ExplainedRule, Explanation } from './explanation.ts';
import { someNames } from './hosts/words.ts';
import type { Plan } from './plan.ts';
import { allowanceWords, entryWords, groupWords, peerWords } from './rule-words.ts';
import { trackingOf } from './tracking.ts';
import type { Tracking } from './tracking.ts';

/** Explains a plan made on this inventory: every rule that admits the cut, and what becomes of it. */
export function explain(inventory: Inventory, plan: Plan): Explanation {
  const { runId, steps, cuts, targets, calls, seed, parts = [], warnings } = plan;
  const edited = editedWords(plan, inventory);
  const names = Object.fromEntries(inventory.instances.map(({ id, name }) => [id, name]));
  return {
    runId,
    cuts: trackingOf(inventory, cuts).map(({ cut, tracking }) => {
      const falls = fallsIn(plan, cut);
      return { cut, tracking, falls, says: fateWords({ tracking, falls, steps }) };
    }),
    rules: explainedRules(inventory, plan),
    added: steps.flatMap((step) => (step.kind === 'add-rules' ? addedBy(step, inventory) : [])),
    groups: steps.flatMap((step) => (step.kind === 'make-group' ? [step.name] : [])),
    interfaces: changedInterfaces(inventory, steps),
    acls: steps.flatMap((step) =>
      step.kind === 'swap-acl' ? [aclOf(step, { inventory, steps })] : [],
    ),
    hosts: steps.flatMap((step) => (isHostStep(step) || step.kind === 'sever' ? step.says : [])),
    ...(edited !== undefined && { edited }),
    parts: parts.map(({ says }) => says),
    ...(seed !== undefined && { seed }),
    calls,
    targets: targets.map((id) => names[id] ?? id),
    names,
    warnings,
  };
}

function fallsIn({ prediction }: Plan, cut: Cut): boolean {
  return prediction.falls.some(
    ({ from, to, ports }) =>
      isWithin(cut.from, from) &&
      isWithin(cut.to, to) &&
      cut.ports.every((port) => ports.includes(port)),
  );
}

function isWithin(part: readonly string[], whole: readonly string[]): boolean {
  const all = new Set(whole);
  return part.every((id) => all.has(id));
}

function fateWords(part: { tracking: Tracking; falls: boolean; steps: readonly Step[] }): string {
  const { tracking, falls, steps } = part;
  const kinds = new Set(steps.map(({ kind }) => kind));
  const kept = {
    tracked: 'tracked',
    automatic: 'tracked whatever the rules',
    untracked: 'untracked',
  };
  const onHosts = standingWords(steps, falls);
  if (onHosts !== undefined) return onHosts;
  if (!falls) return `${kept[tracking]}: connections that already stand go on`;
  if (kinds.has('sever'))
    return `${kept[tracking]}: connections that already stand are closed on the hosts`;
  if (kinds.has('end-pulse'))
    return `${kept[tracking]}: connections that already stand end in the ACL pulse`;
  if (kinds.has('swap-acl'))
    return 'connections that already stand are stopped between the subnets';
  return `${kept[tracking]}: connections that already stand fall at once`;
}

function addedBy(
  { groupId, direction, rules }: Extract<Step, { kind: 'add-rules' }>,
  inventory: Inventory,
): Explanation['added'] {
  return rules.map((spec) => ({
    groupId: groupWords(groupId, inventory),
    direction,
    allows: allowanceWords(spec),
    peer: peerWords(spec.peer, inventory),
  }));
}

function changedInterfaces(
  inventory: Inventory,
  steps: readonly Step[],
): Explanation['interfaces'] {
  const changed = new Map<string, { attached: string[]; detached: string[] }>();
  const changeOf = (id: string): { attached: string[]; detached: string[] } => {
    const change = changed.get(id) ?? { attached: [], detached: [] };
    changed.set(id, change);
    return change;
  };
  for (const step of steps) {
    if (step.kind === 'attach-group') {
      changeOf(step.interfaceId).attached.push(groupWords(step.groupId, inventory));
    } else if (step.kind === 'detach-groups') {
      const gone = step.groupIds.map((id) => groupWords(id, inventory));
      changeOf(step.interfaceId).detached.push(...gone);
    }
  }
  const owners = new Map(inventory.instances.map(({ id, name }) => [id, name]));
  const instances = new Map(inventory.interfaces.map((one) => [one.id, one.instanceId ?? '']));
  return [...changed].map(([interfaceId, change]) => {
    const instanceId = instances.get(interfaceId) ?? '';
    return { interfaceId, owner: owners.get(instanceId) ?? instanceId, ...change };
  });
}

/** What the clone decides that the ACL of the subnet did not. */
function aclOf(
  { subnetId, originalId, entries }: SwapAcl,
  { inventory, steps }: { inventory: Inventory; steps: readonly Step[] },
): Explanation['acls'][number] {
  const original = inventory.networkAcls.find(({ id }) => id === originalId)?.entries ?? [];
  const old = new Set(original.map(entryWords));
  const ended = steps.flatMap((step) => (step.kind === 'end-pulse' ? step.swaps : []));
  return {
    subnetId,
    originalId,
    entries: entries.map(entryWords).filter((words) => !old.has(words)),
    pulse: ended.some((swap) => swap.subnetId === subnetId),
  };
}

/** The explanation as lines for a terminal, at most 100 columns where names allow; no colour. */
export function explanationText(explanation: Explanation): string[] {
  const { cuts, rules, added, groups, interfaces, acls, hosts, parts, warnings } = explanation;
  const { calls, targets, edited } = explanation;
  const kept = Map.groupBy(
    rules.filter(({ becomes, covers }) => becomes === 'kept' && !covers),
    ({ groupId }) => groupId,
  );
  const lines = [
    targets.length === 0 ? 'Nobody is cut off' : `Cut off: ${someNames(targets)}`,
    '',
    ...cuts.flatMap((part) => cutLines(part, explanation)),
    '',
    ...rules.filter((rule) => rule.covers || rule.becomes !== 'kept').flatMap(ruleLines),
    ...[...kept].map(([id, all]) => `    ${id}: ${counted(all.length, 'other rule')} kept`),
    ...groups.map((name) => `  + group ${name}, temporary`),
    ...added.map(
      ({ groupId, direction, allows, peer }) =>
        `  + ${groupId}: ${allows} ${direction === 'ingress' ? 'from' : 'to'} ${peer}, temporary`,
    ),
    ...interfaceLines(interfaces),
    ...acls.flatMap(aclLines),
    ...parts.map((says) => `  part  ${says}`),
    ...hosts.map((says) => `  ! ${says}`),
    ...(edited === undefined ? [] : [`    ${edited}`]),
    ...warnings.map((warning) => `  ! ${warning}`),
    '',
    `${counted(calls.inject, 'call')} to EC2 to inject, ${calls.restore} to restore`,
  ];
  return lines.map(printable);
}

function cutLines(
  { cut: { from, to, ports }, says }: Explanation['cuts'][number],
  { names }: Explanation,
): string[] {
  const named = (ids: readonly string[]): string => someNames(ids.map((id) => names[id] ?? id));
  return [`  cut   ${named(from)} -> ${named(to)}  tcp ${ports.join(', ')}`, `        ${says}`];
}

const symbols = { kept: ' ', narrowed: '~', parked: '~', revoked: '-', replaced: '~' } as const;

function ruleLines({ groupId, ruleId, direction, ...rule }: ExplainedRule): string[] {
  const way = direction === 'ingress' ? 'from' : 'to';
  return [
    `  ${symbols[rule.becomes]} ${ruleId} of ${groupId}: ${rule.allows} ${way} ${rule.peer}`,
    `      ${rule.says}`,
  ];
}

/** Interfaces that change alike make one line. */
function interfaceLines(interfaces: Explanation['interfaces']): string[] {
  const alike = Map.groupBy(interfaces, ({ attached, detached }) =>
    [...attached.map((id) => `+ ${id}`), ...detached.map((id) => `- ${id}`)].join(', '),
  );
  return [...alike].map(([change, all]) => {
    const named = all.map(({ interfaceId, owner }) =>
      owner === '' ? interfaceId : `${interfaceId} (${owner})`,
    );
    return `  ~ ${counted(all.length, 'interface')}: ${change}; ${someNames(named)}`;
  });
}

function aclLines({ subnetId, originalId, entries, pulse }: Explanation['acls'][number]): string[] {
  const until = pulse ? 'until the links are gone' : 'until restore';
  return [
    `  ~ ${subnetId}: a copy of ${originalId} stands for it ${until}`,
    ...entries.map((words) => `      ${words}`),
  ];
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? '' : 's'}`;
