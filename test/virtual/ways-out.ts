/** Each way out by itself: the workflow dies in its hold, and all ways but one are switched off. */
import type { Scene } from './scenes.ts';
import { begin, leftOf } from './play.ts';
import type { Stage } from './play.ts';
import type { VirtualProcess, WaysOut } from './virtual-cloud.ts';
import type { Fate } from './virtual-lambda.ts';
import { serverError } from './faults.ts';

/** The ways out, as docs/safety.md names them. */
export const waysOut = [
  'host timer',
  'one-time schedule',
  'workflow catch',
  'status-change rule',
  'sweeper',
  'person',
] as const;
export type WayOut = (typeof waysOut)[number];

/** How long a way took, in seconds of virtual time from the death of the workflow; null: it never came. */
export interface Escape {
  readonly cleanSeconds: number | null;
  readonly finalSeconds: number | null;
  /** From the death to the deadline of the run. */
  readonly deadlineSeconds: number;
  /** From the death to the end of the hold. */
  readonly restoreSeconds: number;
  readonly left: readonly string[];
}

const allOff = { hostTimers: false, schedule: false, statusRule: false, sweeper: false };

const onlyOn: Readonly<Record<WayOut, WaysOut>> = {
  'host timer': { ...allOff, hostTimers: true },
  'one-time schedule': { ...allOff, schedule: true },
  'workflow catch': allOff,
  'status-change rule': { ...allOff, statusRule: true },
  sweeper: { ...allOff, sweeper: true },
  person: allOff,
};

/** How far into the hold the workflow dies, in milliseconds. */
const intoHoldMs = 2_000;
/** The longest that any way is waited for. */
const patienceMs = 30 * 60_000;

/** Plays a scene to its hold, has the workflow die there, and waits for what the one way does. */
export async function escape(process: VirtualProcess, scene: Scene, way: WayOut): Promise<Escape> {
  const { time } = process;
  const fate: Fate = async (call, deliver) =>
    way === 'workflow catch' && call.state === 'Watch' ? serverError(call.request) : deliver();
  const stage = await begin(process, scene, { fate, ways: onlyOn[way] });
  const { execution, world, runId } = stage;
  await time.until(() => execution.events.some(({ kind, state }) => isHolding(way, kind, state)));
  const diedAt = way === 'workflow catch' ? Date.now() : await passed(process, intoHoldMs);
  die(way, stage, process);
  const endsAt = Date.now() + patienceMs;
  await time.until(() => Date.now() > endsAt || isQuiet(stage));
  const run = await time.settled(world.journal.read(runId));
  if (run?.life !== 'final') await time.until(() => Date.now() > endsAt);
  const after = await time.settled(world.journal.read(runId));
  const since = (at: number | undefined): number | null =>
    at === undefined || at === Infinity ? null : (at - diedAt) / 1000;
  return {
    cleanSeconds: since(world.harm.endedAt),
    finalSeconds: since(after?.finalAt),
    deadlineSeconds: since(after?.deadlineAt) ?? 0,
    restoreSeconds: since(after?.restoreAt) ?? 0,
    left: await leftOf(process, stage),
  };
}

const isHolding = (way: WayOut, kind: string, state: string): boolean =>
  way === 'workflow catch' ? kind === 'caught' && state === 'Watch' : state === 'Hold';

async function passed({ time }: VirtualProcess, milliseconds: number): Promise<number> {
  const at = Date.now() + milliseconds;
  await time.until(() => Date.now() >= at);
  return Date.now();
}

function die(way: WayOut, { execution, world, runId }: Stage, process: VirtualProcess): void {
  if (way === 'workflow catch') return;
  if (way === 'status-change rule') execution.stop();
  else execution.kill();
  if (way !== 'person') return;
  const machine = process.assembly.stateMachines.find(({ logicalId }) =>
    logicalId.startsWith('RestoreMachine'),
  );
  world.stepFunctions.startExecution(machine?.arn ?? '', { input: { runId, by: 'person' } });
}

/** Whether nothing is in force and no machine runs: what is to come then is waited for by time alone. */
const isQuiet = ({ world }: Stage): boolean =>
  world.harm.endedAt !== Infinity &&
  world.stepFunctions.executions.length > 1 &&
  world.stepFunctions.executions.every(({ running }) => !running);
