import { hostname, userInfo } from 'node:os';
import type { Experiment } from '../../core/experiment.ts';
import { Refusal } from '../../core/refusal.ts';
import { executionArnOf, startExecution } from '../../lambda/aws/executions.ts';
import { isCode, isDeclined, isThrottled, reasonOf } from '../../lambda/aws/failure.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import { isDenied } from './aws-failure.ts';
import { commandLine } from './command-line.ts';
import type { Deployment } from './deployment.ts';

/** A run that was started. */
export interface StartedRun {
  readonly runId: string;
  readonly executionArn: string;
}

/** Nobody answered whether the run was started: it may be going. */
export class MaybeStarted extends Error {
  override readonly name = 'MaybeStarted';
}

/**
 * Starts the workflow, under a name that people find in the console.
 *
 * @throws Refusal where the same experiment was started in this very second.
 * @throws MaybeStarted where AWS did not answer, again and again.
 */
export async function startRun(
  { connection, output }: Deployment,
  experiment: Experiment,
  now: number,
): Promise<StartedRun> {
  const stateMachineArn = output('WorkflowArn');
  const name = executionName(experiment.name, now);
  const input = { experiment, startedBy: startedBy() };
  try {
    const executionArn = await startExecution(connection, { stateMachineArn, name, input });
    return { runId: runIdOf(executionArn), executionArn };
  } catch (error) {
    if (isCode(error, 'ExecutionAlreadyExists')) {
      throw new Refusal(
        `Cannot start ${experiment.name} as its execution must have a name of its own: found ${name} started in this second`,
        { cause: error },
      );
    }
    if (isDeclined(error) || isThrottled(error) || isDenied(error)) throw error;
    const runId = runIdOf(executionArnOf(stateMachineArn, name));
    throw new MaybeStarted(
      `Cannot tell whether ${experiment.name} was started as Step Functions must answer: found ${reasonOf(error)}; it may be going as run ${runId}: look with ${commandLine('status')} before repeating the command`,
      { cause: error },
    );
  }
}

/** A name that executions may have (80 characters, no colons), and that tells what and when, in UTC. */
export const executionName = (name: string, now: number): string =>
  `${name}-${new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;

/** Who it was, as far as this machine knows; in the letters that a run takes. */
const startedBy = (): string =>
  `${userName()}@${hostname()} by aerofault run`.replaceAll(/[^\w .:/@<>-]/g, '_').slice(0, 256);

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown'; // A user without an entry in the machine's list, as in many containers.
  }
}
