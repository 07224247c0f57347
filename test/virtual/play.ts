/** One run in the virtual lab, with whatever happens to it, and what is left of it in the end. */
import type { RunItem } from '../../core/journal.ts';
import { Report } from '../../core/report.ts';
import { runFinished } from '../../core/run-finished.ts';
import type { Execution } from '../../lab/cloud/execution.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import type { Scene } from './scenes.ts';
import { CallCounter, OneFault } from './faults.ts';
import type { CallName, Kind } from './faults.ts';
import { isAsBefore } from './as-before.ts';
import { beginWorld } from './virtual-cloud.ts';
import type { Happenings, VirtualProcess, VirtualWorld } from './virtual-cloud.ts';
import type { Fate, Illness } from './virtual-lambda.ts';

/** What came of one run of the matrix. */
export interface Played {
  /** Whether the run came to the call that something was to happen to. */
  readonly isReached: boolean;
  /** What is left, or was in force for too long, a sentence each. */
  readonly residues: readonly string[];
  /** From the start until everything is over. */
  readonly virtualSeconds: number;
}

/** Past its deadline a run is looked at by the next sweep; its look takes seconds. */
const sweepEveryMs = 300_000;
const lookMs = 30_000;
/** Nothing needs longer; what is not over by then never is. */
const longestMs = 3_600_000;

/** Plays a scene as nothing happens; the names of its calls in their order, and the execution. */
export async function playWell(
  process: VirtualProcess,
  scene: Scene,
): Promise<{ calls: CallName[]; execution: Execution; residues: readonly string[] }> {
  const counter = new CallCounter();
  const calls: CallName[] = [];
  const fate: Fate = (call, deliver) => {
    calls.push(counter.name(call));
    return deliver();
  };
  const stage = await begin(process, scene, { fate });
  await process.time.until(() => !stage.execution.running);
  const made = [...calls];
  return { calls: made, execution: stage.execution, residues: await whenOver(process, stage) };
}

/** Plays a scene in which something happens to one call, until all is over. */
export async function play(
  process: VirtualProcess,
  scene: Scene,
  { call, kind }: { readonly call: CallName; readonly kind: Kind },
): Promise<Played> {
  const gone = { execution: undefined as Execution | undefined };
  const fault = new OneFault(call, kind, () => gone.execution?.kill());
  const stage = await begin(process, scene, fault);
  gone.execution = stage.execution;
  const startedAt = Date.now();
  const isPast = (): boolean => fault.isReached && isFinal(stage.execution);
  await process.time.until(
    () => !stage.execution.running || isPast() || Date.now() > startedAt + longestMs,
  );
  const mustReport = /^(Report|Sweep) /.test(call);
  const residues = await whenOver(process, stage, { lateAt: fault.lateAt, isPast, mustReport });
  return {
    isReached: fault.isReached,
    residues,
    virtualSeconds: (Date.now() - startedAt) / 1000,
  };
}

/** What came of a run in which one state's function is ill from the beginning to the end. */
export interface Survived {
  /** The states that the workflow entered, in order. */
  readonly visited: readonly string[];
  readonly status: string;
  readonly residues: readonly string[];
}

/** Plays a scene in which a state's function is ill. */
export async function playIll(
  process: VirtualProcess,
  scene: Scene,
  { state, illness }: { readonly state: string; readonly illness: Illness },
): Promise<Survived> {
  const ills = (one: string): Illness | undefined => (one === state ? illness : undefined);
  const stage = await begin(process, scene, { fate: (_, deliver) => deliver(), ills });
  const { execution } = stage;
  const startedAt = Date.now();
  await process.time.until(() => !execution.running || Date.now() > startedAt + longestMs);
  const residues = await whenOver(process, stage);
  const entered = execution.events.filter(({ kind }) => kind === 'entered');
  const { status } = await execution.result;
  return { visited: entered.map((event) => event.state), status, residues };
}

/** The workflow has come past its last look: what it does then is to watch Aerospike, and to report. */
const isFinal = ({ events }: Execution): boolean =>
  events.some(({ kind, state }) => kind === 'entered' && state === 'AwaitRecovery');

/** A run in its world. */
export interface Stage {
  readonly world: VirtualWorld;
  readonly execution: Execution;
  readonly runId: string;
}

