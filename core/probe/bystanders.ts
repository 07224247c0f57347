import type { Interface, Inventory } from '../inventory.ts';
import type { Plan } from '../plan/plan.ts';
import type { Step } from '../step.ts';
import { isSix } from './dial.ts';
import type { Party } from './dial.ts';

/**
 * Interfaces that the plan must not harm though it changes a group they hold or a subnet they lie in:
 * those of no instance that has a role in the cluster.
 */
export function bystandersOf({
  inventory,
  plan,
}: {
  readonly inventory: Inventory;
  readonly plan: Plan;
}): Party[] {
  const known = new Set(inventory.instances.map(({ id }) => id));
  const groups = new Set(plan.steps.flatMap(groupsTouchedBy));
  const subnets = new Set(plan.steps.flatMap(subnetsTouchedBy));
  return inventory.interfaces
    .filter(({ instanceId }) => !known.has(instanceId ?? ''))
    .filter(
      ({ groupIds, subnetId }) => subnets.has(subnetId) || groupIds.some((id) => groups.has(id)),
    )
    .map(partyOf);
}

function groupsTouchedBy(step: Step): readonly string[] {
  switch (step.kind) {
    case 'add-rules':
    case 'edit-rules':
    case 'revoke-rules':
    case 'attach-group':
      return [step.groupId];
    case 'detach-groups':
      return step.groupIds;
    default:
      return [];
  }
}

const subnetsTouchedBy = (step: Step): string[] => {
  if (step.kind === 'swap-acl') return [step.subnetId];
  return step.kind === 'end-pulse' ? step.swaps.map(({ subnetId }) => subnetId) : [];
};

function partyOf({ id, addresses }: Interface): Party {
  const four = addresses.filter((address) => !isSix(address)).slice(0, 1);
  return { id, addresses: [...four, ...addresses.filter(isSix).slice(0, 1)] };
}
