/** What a run that needs TLS or a login hands its hosts, and what becomes of it. */
import { describe, expect, test } from 'vitest';
import { audit } from '../../../lambda/engine/audit.ts';
import { baseline } from '../../../lambda/engine/baseline.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { open } from '../../../lambda/engine/open.ts';
import { grammar } from '../../core/inventories.ts';
import { clusterName, partition } from '../../fakes/example-cluster.ts';
import { FakeAudits } from '../../fakes/fake-audits.ts';
import { named } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Died } from '../../fakes/mortality.ts';
import { executionOf, restoreMachine, runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';

const runId = 'run1';
const secret = 'orders/probe';
const input = { ...partition, access: { login: { secret } } };
const nodeIds = ['i-node-1', 'i-node-2', 'i-node-3'];

/** A world whose nodes answer nobody who has not logged in. */
function guarded(): World {
  const world = new World({});
  for (const id of nodeIds) world.machines.get(id)!.access.wantsLogin = true;
  world.secrets.clusters.set(secret, clusterName);
  return world;
}

/** Its process dies when it would close the run. */
const dies: Intercept = (call, proceed) => {
  if (named('journal.write close')(call)) throw new Died();
  return proceed();
};

const keptBy = (world: World): string[] =>
  [...world.machines].filter(([, { access }]) => access.kept.size > 0).map(([id]) => id);

async function refusalOf(world: World, asked: unknown = input): Promise<string> {
  await open({ runId, execution: executionOf(runId), input: asked }, world.gateways());
  const error: unknown = await decide(runId, world.gateways()).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: 'Refusal' });
  const says = error instanceof Error ? error.message : '';
  expect(says).toMatch(grammar);
  expect(await world.journal.plan(runId)).toBeUndefined();
  return says;
}

describe('a run on a cluster that wants a login', () => {
  test('is confirmed, and in the end no host keeps anything', async () => {
    const world = guarded();
    const { outcome } = await runWorkflow(world.gateways(), { runId, input });
    expect(outcome).toBe('confirmed');
    expect(keptBy(world)).toEqual([]);
    const asked = world.hosts.ran.filter(({ script }) => script === 'access');
    expect(asked.map(({ instanceId }) => instanceId).toSorted()).toEqual(
      [...nodeIds, ...nodeIds].toSorted(),
    );
    expect(world.breaches).toEqual([]);
  });

  test('hands nothing to clients, and asks one secret once', async () => {
    const world = guarded();
    const sealed: unknown[] = [];
    const listen: Intercept = (call, proceed) => {
      if (call.gateway === 'secrets') sealed.push(call.args[0]);
      return proceed();
    };
    await open({ runId, execution: executionOf(runId), input }, world.gateways());
    await decide(runId, world.gateways(listen));
    expect(keptBy(world)).toEqual(nodeIds);
    expect(sealed).toHaveLength(1);
    expect(sealed[0]).toMatchObject({ secret, cluster: clusterName });
    const run = await world.journal.read(runId);
    const until = world.machines.get('i-node-1')!.access.kept.get(runId) ?? 0;
    expect(until).toBeGreaterThan(run!.deadlineAt);
    expect(until).toBeLessThan(run!.deadlineAt + 600_000);
  });

  test('that needs no login is handed none', async () => {
    const world = guarded();
    for (const { access } of world.machines.values()) access.wantsLogin = false;
    await runWorkflow(world.gateways(), { runId, input: partition });
    expect(world.hosts.ran.filter(({ script }) => script === 'access')).toEqual([]);
  });

  test('by TLS alone reads no secret', async () => {
    const world = new World({});
    const tls = { ...partition, access: { tls: { name: 'aero.example' } } };
    await open({ runId, execution: executionOf(runId), input: tls }, world.gateways());
    await decide(runId, world.gateways());
    expect(keptBy(world)).toEqual(nodeIds);
  });

  test('goes on asking after its controller died and another restores it', async () => {
    const world = guarded();
    await runWorkflow(world.gateways(dies), { runId, input }).catch((error: unknown) => {
      if (!(error instanceof Died)) throw error;
    });
    expect(keptBy(world)).toEqual(nodeIds);
    await restoreMachine(world.gateways(), { runId, by: 'schedule' });
    const report = await world.journal.report(runId);
    expect(report?.verdicts.recovered.answer).toBe('confirmed');
    expect(keptBy(world)).toEqual([]);
  });

  test('is inconclusive, and clean, where hosts keep nothing any more', async () => {
    const world = guarded();
    const forgets: Intercept = (call, proceed) => {
      if (named('journal.write close')(call)) {
        for (const { access } of world.machines.values()) access.kept.clear();
      }
      return proceed();
    };
    await runWorkflow(world.gateways(forgets), { runId, input });
    const report = await world.journal.report(runId);
    expect(report?.verdicts.recovered.answer).toBe('inconclusive');
    expect(report?.verdicts.clean.answer).not.toBe('refuted');
    expect(world.inForce()).toEqual([]);
  });
});

describe('a run is refused, with nothing kept and nothing touched', () => {
  test('by a secret that is not there', async () => {
    const world = guarded();
    world.secrets.clusters.clear();
    expect(await refusalOf(world)).toContain(`Cannot log in by secret "${secret}"`);
    expect(keptBy(world)).toEqual([]);
  });

  test('by a password that the cluster does not know', async () => {
    const world = guarded();
    for (const { access } of world.machines.values()) access.refusesLogin = true;
    expect(await refusalOf(world)).toContain('login-refused');
    expect(keptBy(world)).toEqual([]);
  });

  test('where a host has no openssl, and says which', async () => {
    const world = guarded();
    world.machines.get('i-node-2')!.access.hasOpenssl = false;
    const says = await refusalOf(world);
    expect(says).toContain('openssl must be installed here');
    expect(keptBy(world)).toEqual([]);
  });

  test('where a login is wanted and none is given', async () => {
    const says = await refusalOf(guarded(), partition);
    expect(says).toContain('access.login');
  });

  test('and hosts keep nothing where the cluster is not steady', async () => {
    const world = guarded();
    await open({ runId, execution: executionOf(runId), input }, world.gateways());
    await decide(runId, world.gateways());
    for (const { access } of world.machines.values()) access.refusesLogin = true;
    expect(await baseline(runId, world.gateways())).toMatchObject({ steady: false });
    expect(keptBy(world)).toEqual([]);
  });
});

describe('an audit', () => {
  test('of a cluster that wants a login has its counters, and leaves nothing', async () => {
    const world = guarded();
    const audits = new FakeAudits();
    const asked = { cluster: clusterName, access: { login: { secret } } };
    await audit({ auditId: 'audit1', input: asked }, { ...world.gateways(), audits });
    expect(keptBy(world)).toEqual([]);
    const asking = world.hosts.ran.filter(({ script }) => script === 'access');
    expect(asking).toHaveLength(9); // A key, what is sealed to it, and its end, on three nodes.
  });

  test('says whose node it could not ask', async () => {
    const world = guarded();
    world.machines.get('i-node-2')!.access.hasOpenssl = false;
    const audits = new FakeAudits();
    const asked = { cluster: clusterName, access: { login: { secret } } };
    await audit({ auditId: 'audit1', input: asked }, { ...world.gateways(), audits });
    expect(audits.kept[0]?.notes.join('\n')).toContain('openssl must be installed');
  });
});