let lastName = 0;

/** Begins a world and starts a scene's experiment in it. */
export async function begin(
  process: VirtualProcess,
  scene: Scene,
  options: Happenings,
): Promise<Stage> {
  const world = await beginWorld(process, scene.plan, options);
  const machine = process.assembly.stateMachines.find(({ logicalId }) =>
    logicalId.startsWith('ExperimentWorkflow'),
  );
  const name = `${scene.name}-${(lastName += 1)}`;
  const execution = world.stepFunctions.startExecution(machine?.arn ?? '', {
    name,
    input: scene.input,
  });
  return { world, execution, runId: runIdOf(execution.arn) };
}

/** What a run may have to wait for before it is over, and when it need not go on to its end. */
interface Ending {
  readonly lateAt: number;
  readonly isPast: () => boolean;
  /** Whether its report is waited for too, where what happened could have lost it. */
  readonly mustReport: boolean;
}

const atItsEnd: Ending = { lateAt: 0, isPast: () => false, mustReport: true };

/** Waits until a run is over, or never will be: what is left then. */
async function whenOver(
  process: VirtualProcess,
  stage: Stage,
  { lateAt, isPast, mustReport }: Ending = atItsEnd,
): Promise<readonly string[]> {
  const { time } = process;
  const { executions } = stage.world.stepFunctions;
  const giveUpAt = Date.now() + longestMs;
  const isStill = (): boolean => isPast() || executions.every(({ running }) => !running);
  for (;;) {
    await time.until(() => Date.now() > giveUpAt || (Date.now() > lateAt && isStill()));
    const left = [
      ...(await leftOf(process, stage)),
      ...(mustReport ? await undeliveredOf(process, stage) : []),
    ];
    if (left.length === 0 || Date.now() > giveUpAt) {
      return [...left, ...(await overdue(process, stage))];
    }
    const nextAt = Date.now() + 20_000;
    await time.until(() => Date.now() >= nextAt);
  }
}

/** What is left of a run at this moment. */
export async function leftOf(process: VirtualProcess, stage: Stage): Promise<string[]> {
  const { world, runId } = stage;
  const run = await process.time.settled(world.journal.read(runId));
  const locks = await process.time.settled(world.journal.locks());
  return [
    ...(isAsBefore(world.before, world.state.describe()) ? [] : ['EC2 is not as before']),
    ...world.hosts.parts().map((part) => `in force on a host: ${part}`),
    ...(run === undefined || run.life === 'final' ? [] : [`the run is ${run.life}`]),
    ...locks.map(({ cluster }) => `the lock of ${cluster} is held`),
    ...world.scheduler.schedules().map(({ name }) => `schedule ${name} is in being`),
    ...[...world.doors.strays].map((call) => `another account's credentials: ${call}`),
  ];
}

/** What people have not been given of a run that is over. */
async function undeliveredOf({ time }: VirtualProcess, { world, runId }: Stage): Promise<string[]> {
  const run = await time.settled(world.journal.read(runId));
  if (run?.life !== 'final' || (await time.settled(world.journal.request(runId))) === undefined) {
    return [];
  }
  const report = await time.settled(world.journal.report(runId));
  const object = [...world.s3.objects].find(([url]) => url.endsWith(`/${runId}/report.json`));
  const kept = object === undefined ? undefined : Report.parse(JSON.parse(object[1].text));
  const told = world.events.filter(({ 'detail-type': type }) => type === runFinished.detailType);
  return [
    ...(report === undefined ? ['the journal has no report'] : []),
    ...(kept?.outcome === report?.outcome ? [] : ['S3 has no such report']),
    ...(told.some(({ detail }) => detail['outcome'] === report?.outcome) ? [] : ['no event']),
  ];
}

/** Whether anything was in force for longer than the ways out take at most. */
async function overdue(process: VirtualProcess, { world, runId }: Stage): Promise<string[]> {
  const run: RunItem | undefined = await process.time.settled(world.journal.read(runId));
  const { deadlineAt = 0 } = run ?? {};
  const over = world.harm.endedAt - (deadlineAt + sweepEveryMs + lookMs);
  return over > 0 ? [`in force ${over / 1000} s longer than the ways out may take`] : [];
}
