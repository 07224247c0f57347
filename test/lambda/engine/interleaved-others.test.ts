/**
 * More than one inject and one restore: five restorers at once, the sweeper in the middle of a hold, a
 * restorer that comes late to the next run, a run of another cluster on the same groups, and everything that
 * may start again after the end. What is held is held before each of its effects in turn.
 * Long, for all of them share one way of holding a process and one verdict.
 */
import { describe, expect, test } from 'vitest';
import { arm } from '../../../lambda/engine/arm.ts';
import { baseline } from '../../../lambda/engine/baseline.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { open } from '../../../lambda/engine/open.ts';
import { prove } from '../../../lambda/engine/prove.ts';
import { look } from '../../../lambda/engine/restore.ts';
import { sweep } from '../../../lambda/engine/sweep.ts';
import { tryRestore } from '../../../lambda/engine/try-restore.ts';
import { watch } from '../../../lambda/engine/watch.ts';
import type { Gateways } from '../../../lambda/gateways.ts';
import {
  clientCut,
  clusterName,
  nodeGroup,
  oneRule,
  oneRuleInventory,
} from '../../fakes/example-cluster.ts';
import { everyFault } from '../../fakes/example-faults.ts';
import type { Fault } from '../../fakes/example-faults.ts';
import { Gate } from '../../fakes/gate.ts';
import { isEffect, nth } from '../../fakes/intercept.ts';
import type { Call, Intercept } from '../../fakes/intercept.ts';
import { executionOf, restoreMachine, runWorkflow, sweepUntilQuiet } from '../../fakes/workflow.ts';
import { World } from '../../fakes/world.ts';
import { effectsIn, lambdaMs, restorer, upTo } from './interleaved-processes.ts';
import { effectsOf, injected, wrongIn } from './scenes.ts';

async function inHold({ world: worldOf, input }: Fault): Promise<World> {
  const world = worldOf();
  await injected('run1', input, world.gateways());
  return world;
}

const everyone = ['workflow', 'schedule', 'status-change', 'sweeper', 'person'] as const;

const scenes = await Promise.all(
  everyFault.map(async (fault) => ({
    ...fault,
    ofRun: await effectsOf(fault),
    ofRestore: await effectsIn(await inHold(fault), restorer('person')),
  })),
);

/** Does something before every effect of a process, and says at which it stands. */
const beforeEach = (act: (n: number) => Promise<unknown>): Intercept =>
  (() => {
    let effects = 0;
    return async (call, proceed) => {
      if (isEffect(call)) {
        effects += 1;
        await act(effects);
      }
      return proceed();
    };
  })();

describe.each(scenes)('$name', (scene) => {
  const { ofRun, ofRestore, world: worldOf, input } = scene;

  test(`five restorers at once, each held before the same effect, ${ofRestore} cases`, async () => {
    for (const i of upTo(ofRestore)) {
      const world = await inHold(scene);
      const gates = everyone.map(() => new Gate());
      const all = everyone.map((by, index) =>
        restorer(by)(world.gateways(nth(i, isEffect, gates[index]!.before))),
      );
      for (const [index, gate] of gates.entries()) {
        await world.clock.within(lambdaMs / 8, gate.reachedBy(all[index]!));
        gate.open();
      }
      await Promise.all(all);

      expect({ i, wrong: await wrongIn(world) }).toEqual({ i, wrong: [] });
    }
  });

  test(`the sweeper before every effect until the run is closed does nothing, ${ofRun.length} effects`, async () => {
    const world = worldOf();
    let swept = 0;
    const done: string[] = [];
    const listen: Intercept = (call, proceed) => {
      const { life = 'opening' } = world.journal.now('run1') ?? {};
      if (isEffect(call) && life !== 'closed' && life !== 'final') done.push(call.name);
      return proceed();
    };
    const sweeper = world.gateways(listen);
    const runner = world.gateways(
      beforeEach(async () => {
        const { life } = world.journal.now('run1') ?? {};
        if (life === 'closed' || life === 'final') return;
        swept += 1;
        await sweep(sweeper);
      }),
    );
    const { outcome } = await runWorkflow(runner, { runId: 'run1', input });

    expect(done).toEqual([]);
    expect(swept).toBeGreaterThan(10);
    expect(outcome).not.toBe('not-clean');
    expect(await wrongIn(world)).toEqual([]);
  });

  test(`a restorer held before each of its effects, and the next run, ${ofRestore} cases`, async () => {
    let overtaken = 0;
    for (const i of upTo(ofRestore)) {
      const world = await inHold(scene);
      const gate = new Gate();
      const late = restorer('schedule')(world.gateways(nth(i, isEffect, gate.before)));
      await world.clock.within(lambdaMs / 2, gate.reachedBy(late));
      const next = (async () => {
        await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });
        await injected('run2', input, world.gateways()).catch(() => {});
      })();
      await world.clock.within(lambdaMs / 2 - 1_000, next);
      overtaken += Number(Object.keys(world.journal.now('run2')?.intents ?? {}).length > 0);
      gate.open();
      await Promise.all([late, next]);
      await restoreMachine(world.gateways(), { runId: 'run2', by: 'workflow' });

      expect({ i, wrong: await wrongIn(world) }).toEqual({ i, wrong: [] });
    }
    expect(overtaken).toBeGreaterThan(0);
  });

  test('after the end every state of the workflow may be started again, and injects nothing', async () => {
    for (const life of ['closed', 'final'] as const) {
      const world = await inHold(scene);
      if (life === 'closed') await look('run1', 'person', world.gateways());
      else await restoreMachine(world.gateways(), { runId: 'run1', by: 'person' });
      expect(world.journal.now('run1')?.life).toBe(life);
      const intents = world.journal.now('run1')?.intents;
      for (const [state, start] of Object.entries(states(input))) {
        await start(world.gateways()).catch(() => {});
        expect({ state, intents: world.journal.now('run1')?.intents }).toEqual({ state, intents });
      }
      await restoreMachine(world.gateways(), { runId: 'run1', by: 'workflow' });

      expect(await wrongIn(world)).toEqual([]);
    }
  });

  test('a second start with the same name is refused, whatever the first has come to', async () => {
    for (const i of upTo(ofRun.length)) {
      const world = worldOf();
      const second = { runId: 'run1', execution: 'arn:another', input };
      const answers: unknown[] = [];
      const twice = beforeEach(async (n) => {
        if (n !== i || world.journal.now('run1') === undefined) return;
        answers.push(await open(second, world.gateways()).catch((error: Error) => error.name));
      });
      await runWorkflow(world.gateways(twice), { runId: 'run1', input });

      expect(answers.filter((answer) => answer !== 'Refusal')).toEqual([]);
      expect({ i, wrong: await wrongIn(world) }).toEqual({ i, wrong: [] });
    }
  });
});

