/** What the sweeper does for the report of a run that is final, and what it leaves to others. */
import { describe, expect, test } from 'vitest';
import type { Report } from '../../../core/report.ts';
import { usualTiming } from '../../../core/timing.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import { partition } from '../../fakes/example-cluster.ts';
import { named } from '../../fakes/intercept.ts';
import type { Intercept } from '../../fakes/intercept.ts';
import { Mortal } from '../../fakes/mortality.ts';
import {
  restoreMachine,
  runWorkflow,
  sweepEveryMs,
  sweepUntilQuiet,
} from '../../fakes/workflow.ts';
import type { Invoke } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { injected, wrongIn } from './scenes.ts';

const runId = 'run1';
const input = partition;
const reportIn = async (world: World): Promise<Report | undefined> => world.journal.report(runId);
const eventsIn = (world: World) =>
  world.delivery.events.map(({ outcome, life }) => ({ outcome, life }));

/** Nobody but the sweeper is left, and its deadline is over. */
async function abandoned(): Promise<World> {
  const world = new World({});
  await injected(runId, input, world.gateways());
  await world.clock.sleep(world.journal.now(runId)!.deadlineAt - world.clock.now());
  return world;
}

/** Rounds until one has made the run final. */
async function sweepUntilFinal(world: World, ...intercepts: readonly Intercept[]): Promise<void> {
  for (let round = 0; world.journal.now(runId)?.life !== 'final' && round < 9; round += 1) {
    await world.clock.sleep(sweepEveryMs);
    expect((await sweep(world.gateways(...intercepts))).failed).toEqual([]);
  }
}

const denied: Intercept = (call, proceed) =>
  call.name === 'hosts.run probe' ? Promise.reject(new Error('denied')) : proceed();

describe('a run that the sweeper ends', () => {
  test('has its report with that round, and is clean: its connections were tried', async () => {
    const world = await abandoned();
    await sweepUntilFinal(world);
    const report = await reportIn(world);

    expect(report?.life).toBe('final');
    expect(report?.verdicts.clean.answer).toBe('confirmed');
    expect(report?.verdicts.recovered.answer).toBe('inconclusive');
    expect(report?.outcome).toBe('not-confirmed');
    expect(await wrongIn(world)).toEqual([]);
  });

  test('is watched recovering by a person who restores it after that', async () => {
    const world = await abandoned();
    await sweepUntilFinal(world);
    await restoreMachine(world.gateways(), { runId, by: 'person' });

    expect((await reportIn(world))?.verdicts.recovered.answer).toBe('confirmed');
  });

  test('is told of once, however often it is looked at again', async () => {
    const world = await abandoned();
    expect(await sweepUntilQuiet(world.gateways())).toEqual([]);
    const probes = world.hosts.ran.filter(({ script }) => script === 'probe').length;

    expect(eventsIn(world)).toEqual([{ outcome: 'not-confirmed', life: 'final' }]);
    await sweepUntilQuiet(world.gateways());
    expect(world.hosts.ran.filter(({ script }) => script === 'probe')).toHaveLength(probes);
  });

  test('has a report where no time was left to try, and is tried in the next round', async () => {
    const world = await abandoned();
    const slow: Intercept = async (call, proceed) => {
      if (call.name === 'journal.locks') await world.clock.sleep(500 * usualTiming.lambdaSeconds);
      return proceed();
    };
    await sweepUntilFinal(world, slow);
    expect((await reportIn(world))?.verdicts.clean).toMatchObject({
      answer: 'inconclusive',
      evidence: expect.arrayContaining(['connections were not tried after restore']),
    });
    await world.clock.sleep(sweepEveryMs);
    await sweep(world.gateways());

    expect((await reportIn(world))?.verdicts.clean.answer).toBe('confirmed');
  });

  test('has a report where its connections could not be tried', async () => {
    const world = await abandoned();
    await sweep(world.gateways());
    await world.clock.sleep(sweepEveryMs);
    const { failed } = await sweep(world.gateways(denied));

    expect(failed).toMatchObject([{ runId, why: 'denied' }]);
    expect(await reportIn(world)).toMatchObject({ life: 'final', outcome: 'not-clean' });
  });
});

describe('a run that its workflow made final', () => {
  test('is left to it while it may still watch Aerospike recover', async () => {
    const world = new World({});
    let rounds = 0;
    const invoke: Invoke = async (state, handler) => {
      if (state === 'AwaitRecovery') rounds += (await sweep(world.gateways())).looked;
      return handler();
    };
    const { outcome } = await runWorkflow(world.gateways(), { runId, input, invoke });
    await sweepUntilQuiet(world.gateways());

    expect(rounds).toBeGreaterThan(0);
    expect(outcome).toBe('confirmed');
    expect(eventsIn(world)).toEqual([{ outcome: 'confirmed', life: 'final' }]);
  });

  test('and that died with that has its connections tried, and its report', async () => {
    const world = new World({});
    const dies = new Mortal({ effect: 1, when: 'after', of: named('journal.write finish') });
    await runWorkflow(world.gateways(dies.intercept), { runId, input }).catch(() => {});
    expect(await sweepUntilQuiet(world.gateways())).toEqual([]);

    expect(dies.hasDied).toBe(true);
    expect((await reportIn(world))?.verdicts.clean.answer).toBe('confirmed');
    expect(await wrongIn(world)).toEqual([]);
  });
});
