/**
 * The counterexamples to rules 1 to 6 of the restore protocol (docs/safety.md), a test a row. Each plays
 * the trace of its row, to the instant, on the real engine; mutants.test.ts takes the rule out and sees
 * the test fail.
 */
import { expect, test } from 'vitest';
import { arm } from '../../../lambda/engine/arm.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { open } from '../../../lambda/engine/open.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import type { Gateways } from '../../../lambda/gateways.ts';
import { clientCut, oneRule, oneRuleInventory } from '../../fakes/example-cluster.ts';
import { Gate } from '../../fakes/gate.ts';
import { named, nth } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Died, Mortal } from '../../fakes/mortality.ts';
import { everyoneElse } from '../../fakes/virtual-clock.ts';
import { executionOf, restoreMachine } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, wrongIn } from './scenes.ts';

const refused: Intercept = async () => ({ kind: 'refused', reason: 'UnauthorizedOperation' });
const oneRuleWorld = (): World => new World({ inventory: oneRuleInventory() });

test('rule 3, plan before lock: no run takes another run’s parked form for the original', async () => {
  const world = new World({});
  const gateways = world.gateways();
  await injected('run1', { ...clientCut, established: 'leave' }, gateways);
  const ports = { ...clientCut.fault, ports: ['fabric'] };
  const input = { ...clientCut, fault: ports, established: 'leave' };
  const execution = executionOf('run2');
  await open({ runId: 'run2', execution, input }, gateways).catch(() => {});
  await decide('run2', gateways).catch(() => {});
  await restoreMachine(gateways, { runId: 'run1', by: 'workflow' });
  await arm('run2', gateways).catch(() => {});
  await inject('run2', gateways).catch(() => {});
  await restoreMachine(gateways, { runId: 'run2', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
});

test('rules 1/2, lock first, item after: no sweeper frees the lock of a run that opens', async () => {
  const world = oneRuleWorld();
  const locked = new Gate();
  const opener = world.gateways(nth(1, named('journal.takeLock'), locked.after));
  const opening = armed('run1', oneRule, opener);
  await locked.reachedBy(opening);
  await sweep(world.gateways());
  locked.open();
  await opening;
  await inject('run1', world.gateways());
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
});

test('rule 1, Open overwrites: a redriven run does not take up a lock about to be freed', async () => {
  const world = oneRuleWorld();
  await injected('run1', oneRule, world.gateways());
  const releasing = new Gate();
  const applying = new Gate();
  const restorer = world.gateways(nth(1, named('journal.releaseLock'), releasing.before));
  const restoring = restoreMachine(restorer, { runId: 'run1', by: 'workflow' });
  await releasing.reachedBy(restoring);
  const redriver = world.gateways(nth(1, named('network.editRules'), applying.before));
  const redriven = redrive(redriver).catch((error: unknown) => String(error));
  await applying.reachedBy(redriven);
  releasing.open();
  await everyoneElse();
  applying.open();
  await restoring;

  await redriven;
  expect(await wrongIn(world)).toEqual([]);
  expect(await redriven).toContain('an execution must run only once');
});

/** Open again, and on from there. */
async function redrive(gateways: Gateways): Promise<void> {
  await open({ runId: 'run1', execution: executionOf('run1'), input: oneRule }, gateways);
  await decide('run1', gateways);
  await inject('run1', gateways);
}

test('rule 5, no state check: a run that was closed injects nothing, though before its deadline', async () => {
  const world = oneRuleWorld();
  await armed('run1', oneRule, world.gateways());
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });

  const injecting = inject('run1', world.gateways()).catch((error: unknown) => String(error));
  await injecting;
  expect(await wrongIn(world)).toEqual([]);
  expect(await injecting).toContain('must be open');
  expect(world.clock.now()).toBeLessThan(world.journal.now('run1')!.deadlineAt);
});

test('rule 5, check and then intent: whoever closes between the two is obeyed', async () => {
  const world = oneRuleWorld();
  await armed('run1', oneRule, world.gateways());
  const checked = new Gate();
  const injector = world.gateways(nth(1, named('journal.write intend'), checked.before));
  const injecting = inject('run1', injector).catch((error: unknown) => String(error));
  await checked.reachedBy(injecting);
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });
  checked.open();

  await injecting;
  expect(await wrongIn(world)).toEqual([]);
  expect(await injecting).toContain('must be open');
});

test('rule 6, a known failure clears the intent: it stays, for it may be an earlier attempt’s', async () => {
  const world = oneRuleWorld();
  await armed('run1', oneRule, world.gateways());
  const dies = new Mortal({ effect: 1, when: 'after', of: named('network.editRules') });
  await expect(inject('run1', world.gateways(dies.intercept))).rejects.toThrow(Died);
  const retry = inject('run1', world.gateways(nth(1, named('network.editRules'), refused)));
  await expect(retry).rejects.toThrow('UnauthorizedOperation');
  await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

  expect(await wrongIn(world)).toEqual([]);
});
