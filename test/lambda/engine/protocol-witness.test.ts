/**
 * Rule 16 of the restore protocol (docs/safety.md) where a step takes something away: absence has no
 * author, so a rule or a group of the run's own bears witness to it. See protocol-inject.test.ts.
 */
import { expect, test } from 'vitest';
import { inject } from '../../../lambda/engine/inject.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { recheckMs } from '../../../core/protocol.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import {
  clientRule,
  nodeGroup,
  oneRuleInventory,
  partition,
  sharedGroupInventory,
} from '../../fakes/example-cluster.ts';
import { attachPlan, movePlan, revokePlan } from '../../fakes/example-plans.ts';
import { Gate } from '../../fakes/gate.ts';
import { named, nth } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, wrongIn } from './scenes.ts';

const revoking = (): World => new World({ inventory: oneRuleInventory(), plan: revokePlan });
const revoke = named('network.removeRules');
const fails: Intercept = async () => ({ kind: 'refused', reason: 'RequestLimitExceeded' });
const isClients = (description = ''): boolean => description === 'the application';

const groupsOn = (world: World, interfaceId: string): readonly string[] =>
  world.network.now.interfaces.find(({ id }) => id === interfaceId)!.groupIds;

test('rule 16, the witness goes first: a rule whose witness must go is back before', async () => {
  const world = revoking();
  await injected('run1', partition, world.gateways());
  const restorer = world.gateways(nth(1, named('network.addRules'), fails));
  await restoreMachine(restorer, { runId: 'run1', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
});

test('rule 16, the witness goes with what it stands for: a late revoke still has one', async () => {
  const world = revoking();
  const gate = new Gate();
  await armed('run1', partition, world.gateways());
  const injecting = inject('run1', world.gateways(nth(1, revoke, gate.before)));
  await gate.reachedBy(injecting);
  await look('run1', 'person', world.gateways());
  gate.open();
  await injecting.catch(() => {});
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
});

test('rule 16, absence without a witness: what others revoke after the run stays so', async () => {
  const world = revoking();
  await injected('run1', partition, world.gateways());
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
  expect(await wrongIn(world)).toEqual([]);
  world.network.othersEdit(nodeGroup, (rules) =>
    rules.filter(({ spec }) => !isClients(spec.description)),
  );
  await world.clock.sleep(recheckMs / 2);
  await sweep(world.gateways());
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });

  const { rules } = world.network.now.groups.find(({ id }) => id === nodeGroup)!;
  expect(rules.filter(({ spec }) => isClients(spec.description))).toEqual([]);
});

test('rule 16, revoked without a witness: a rule whose witness others removed is left alone', async () => {
  const world = revoking();
  const gate = new Gate();
  await armed('run1', partition, world.gateways());
  const intent = nth(2, named('journal.write intend'), gate.before);
  const injecting = inject('run1', world.gateways(intent)).catch((error: unknown) => String(error));
  await gate.reachedBy(injecting);
  world.network.othersEdit(nodeGroup, (rules) =>
    rules.filter(({ spec }) => spec.description !== 'aerofault:run1'),
  );
  gate.open();
  const said = await injecting;
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
  expect(said).toContain('as a witness');
  expect(world.network.now.groups.flatMap(({ rules }) => rules.map(({ id }) => id))).toContain(
    clientRule,
  );
});

test('rule 16, groups from the journal: what others put on an interface stays on it', async () => {
  const world = new World({ inventory: sharedGroupInventory(), plan: attachPlan });
  await injected('run1', partition, world.gateways());
  world.network.othersChange(({ groups }) => ({
    groups: [...groups, { ...groups[1]!, id: 'sg-theirs', name: 'theirs', rules: [] }],
  }));
  world.network.othersSetGroups('eni-node-2', (now) => [...now, 'sg-theirs']);
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(groupsOn(world, 'eni-node-2')).toEqual([nodeGroup, 'sg-theirs']);
  expect((await world.journal.report('run1'))!.others).toEqual([
    'eni-node-2: group sg-theirs was put on',
  ]);
});

test('rule 16, the group that bears witness goes first: a stale describe loses no group', async () => {
  const world = new World({ inventory: sharedGroupInventory(), plan: movePlan });
  const gateways = world.gateways();
  await injected('run1', partition, gateways);
  world.network.othersSetGroups('eni-node-1', (now) => [...now, 'sg-clients']);
  const stale: Intercept = async (_, proceed) => {
    await proceed();
    return [nodeGroup, ...groupsOn(world, 'eni-node-1')];
  };
  const restorer = world.gateways(nth(1, named('network.groupsOn'), stale));
  await restoreMachine(restorer, { runId: 'run1', by: 'workflow' });

  expect([...groupsOn(world, 'eni-node-1')].toSorted()).toEqual(['sg-clients', nodeGroup]);
});
