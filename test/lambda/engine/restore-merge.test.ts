/** People change things during the hold, and what they did survives; nothing of the run's is left. */
import { describe, expect, test } from 'vitest';
import type { Rule, RuleSpec } from '../../../core/inventory.ts';
import type { Plan } from '../../../core/plan/plan.ts';
import type { Step } from '../../../core/step.ts';
import { look } from '../../../lambda/engine/restore.ts';
import {
  clientRule,
  nodeGroup,
  oneRule,
  oneRuleInventory,
  partition,
  sharedGroupInventory,
} from '../../fakes/example-cluster.ts';
import { aclPlan, movePlan, revokePlan } from '../../fakes/example-plans.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected, unfinishedIn } from './scenes.ts';

type Changes = (rules: readonly Rule[]) => readonly Rule[];

const parking = (): World => new World({ inventory: oneRuleInventory() });
const revoking = (): World => new World({ inventory: oneRuleInventory(), plan: revokePlan });
const moving = (): World => new World({ inventory: sharedGroupInventory(), plan: movePlan });

const rulesOf = (world: World): readonly Rule[] =>
  world.network.now.groups.find(({ id }) => id === nodeGroup)!.rules;
const before: RuleSpec = rulesOf(parking()).find(({ id }) => id === clientRule)!.spec;
const theirs: Rule = {
  id: 'sgr-theirs',
  groupId: nodeGroup,
  direction: 'ingress',
  spec: { ...before, description: 'put back by hand' },
  tags: {},
};
const elsewhere: Rule = { ...theirs, spec: { ...before, fromPort: 8080, toPort: 8080 } };

/** Injects, lets people change the rules of the nodes' group, restores. */
async function changedInHold(world: World, input: unknown, change: Changes): Promise<World> {
  await injected('run1', input, world.gateways());
  world.network.othersEdit(nodeGroup, change);
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
  expect([...world.breaches, ...(await unfinishedIn(world))]).toEqual([]);
  expect(world.inForce()).toEqual([]);
  return world;
}

async function differences(world: World): Promise<{ residue: string[]; others: string[] }> {
  const { residue, others } = (await world.journal.report('run1'))!;
  return { residue, others };
}

const changeRule =
  (id: string, part: Partial<RuleSpec>): Changes =>
  (rules) =>
    rules.map((rule) => (rule.id === id ? { ...rule, spec: { ...rule.spec, ...part } } : rule));

const specOf = (world: World, id: string): RuleSpec | undefined =>
  rulesOf(world).find((rule) => rule.id === id)?.spec;

describe('a parked rule', () => {
  test('goes back whole beside a rule that others added', async () => {
    const world = await changedInHold(parking(), oneRule, (rules) => [...rules, elsewhere]);

    expect(specOf(world, clientRule)).toEqual(before);
    expect(specOf(world, elsewhere.id)).toEqual(elsewhere.spec);
    expect(await differences(world)).toEqual({
      residue: [],
      others: [`${nodeGroup}: rule ${elsewhere.id} was added`],
    });
  });

  test.each([
    ['ports', { fromPort: 3005, toPort: 3006 }],
    ['peer', { peer: { kind: 'ipv4', cidr: '10.0.7.0/24' } }],
    ['description', { description: 'why is this on port 0?' }],
  ] as const)('keeps the %s that others gave it', async (_, part) => {
    const world = await changedInHold(parking(), oneRule, changeRule(clientRule, part));

    expect(specOf(world, clientRule)).toEqual({ ...before, ...part });
    expect((await differences(world)).others).toEqual([
      `${nodeGroup}: rule ${clientRule} was changed`,
    ]);
  });

  test('gives way to the same rule added by others, which EC2 would call a duplicate', async () => {
    const world = await changedInHold(parking(), oneRule, (rules) => [...rules, theirs]);

    expect(specOf(world, clientRule)).toBeUndefined();
    expect(specOf(world, theirs.id)).toEqual(theirs.spec);
    expect(await differences(world)).toEqual({
      residue: [],
      others: [
        `${nodeGroup}: rule ${clientRule} is gone, ${theirs.id} allows the same`,
        `${nodeGroup}: rule ${theirs.id} was added`,
      ],
    });
  });

  test('of a group that others deleted is left to them', async () => {
    const world = parking();
    await injected('run1', oneRule, world.gateways());
    world.network.othersChange(({ groups }) => ({
      groups: groups.filter(({ id }) => id !== nodeGroup),
    }));
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    expect(await unfinishedIn(world)).toEqual([]);
    expect(await differences(world)).toEqual({
      residue: [],
      others: [`${nodeGroup}: the group is gone`],
    });
  });
});

