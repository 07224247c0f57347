/** What is asked before anything is touched: could it be undone, and can the hosts do their part? */
import { describe, expect, test } from 'vitest';
import { baseline } from '../../../lambda/engine/baseline.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { open } from '../../../lambda/engine/open.ts';
import { tryRestore } from '../../../lambda/engine/try-restore.ts';
import { grammar } from '../../core/inventories.ts';
import { clientCut, partition, sharedGroupInventory } from '../../fakes/example-cluster.ts';
import { aclPlan, attachPlan, movePlan } from '../../fakes/example-plans.ts';
import { executionOf, runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { wrongIn } from './scenes.ts';

const refusal = 'UnauthorizedOperation: You are not authorized.\nEncoded message: x.';

async function planned(input: unknown, world: World): Promise<void> {
  await open({ runId: 'run1', execution: executionOf('run1'), input }, world.gateways());
  await decide('run1', world.gateways());
}

async function saidOf(asking: Promise<unknown>): Promise<string> {
  const error = await asking.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: 'Refusal' });
  const message = error instanceof Error ? error.message : '';
  expect(message).toMatch(grammar);
  return message;
}

describe('tryRestore()', () => {
  const shared = { inventory: sharedGroupInventory() };

  test.each([
    ['edit-rules', attachPlan, 'rules sgr-self of group sg-nodes'],
    ['set-groups', attachPlan, 'the groups of interface eni-node-2'],
    ['set-groups', movePlan, 'the groups of interface eni-node-1'],
    ['swap-acl', aclPlan, 'the network ACL of subnet subnet-1'],
  ] as const)(
    'refuses where %s would not be permitted, and names what',
    async (kind, plan, what) => {
      const world = new World({ ...shared, plan });
      world.network.forbids = (change) => (change.kind === kind ? refusal : undefined);
      await planned(partition, world);

      expect(await saidOf(tryRestore('run1', world.gateways()))).toContain(
        `putting back ${what}: found UnauthorizedOperation`,
      );
    },
  );

  test('asks with what is there now, and once an interface', async () => {
    const world = new World({ ...shared, plan: movePlan });
    const asked: unknown[] = [];
    world.network.forbids = (change) => {
      asked.push(change);
      return undefined;
    };
    await planned(partition, world);
    await tryRestore('run1', world.gateways());

    expect(asked).toEqual([
      { kind: 'set-groups', interfaceId: 'eni-node-1', groupIds: ['sg-nodes'] },
      { kind: 'swap-acl', associationId: 'aclassoc-subnet-1', aclId: 'acl-usual' },
    ]);
  });

  test('refuses where nobody can tell', async () => {
    const world = new World({ ...shared, plan: attachPlan });
    await planned(partition, world);
    const unknown = world.gateways(({ method }, proceed) =>
      method === 'tryOut'
        ? Promise.resolve({ kind: 'unknown', reason: 'TimeoutError' })
        : proceed(),
    );

    expect(await saidOf(tryRestore('run1', unknown))).toContain('found TimeoutError');
  });

  test('asks nothing for a plan on hosts alone', async () => {
    const world = new World({});
    world.network.forbids = () => refusal;
    await planned(partition, world);

    expect(await tryRestore('run1', world.gateways())).toEqual({
      says: '0 call(s) of restore would be permitted',
    });
  });

  test('ends the run refused, with nothing touched', async () => {
    const world = new World({ ...shared, plan: movePlan });
    world.network.forbids = () => refusal;
    const { outcome } = await runWorkflow(world.gateways(), { runId: 'run1', input: partition });

    expect(outcome).toBe('refused');
    expect(world.journal.now('run1')!.intents).toEqual({});
    expect(await wrongIn(world)).toEqual([]);
  });
});

describe('baseline()', () => {
  test('refuses a sever where a host cannot, and names host and reason', async () => {
    const world = new World({});
    world.machines.get('i-node-2')!.cannotSever = 'CONFIG_INET_DIAG_DESTROY is not set';
    await planned(clientCut, world);

    expect(await saidOf(baseline('run1', world.gateways()))).toBe(
      'Cannot sever established connections on node-2 as its kernel must close sockets on request: found CONFIG_INET_DIAG_DESTROY is not set',
    );
  });

  test('refuses a sever where a host does not answer', async () => {
    const world = new World({});
    await planned(clientCut, world);
    world.machines.get('i-node-3')!.reachable = false;

    expect(await saidOf(baseline('run1', world.gateways()))).toContain('on node-3');
  });

  test('closes nothing by asking', async () => {
    const world = new World({});
    await planned(clientCut, world);

    expect((await baseline('run1', world.gateways())).steady).toBe(true);
    expect((await baseline('run1', world.gateways())).steady).toBe(true);
  });
});