const onSharedGroup = await Promise.all(
  [
    { name: 'a rule split', input: clientCut, world: () => new World({}) },
    {
      name: 'a rule parked',
      input: oneRule,
      world: () => new World({ inventory: oneRuleInventory() }),
    },
  ].map(async (fault) => ({ ...fault, ofRun: await effectsOf(fault) })),
);

/** From now on the group that both clusters' nodes share is the other cluster's. */
const handOver = (world: World): void =>
  world.network.othersChange(({ groups }) => ({
    groups: groups.map((group) =>
      group.id === nodeGroup
        ? { ...group, tags: { ...group.tags, 'aerofault:cluster': 'payments-staging' } }
        : group,
    ),
  }));

describe.each(onSharedGroup)('$name: a run of another cluster on the same group', (scene) => {
  const { ofRun, world: worldOf, input } = scene;
  const other = { ...input, cluster: 'payments-staging' };

  test(`is refused before each effect, for a group is one cluster's, ${ofRun.length} cases`, async () => {
    for (const i of upTo(ofRun.length)) {
      const world = worldOf();
      const beside = beforeEach(async (n) => {
        if (n === i) await alone(other, world);
      });
      const { outcome } = await runWorkflow(world.gateways(beside), { runId: 'run1', input });

      expect(outcome).toBe('confirmed');
      expect({ i, intents: world.journal.now('run2')?.intents }).toEqual({ i, intents: {} });
      expect({ i, wrong: await wrongIn(world) }).toEqual({ i, wrong: [] });
    }
  });

  test(`whose the group has become leaves nothing, nor does the first, ${ofRun.length} cases`, async () => {
    let injects = 0;
    for (const i of upTo(ofRun.length)) {
      const world = worldOf();
      const beside = beforeEach(async (n) => {
        if (n !== i) return;
        handOver(world);
        await alone(other, world);
      });
      await runWorkflow(world.gateways(beside), { runId: 'run1', input }).catch(() => {});
      injects += Number(Object.keys(world.journal.now('run2')?.intents ?? {}).length > 0);
      giveBack(world);

      expect({ i, wrong: await wrongIn(world) }).toEqual({ i, wrong: [] });
    }
    // Before the first run has planned, or after it is over; never while its mark is there.
    expect(injects).toBeGreaterThan(0);
    expect(injects).toBeLessThan(ofRun.length);
  });
});

async function alone(input: unknown, world: World): Promise<void> {
  await runWorkflow(world.gateways(), { runId: 'run2', input }).catch(() => {});
}

const giveBack = (world: World): void =>
  world.network.othersChange(({ groups }) => ({
    groups: groups.map((group) =>
      group.id === nodeGroup
        ? { ...group, tags: { ...group.tags, 'aerofault:cluster': clusterName } }
        : group,
    ),
  }));

/** Every state that comes before Restore, as a redrive would start it. */
const states = (input: unknown): Record<string, (gateways: Gateways) => Promise<unknown>> => ({
  Open: (gateways) => open({ runId: 'run1', execution: executionOf('run1'), input }, gateways),
  Plan: (gateways) => decide('run1', gateways),
  Baseline: (gateways) => baseline('run1', gateways),
  TryRestore: (gateways) => tryRestore('run1', gateways),
  Arm: (gateways) => arm('run1', gateways),
  Inject: (gateways) => inject('run1', gateways),
  Prove: (gateways) => prove('run1', gateways),
  Watch: (gateways) => watch('run1', gateways),
});

const isScript = ({ name }: Pick<Call, 'name'>): boolean =>
  /hosts.run (cut|reroute|route|service|xdr)/.test(name);

const onHosts = scenes.filter(({ ofRun }) => ofRun.some((name) => isScript({ name })));

describe.each(onHosts)(
  '$name: a script that SSM brings late',
  ({ ofRun, world: worldOf, input }) => {
    const scripts = ofRun.filter((name) => isScript({ name }));
    const cases = scripts.flatMap((_, index) =>
      [5_000, 25_000, 60_000, 600_000].map((ms) => ({ n: index + 1, ms })),
    );

    test.each(cases)(
      'the one of step $n comes $ms ms late, and changes nothing for good',
      async ({ n, ms }) => {
        const world = worldOf();
        const late: Intercept = async (_, proceed) => {
          world.clock.at(world.clock.now() + ms, () => void proceed());
          return { kind: 'unknown', reason: 'DeliveryTimedOut' };
        };
        await runWorkflow(world.gateways(nth(n, isScript, late)), { runId: 'run1', input });
        await sweepUntilQuiet(world.gateways());
        await world.clock.sleep(ms);

        expect(await wrongIn(world)).toEqual([]);
      },
    );
  },
);