test('of a batch of which EC2 refuses one rule the other goes back all the same', async () => {
  const [first, second] = rulesOf(parking()).map(({ id, spec }) => ({
    ruleId: id,
    before: spec,
    during: { ...spec, fromPort: 0, toPort: 0, description: 'aerofault:run1' },
  }));
  const common = { id: 'edit-rules/1', phase: 1, says: 'park both' } as const;
  const parks: Step = {
    ...common,
    kind: 'edit-rules',
    groupId: nodeGroup,
    edits: [first!, second!],
  };
  const plan = (_: string, planned: Plan): Plan => ({ ...planned, steps: [parks] });
  const world = new World({ inventory: oneRuleInventory(), plan });
  await injected('run1', partition, world.gateways());
  const refuses: Intercept = async ({ name, args }, proceed) =>
    name === 'network.editRules' && JSON.stringify(args).includes(first!.ruleId)
      ? { kind: 'refused', reason: 'InvalidGroup.NotFound' }
      : proceed();
  await look('run1', 'workflow', world.gateways(refuses));

  expect(specOf(world, first!.ruleId)).toEqual(first!.during);
  expect(specOf(world, second!.ruleId)).toEqual(second!.before);
});

describe('a revoked rule', () => {
  test('comes back under a new id, with its description and tags', async () => {
    const world = await changedInHold(revoking(), partition, (rules) => rules);
    const back = rulesOf(world).find(({ spec }) => spec.description === before.description)!;

    expect(back.id).not.toBe(clientRule);
    expect(back).toMatchObject({ spec: before, tags: { team: 'orders' }, direction: 'ingress' });
    expect(await differences(world)).toEqual({ residue: [], others: [] });
  });

  test('does not come back where others have brought it back', async () => {
    const world = await changedInHold(revoking(), partition, (rules) => [...rules, theirs]);

    expect(rulesOf(world).filter(({ spec }) => spec.fromPort === 3000)).toHaveLength(2);
    expect((await differences(world)).residue).toEqual([]);
  });

  test('is told as residue where others removed its witness', async () => {
    const world = await changedInHold(revoking(), partition, (rules) =>
      rules.filter(({ spec }) => spec.fromPort !== 0),
    );

    expect((await differences(world)).residue).toEqual([
      `${nodeGroup}: rule ${clientRule} is gone`,
    ]);
    expect((await world.journal.report('run1'))!.outcome).toBe('not-clean');
  });
});

describe('a moved interface', () => {
  test('stays off a group that others have deleted', async () => {
    const world = moving();
    await injected('run1', partition, world.gateways());
    world.network.othersSetGroups('eni-node-1', (now) => [...now, 'sg-clients']);
    world.network.othersChange(({ groups, interfaces }) => ({
      groups: groups.filter(({ id }) => id !== nodeGroup),
      interfaces: interfaces.map((one) => ({
        ...one,
        groupIds: one.groupIds.filter((id) => id !== nodeGroup),
      })),
    }));
    // Rules of the run's own group still name the deleted one; EC2 would call them stale.
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    expect(await unfinishedIn(world)).toEqual([]);
    expect(world.inForce()).toEqual([]);
    expect((await differences(world)).residue).toEqual([]);
  });
});

const swapping = (): World => new World({ inventory: sharedGroupInventory(), plan: aclPlan });
const give = (world: World, aclId: string): void =>
  world.network.othersChange(({ acls, associations }) => ({
    associations: { ...associations, 'subnet-1': 'aclassoc-theirs' },
    acls: acls.map((acl) => ({
      ...acl,
      subnetIds: [
        ...acl.subnetIds.filter((id) => id !== 'subnet-1'),
        ...(acl.id === aclId ? ['subnet-1'] : []),
      ],
    })),
  }));

describe('a subnet', () => {
  test('keeps the network ACL that others gave it', async () => {
    const world = swapping();
    await injected('run1', partition, world.gateways());
    world.network.othersChange(({ acls }) => ({
      acls: [...acls, { ...acls[0]!, id: 'acl-theirs', isDefault: false, subnetIds: [] }],
    }));
    give(world, 'acl-theirs');
    await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

    expect((await world.network.aclOf('subnet-1'))?.aclId).toBe('acl-theirs');
    expect(world.inForce()).toEqual([]);
    expect(await differences(world)).toEqual({
      residue: [],
      others: ['subnet-1: has network ACL acl-theirs in place of acl-usual'],
    });
  });
});
