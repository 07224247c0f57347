import {
  DeleteScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import { expect } from 'vitest';
import * as z from 'zod';
import { ask, executionsOf, statesOf, until } from './ask.ts';
import type { Execution } from './ask.ts';
import type { Deployed } from './deployed.ts';
import { clientCut, ended, inHold, isClosed, isolate, isOver, patienceMs, stop } from './run-on.ts';
import type { Run } from './run-on.ts';

/** Whoever waits here goes on when another test says so. */
class Gate {
  readonly #gate = Promise.withResolvers<void>();
  open(): void {
    this.#gate.resolve();
  }
  get opened(): Promise<void> {
    return this.#gate.promise;
  }
}

/**
 * The runs of the suite: each resolves once it is over and nothing of it is left; `deleted` once it is held,
 * and it stays so for longer than the others take.
 */
export type Runs = Readonly<
  Record<'cut' | 'isolated' | 'stopped' | 'vanished' | 'swept', Promise<void>> & {
    deleted: Promise<Run>;
  }
>;

/**
 * Starts runs on clusters of their own, side by side: two that go to their report, and three whose workflow
 * is stopped in the hold. The three share one deployment, so they take their turns: first the status-change
 * rule restores one, then it is disabled and a schedule restores the second, then the sweeper restores the
 * third, whose schedule is gone.
 */
export function beginRuns(deployed: Deployed): Runs {
  const gates: Gates = {
    bothAreHeld: new Gate(),
    ruleHasServed: new Gate(),
    scheduleHasServed: new Gate(),
  };
  const twoAre = counted(2, () => gates.bothAreHeld.open());
  const runs: Runs = {
    cut: confirmed(deployed, { experiment: clientCut, cluster: 'cut', heldOne: twoAre }),
    isolated: confirmed(deployed, { experiment: isolate, cluster: 'isolated', heldOne: twoAre }),
    stopped: stopped(deployed, gates).finally(() => gates.ruleHasServed.open()),
    vanished: vanished(deployed, gates).finally(() => gates.scheduleHasServed.open()),
    swept: swept(deployed, gates),
    deleted: gates.scheduleHasServed.opened.then(() =>
      inHold(deployed, { ...clientCut, holdSeconds: 240 }, 'deleted'),
    ),
  };
  // Whoever asks for them later hears of it.
  for (const run of Object.values(runs)) run.catch(() => undefined);
  return runs;
}

interface Gates {
  readonly bothAreHeld: Gate;
  readonly ruleHasServed: Gate;
  readonly scheduleHasServed: Gate;
}

function counted(times: number, then: () => void): () => void {
  let left = times;
  return () => {
    left -= 1;
    if (left === 0) then();
  };
}

async function stopped(deployed: Deployed, gates: Gates): Promise<void> {
  await gates.bothAreHeld.opened;
  const run = await inHold(deployed, { ...clientCut, holdSeconds: 90 }, 'stopped');
  await stop(deployed, run);
  const restore = await restoreStartedBy(deployed, 'status-change', run);
  gates.ruleHasServed.open();
  await isOver(deployed, run, ['status-change']);
  expect((await ended(deployed, restore.executionArn)).status).toBe('SUCCEEDED');
}

async function vanished(deployed: Deployed, gates: Gates): Promise<void> {
  await gates.bothAreHeld.opened;
  const run = await inHold(deployed, { ...clientCut, holdSeconds: 30 }, 'vanished');
  await gates.ruleHasServed.opened;
  await disableRuleOnStatusChanges(deployed);
  await stop(deployed, run);
  const restore = await restoreStartedBy(deployed, 'schedule', run);
  await isClosed(deployed, run, ['schedule']);
  gates.scheduleHasServed.open();
  await isOver(deployed, run, ['schedule']);
  expect((await ended(deployed, restore.executionArn)).status).toBe('SUCCEEDED');
}

async function swept(deployed: Deployed, gates: Gates): Promise<void> {
  await gates.bothAreHeld.opened;
  const run = await inHold(deployed, { ...clientCut, holdSeconds: 30 }, 'swept');
  await gates.ruleHasServed.opened;
  await disableRuleOnStatusChanges(deployed);
  await stop(deployed, run);
  await deleteSchedule(deployed, run.runId);
  await gates.scheduleHasServed.opened;
  expect((await deployed.fleet.traces('swept')).network).not.toEqual(run.before);
  await sweepEveryMinute(deployed);
  await isOver(deployed, run, ['sweeper']);
}

/** Starts a run and waits for its good end: a report that confirms it, and nothing left. */
async function confirmed(
  deployed: Deployed,
  { experiment, cluster, heldOne }: { experiment: object; cluster: string; heldOne: () => void },
): Promise<void> {
  const run = await inHold(deployed, experiment, cluster).finally(heldOne);
  const { status, error, cause } = await ended(deployed, run.executionArn);
  expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
  const report = await isOver(deployed, run, ['workflow']);
  expect(report.outcome).toBe('confirmed');
  expect(await statesOf(deployed.place, run.executionArn)).toEqual(
    expect.arrayContaining(['Inject', 'Prove', 'Watch', 'Restore', 'ProveClean', 'Report', 'Done']),
  );
}

const RestoreInput = z.object({
  by: z.string(),
  runId: z.string().optional(),
  execution: z.string().optional(),
});

/** The execution of the restore machine that somebody has started for a run. */
function restoreStartedBy(deployed: Deployed, by: string, run: Run): Promise<Execution> {
  const { place, restoreMachineArn } = deployed;
  return until(
    async () => {
      const all = await executionsOf(place, restoreMachineArn);
      return all.find(({ input }) => {
        const given = RestoreInput.parse(JSON.parse(input ?? '{}'));
        const isOfRun = given.runId === run.runId || given.execution === run.executionArn;
        return isOfRun && given.by === by;
      });
    },
    { milliseconds: patienceMs, otherwise: () => `nobody restores ${run.cluster} by ${by}` },
  );
}

const Rules = z.object({
  Rules: z.array(
    z.object({
      Name: z.string(),
      EventPattern: z.string().optional(),
      ScheduleExpression: z.string().optional(),
    }),
  ),
});

/** The one rule of the deployment that has this in its pattern or its expression. */
async function ruleWith({ place }: Deployed, words: string): Promise<string> {
  const { Rules: rules } = Rules.parse(await ask(place, ['events', 'ListRules'], {}));
  const [found, ...more] = rules.filter(({ EventPattern = '', ScheduleExpression = '' }) =>
    `${EventPattern} ${ScheduleExpression}`.includes(words),
  );
  expect(more).toEqual([]);
  if (found !== undefined) return found.Name;
  throw new Error(`Cannot find the rule as one must have ${words}: found none`);
}

async function disableRuleOnStatusChanges(deployed: Deployed): Promise<void> {
  const Name = await ruleWith(deployed, deployed.workflowArn);
  await ask(deployed.place, ['events', 'DisableRule'], { Name });
}

async function sweepEveryMinute(deployed: Deployed): Promise<void> {
  const Name = await ruleWith(deployed, 'rate(');
  const rule = { Name, ScheduleExpression: 'rate(1 minute)', State: 'ENABLED' };
  await ask(deployed.place, ['events', 'PutRule'], rule);
}

async function deleteSchedule({ place }: Deployed, runId: string): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = new SchedulerClient({ endpoint: place.url, region: place.region, credentials });
  const { Schedules = [] } = await client.send(new ListSchedulesCommand({}));
  const own = Schedules.find(({ Name }) => Name?.includes(runId));
  expect(own).toBeDefined();
  const { Name, GroupName } = { ...own };
  await client.send(new DeleteScheduleCommand({ Name, GroupName }));
  client.destroy();
}
