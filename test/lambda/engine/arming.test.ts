/** Hosts are armed early and switch together; what is not armed in time is taken back before it begins. */
import { describe, expect, test } from 'vitest';
import { isHostStep } from '../../../core/step.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { exampleInventory, halves, partition } from '../../fakes/example-cluster.ts';
import { holdsPlan, partsPlan } from '../../fakes/example-host-plans.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { runWorkflow } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { armed, injected, wrongIn } from './scenes.ts';

const runId = 'run1';
const fourNodes = (): World => new World({ inventory: exampleInventory(4) });
const scriptsOn = ({ hosts }: World): string[] => hosts.ran.map(({ script }) => script);

test('a run switches on a whole second, on and off', async () => {
  const world = new World({});
  await world.clock.sleep(123);
  await armed(runId, partition, world.gateways());
  const { injectAt = 1, restoreAt = 1 } = world.journal.now(runId)!;

  expect([injectAt % 1_000, restoreAt % 1_000]).toEqual([0, 0]);
  expect(injectAt - world.clock.now()).toBeGreaterThanOrEqual(20_000);
  expect(injectAt - world.clock.now()).toBeLessThan(21_000);
});

describe('inject()', () => {
  test('arms early, and ends only once hosts have switched', async () => {
    const world = new World({});
    await armed(runId, partition, world.gateways());
    const { injectAt = 0 } = world.journal.now(runId)!;
    const injecting = inject(runId, world.gateways());
    await world.clock.sleep(2_000);

    expect(world.inForce()).toHaveLength(1);
    expect(world.connect('i-node-1', '10.0.1.12', 3001)).toBe('open');
    await injecting;
    expect(world.clock.now()).toBe(injectAt);
    expect(world.connect('i-node-1', '10.0.1.12', 3001)).toBe('timed-out');
    const notes = await world.journal.notes(runId);
    expect(notes.find(({ kind }) => kind === 'applied')).toMatchObject({ appliedAt: injectAt });
  });

  test('fails in time to take all back before any of it is in force, where one host is not armed', async () => {
    const world = fourNodes();
    world.hosts.delay('i-node-2', 'cut', 40_000);
    const { outcome } = await runWorkflow(world.gateways(), { runId, input: halves });
    await world.clock.sleep(60_000);
    const { closedAt = Infinity, injectAt = 0 } = world.journal.now(runId)!;

    expect(outcome).toBe('broken');
    expect(scriptsOn(world).filter((script) => script === 'cut')).toHaveLength(2);
    expect(closedAt).toBeLessThan(injectAt - 5_000);
    expect(world.harmEndedAt).toBe(0);
    expect(await wrongIn(world)).toEqual([]);
  });

  test('begins no script that waits for the instant before every kernel is known to be armed', async () => {
    const world = new World({
      plan: (id, planned) => {
        const [{ steps }, held] = [partsPlan(id, planned), holdsPlan(id, planned)];
        return { ...planned, steps: [...held.steps.slice(0, 3), ...steps.slice(0, 2)] };
      },
    });
    world.hosts.delay('i-node-1', 'cut', 40_000);
    await runWorkflow(world.gateways(), { runId, input: partition });

    const waiting = new Set(['service', 'route', 'xdr']);
    expect(scriptsOn(world).filter((script) => waiting.has(script))).toEqual([]);
    expect(world.harmEndedAt).toBe(0);
    expect(await wrongIn(world)).toEqual([]);
  });

  test('waits for scripts whose kernel does not switch', async () => {
    const world = new World({});
    world.machines.get('i-node-1')!.switchesByKernel = false;
    await injected(runId, partition, world.gateways());
    const { injectAt = 0 } = world.journal.now(runId)!;

    expect(world.clock.now()).toBeGreaterThanOrEqual(injectAt);
    expect(world.connect('i-node-1', '10.0.1.12', 3001)).toBe('timed-out');
  });

  test('repeated during the hold it finds everything there', async () => {
    const world = new World({});
    await injected(runId, partition, world.gateways());
    await world.clock.sleep(5_000);
    await inject(runId, world.gateways());

    expect(world.inForce()).toEqual([{ runId, where: 'i-node-1' }]);
  });

  test('injects and restores by the scripts of the plan, whatever is deployed meanwhile', async () => {
    const world = new World({ plan: partsPlan });
    await armed(runId, partition, world.gateways());
    world.hosts.defaultVersion = '2';
    await inject(runId, world.gateways());
    await look(runId, 'workflow', world.gateways());
    const versionsOf = (script: string): Set<string> =>
      new Set(world.hosts.ran.filter((one) => one.script === script).map((one) => one.version));

    // The plan by hand came after the versions were chosen: its reroute has none, as an older plan's.
    expect(versionsOf('cut')).toEqual(new Set(['1']));
    expect(versionsOf('reroute')).toEqual(new Set(['2']));
    expect(versionsOf('restore')).toEqual(new Set(['1']));
  });

  test('a version that is gone is not replaced by another to inject with, yet it is to restore', async () => {
    const world = new World({});
    await armed(runId, partition, world.gateways());
    await inject(runId, world.gateways());
    world.hosts.defaultVersion = '2';
    world.hosts.gone.add('1');
    await expect(inject(runId, world.gateways())).rejects.toThrow('InvalidDocumentVersion');
    expect(world.inForce()).not.toEqual([]);
    await look(runId, 'workflow', world.gateways());

    expect(world.inForce()).toEqual([]);
    expect(world.hosts.ran.at(-1)).toMatchObject({ script: 'restore', version: '2' });
  });
});

describe('look()', () => {
  test('asks a host once and undoes it once, and every step of it is undone', async () => {
    const world = new World({ plan: partsPlan });
    await injected(runId, partition, world.gateways());
    const asked: string[] = [];
    const listen: Intercept = (call, proceed) => {
      if (call.name === 'hosts.run restore') asked.push(String(call.args[0]));
      return proceed();
    };
    await look(runId, 'person', world.gateways(listen));

    expect(asked.toSorted()).toEqual(['i-node-1', 'i-node-1', 'i-node-2', 'i-node-2']);
    expect(world.inForce()).toEqual([]);
    const steps = world.journal.intended(runId).filter(isHostStep);
    const notes = await world.journal.notes(runId);
    const restored = notes.flatMap((note) => (note.kind === 'restored' ? note.stepId : []));
    expect(steps).toHaveLength(4);
    expect(restored.toSorted()).toEqual(steps.map(({ id }) => id).toSorted());
  });
});
