import { setTimeout as pause } from 'node:timers/promises';
import { runIdOf } from '../../lambda/run-id.ts';
import type { Execution } from '../cloud/execution.ts';
import { endHostScripts } from '../end-host-scripts.ts';
import { startAgent } from '../machines.ts';
import type { GroupEdits } from '../person.ts';
import type { Snapshot, Stage } from '../stage.ts';
import { goWrong } from './go-wrong.ts';
import type { SeededChance } from './seeded-chance.ts';

/**
 * What may befall a run. Each answers in words what it did, or undefined where there was nothing to
 * befall; none of them ends the soak.
 */
export interface Disturbance {
  readonly name: DisturbanceName;
  /** States at one of whose beginnings it may come. */
  readonly states: readonly string[];
  readonly act: (scene: Scene) => Promise<string | undefined>;
}

/** What a disturbance may use. */
export interface Scene {
  readonly stage: Stage;
  readonly execution: Execution;
  readonly before: Snapshot;
  readonly chance: SeededChance;
  /** Told what a person changed, which is no residue. */
  readonly edited: (edits: GroupEdits) => void;
}

/** Every disturbance by name. */
export const disturbanceNames = [
  'none',
  'workflow killed',
  'execution stopped',
  'Lambda killed',
  'agent killed',
  'host scripts killed',
  'group edited',
  'restored by a person',
  'endpoint misbehaves',
] as const;
export type DisturbanceName = (typeof disturbanceNames)[number];

const early = ['Open', 'Plan', 'Baseline', 'Arm'];
const inForce = ['Inject', 'Prove', 'Hold'];
const late = ['Restore', 'ProveClean', 'AwaitRecovery', 'Report'];
const everywhere = [...early, ...inForce, ...inForce, ...late];

/** The disturbances, `none` among them. */
export const disturbances: readonly Disturbance[] = [
  { name: 'none', states: everywhere, act: async () => 'nothing' },
  { name: 'workflow killed', states: everywhere, act: killWorkflow },
  { name: 'execution stopped', states: everywhere, act: stopExecution },
  { name: 'Lambda killed', states: everywhere, act: killLambda },
  { name: 'agent killed', states: everywhere, act: killAgent },
  { name: 'host scripts killed', states: [...inForce, 'Restore'], act: killHostScripts },
  { name: 'group edited', states: ['Baseline', 'Prove', 'Hold'], act: editGroup },
  { name: 'restored by a person', states: [...early, ...inForce, ...late], act: restoreByHand },
  { name: 'endpoint misbehaves', states: everywhere, act: goWrong },
];

async function killWorkflow({ execution }: Scene): Promise<string> {
  execution.kill();
  return 'SIGKILL to the workflow process';
}

async function stopExecution({ execution }: Scene): Promise<string> {
  execution.stop();
  return 'StopExecution';
}

/** How long something to befall is waited for, in milliseconds. */
const patienceMs = 20_000;

async function killLambda({ stage, execution, chance }: Scene): Promise<string | undefined> {
  const { lambdas } = stage.cloud.services;
  return firstOf(execution, 5, async () => {
    const busy = lambdas.busy();
    if (busy.length === 0) return undefined;
    const one = chance.oneOf(busy);
    await one.kill();
    return `SIGKILL to ${one.functionName}`;
  });
}

/** How long a supervisor takes to start an agent again, in milliseconds. */
const agentRestartMs = 4_000;

async function killAgent({ stage, chance }: Scene): Promise<string> {
  const { agents, network, cloud } = stage;
  const host = chance.oneOf(stage.hosts);
  agents.get(host.name)?.kill('SIGKILL');
  await pause(agentRestartMs);
  agents.set(host.name, startAgent(host, network, cloud.agentUrl));
  return `SIGKILL to the agent of ${host.name}`;
}

async function killHostScripts({ stage, execution }: Scene): Promise<string | undefined> {
  return firstOf(execution, 500, async () => {
    const ended = await endHostScripts(stage.hosts, stage.network);
    return ended.length === 0 ? undefined : `SIGKILL to ${ended.join(', ')}`;
  });
}

async function editGroup({ stage, before, edited }: Scene): Promise<string> {
  const edits = await stage.editGroup(before);
  edited(edits);
  return `a person edited the nodes' group: 1 added, 1 removed, ${edits.described.size} described anew`;
}

async function restoreByHand({ stage, execution }: Scene): Promise<string> {
  const input = { runId: runIdOf(execution.arn), by: 'person' };
  stage.stepFunctions.startExecution(stage.restoreMachine.arn, { input });
  return 'a person started the restore machine';
}

/** The first answer of `ask`, asked again and again while the execution runs, for a while. */
async function firstOf(
  execution: Execution,
  everyMs: number,
  ask: () => Promise<string | undefined>,
): Promise<string | undefined> {
  const giveUpAt = Date.now() + patienceMs;
  while (execution.running && Date.now() < giveUpAt) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(everyMs);
  }
  return undefined;
}
