import { arm } from '../../../lambda/engine/arm.ts';
import { baseline } from '../../../lambda/engine/baseline.ts';
import { decide } from '../../../lambda/engine/decide.ts';
import { inject } from '../../../lambda/engine/inject.ts';
import { open } from '../../../lambda/engine/open.ts';
import { tryRestore } from '../../../lambda/engine/try-restore.ts';
import type { Gateways } from '../../../lambda/gateways.ts';
import type { Fault } from '../../fakes/example-faults.ts';
import { isChange, isEffect } from '../../fakes/intercept.ts';
import type { Call, Intercept } from '../../fakes/intercept.ts';
import { executionOf, restoreMachine, runWorkflow } from '../../fakes/workflow.ts';
import type { World } from '../../fakes/world.ts';

/** The names of a healthy run's calls of one kind, in order: the places at which a test may strike. */
export async function callsOf(
  { input, world }: Fault,
  matches: (call: Call) => boolean,
): Promise<string[]> {
  const names: string[] = [];
  const listen: Intercept = (call, proceed) => {
    if (matches(call)) names.push(call.name);
    return proceed();
  };
  await runWorkflow(world().gateways(listen), { runId: 'run1', input });
  return names;
}

/** Every effect of a healthy run. */
export const effectsOf = (fault: Fault): Promise<string[]> => callsOf(fault, isEffect);

/** Every call of a healthy run that goes to a security group or a machine. */
export const changesOf = (fault: Fault): Promise<string[]> => callsOf(fault, isChange);

/** All that is wrong: promises broken on the way, and whatever is not over and as before. */
export async function wrongIn(world: World): Promise<string[]> {
  return [...world.breaches, ...(await leftIn(world)), ...(await unfinishedIn(world))];
}

/** What is left on the network and on machines, a sentence each. */
export async function leftIn(world: World): Promise<string[]> {
  return [
    ...world.inForce().map(({ runId, where }) => `${where} is in force for run ${runId}`),
    ...(world.isAsBefore ? [] : ['the network is not as before']),
  ];
}

/** Runs that are not final, and locks that are held. */
export async function unfinishedIn(world: World): Promise<string[]> {
  const locks = await world.journal.locks();
  const runs = world.journal.all().filter(({ life }) => life !== 'final');
  return [
    ...runs.map(({ runId, life }) => `run ${runId} is ${life}`),
    ...locks.map(({ runId }) => `run ${runId} still holds a lock`),
  ];
}

/** Lets the schedule of a run start the restore machine, as it does; resolves when all have ended. */
export function scheduleRestores(
  world: World,
  ...intercepts: readonly Intercept[]
): () => Promise<unknown> {
  const machines: Promise<unknown>[] = [];
  world.onSchedule = (runId) => {
    machines.push(restoreMachine(world.gateways(...intercepts), { runId, by: 'schedule' }));
  };
  return () => Promise.all(machines);
}

/** Brings a run to where it may inject: open, planned, looked at, tried, armed. */
export async function armed(runId: string, input: unknown, gateways: Gateways): Promise<void> {
  await open({ runId, execution: executionOf(runId), input }, gateways);
  await decide(runId, gateways);
  await baseline(runId, gateways);
  await tryRestore(runId, gateways);
  await arm(runId, gateways);
}

/** Brings a run to its hold: its fault is in force. */
export async function injected(runId: string, input: unknown, gateways: Gateways): Promise<void> {
  await armed(runId, input, gateways);
  await inject(runId, gateways);
}
