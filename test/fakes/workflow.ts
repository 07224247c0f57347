/**
 * The state machines, as far as the engine can tell: the states in their order, each a call of one engine
 * function, with the retries, catches and waits of the real definition (its own tests walk that).
 *
 * Started by a test; ended by Report, or at once by {@link Died}: a stopped execution runs no Catch.
 */
import type { Actor } from '../../core/journal.ts';
import { Stuck } from '../../core/refusal.ts';
import { arm } from '../../lambda/engine/arm.ts';
import { awaitRecovery } from '../../lambda/engine/await-recovery.ts';
import { baseline } from '../../lambda/engine/baseline.ts';
import { decide } from '../../lambda/engine/decide.ts';
import { inject } from '../../lambda/engine/inject.ts';
import { open } from '../../lambda/engine/open.ts';
import { proveClean } from '../../lambda/engine/prove-clean.ts';
import { prove } from '../../lambda/engine/prove.ts';
import { look } from '../../lambda/engine/restore.ts';
import type { Look } from '../../lambda/engine/restore.ts';
import { sweep } from '../../lambda/engine/sweep.ts';
import { tryRestore } from '../../lambda/engine/try-restore.ts';
import { watch } from '../../lambda/engine/watch.ts';
import { writeReport } from '../../lambda/engine/write-report.ts';
import type { Failure, Reported } from '../../lambda/engine/write-report.ts';
import type { ReportingGateways } from '../../lambda/delivery.ts';
import type { Clock, Gateways } from '../../lambda/gateways.ts';
import { Died } from './mortality.ts';

/** Makes one call of one state's handler; a test may make it twice, or let it die alone. */
export type Invoke = <Value>(state: string, handler: () => Promise<Value>) => Promise<Value>;

/** What starts a run. */
export interface Start {
  readonly runId: string;
  readonly input: unknown;
  readonly invoke?: Invoke;
}

/** Who restores which run. */
export interface RestoreStart {
  readonly runId: string;
  readonly by: Actor;
  readonly invoke?: Invoke;
}

const once: Invoke = (_, handler) => handler();

/** More looks than any quarantine needs; a machine that goes on longer would go on for ever. */
const looksMax = 60;

/** The workflow machine, from Open to Report. @throws what Open throws, and Died. */
export async function runWorkflow(gateways: ReportingGateways, start: Start): Promise<Reported> {
  const { runId, input, invoke = once } = start;
  await invoke('Open', () => open({ runId, execution: executionOf(runId), input }, gateways));
  const failure = await failureOf(() => untilRestore(runId, invoke, gateways));
  return tail({ runId, by: 'workflow', invoke }, failure, gateways);
}

/** The restore machine that every other way out starts: the tail alone. */
export function restoreMachine(
  gateways: ReportingGateways,
  start: RestoreStart,
): Promise<Reported> {
  return tail(start, undefined, gateways);
}

/** The sweeper, every five minutes until it has nothing left to look at. Its failures are the answer. */
export async function sweepUntilQuiet(
  gateways: ReportingGateways,
  roundsMax = 40,
): Promise<string[]> {
  const failures: string[] = [];
  for (let round = 0; round < roundsMax; round += 1) {
    const { failed } = await sweep(gateways);
    failures.push(...failed.map(({ runId: id, why }) => `${id}: ${why}`));
    const runs = await gateways.journal.watchedRuns();
    const locks = await gateways.journal.locks();
    if (runs.length + locks.length === 0) return failures;
    await gateways.clock.sleep(sweepEveryMs);
  }
  return [...failures, `still not quiet after ${roundsMax} rounds`];
}

/** How often the sweeper starts. */
export const sweepEveryMs = 5 * 60 * 1000;

/** The execution a run id stands for. */
export const executionOf = (runId: string): string =>
  `arn:aws:states:eu-west-1:123456789012:execution:workflow:${runId}`;

async function untilRestore(runId: string, invoke: Invoke, gateways: Gateways): Promise<void> {
  const { clock } = gateways;
  await invoke('Plan', () => decide(runId, gateways));
  const { steady } = await invoke('Baseline', () => baseline(runId, gateways));
  if (!steady) return;
  await invoke('TryRestore', () => tryRestore(runId, gateways));
  await invoke('Arm', () => arm(runId, gateways));
  await invoke('Inject', () => inject(runId, gateways));
  let { until } = await invoke('Prove', () => prove(runId, gateways));
  for (let again = true; again;) {
    await sleepUntil(until, clock);
    ({ again, until } = await invoke('Watch', () => watch(runId, gateways)));
  }
}

async function tail(
  { runId, by, invoke = once }: RestoreStart,
  before: Failure | undefined,
  gateways: ReportingGateways,
): Promise<Reported> {
  const failed = await failureOf(() => untilRecovered({ runId, by, invoke }, gateways));
  return invoke('Report', async () =>
    answered(await writeReport(runId, failed ?? before, gateways)),
  );
}

/** No failure of a delivery loses a report, so a process that dies of one must be told by what it says. */
function answered(reported: Reported): Reported {
  const death = reported.notDelivered.find((says) => says.includes('Died: '));
  if (death !== undefined) throw new Died(death);
  return reported;
}

async function untilRecovered(start: Required<RestoreStart>, gateways: Gateways): Promise<void> {
  const { runId, by, invoke } = start;
  const first = await retried(() => invoke('Restore', () => look(runId, by, gateways)), gateways);
  if (first.final && !first.touched) return;
  await untilFinal(
    first,
    () => invoke('ProveClean', () => proveClean(runId, by, gateways)),
    gateways,
  );
  for (let again = true; again;) {
    const asked = await invoke('AwaitRecovery', () => awaitRecovery(runId, gateways));
    again = asked.again;
    if (again) await sleepUntil(asked.lookAt, gateways.clock);
  }
}

async function untilFinal(
  first: Look,
  proveIt: () => Promise<Look>,
  gateways: Gateways,
): Promise<void> {
  let { lookAt } = first;
  for (let looks = 0; looks < looksMax; looks += 1) {
    await sleepUntil(lookAt, gateways.clock);
    const looked = await retried(proveIt, gateways);
    if (looked.final) return;
    ({ lookAt } = looked);
  }
  throw new Error(`not final after ${looksMax} looks`);
}

/** Catch: any error becomes `$.failure`, but a stopped execution catches nothing. */
async function failureOf(states: () => Promise<void>): Promise<Failure | undefined> {
  try {
    await states();
    return undefined;
  } catch (error) {
    if (!(error instanceof Error) || error instanceof Died) throw error;
    return { error: error.name, cause: error.message };
  }
}

/** Retry of Restore and ProveClean: five more times, but never when a person is needed. */
async function retried(state: () => Promise<Look>, { clock }: Gateways): Promise<Look> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await state();
    } catch (error) {
      if (error instanceof Died || error instanceof Stuck || attempt === 5) throw error;
      await clock.sleep(1000 * Math.min(30, 2 ** (attempt + 1)));
    }
  }
}

async function sleepUntil(iso: string, clock: Clock): Promise<void> {
  const left = Date.parse(iso) - clock.now();
  if (left > 0) await clock.sleep(left);
}
