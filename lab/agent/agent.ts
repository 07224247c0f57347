import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Acknowledged, pollMilliseconds, Work } from '../cloud/ssm/agent-messages.ts';
import type { Delivery, StepResult } from '../cloud/ssm/agent-messages.ts';
import { checkParameters, jobOf } from '../cloud/ssm/document.ts';
import { post } from './connection.ts';
import { runScript } from './run-script.ts';

/**
 * The lab's SSM agent: asks the endpoint for work over its own network, runs it, tells the end.
 *
 * {@link runAgent} never ends by itself. A cut network loses nothing: it asks, claims and tells again
 * until it is heard. What was running when the agent died is never told, unlike with the real agent.
 */

/** Who the agent is, and where its endpoint is. */
export interface AgentSetting {
  readonly endpoint: string;
  readonly instanceId: string;
  /** Holds a folder for each command. */
  readonly folder: string;
}

/** The first version that knows `interpolationType`. Source: Systems Manager user guide. */
const agentVersion = '3.3.2746.0';

/** As many as the real agent runs at a time. Source: CommandWorkersLimit in its configuration. */
const workers = 5;

const retryMilliseconds = 200;
const connectMilliseconds = 1_000;
const shortly = { connect: connectMilliseconds, answer: 2_000 };

/** Serve an instance until the process is killed. */
export async function runAgent(setting: AgentSetting): Promise<never> {
  const running = new Map<string, AbortController>();
  for (;;) {
    const work = await askForWork(setting, running);
    for (const commandId of work.cancel) running.get(commandId)?.abort();
    await Promise.all(
      work.run.map(async (delivery) => {
        const { commandId } = delivery;
        if (running.has(commandId) || !(await claim(setting, commandId))) return;
        const cancel = new AbortController();
        running.set(commandId, cancel);
        void serve(setting, delivery, cancel.signal).then((steps) => {
          running.delete(commandId);
          return tell(setting, commandId, steps);
        });
      }),
    );
  }
}

async function askForWork(
  { endpoint, instanceId }: AgentSetting,
  running: ReadonlyMap<string, AbortController>,
): Promise<Work> {
  const poll = {
    instanceId,
    agentVersion,
    free: workers - running.size,
    killed: [...running].filter(([, { signal }]) => signal.aborted).map(([id]) => id),
  };
  const patience = { connect: connectMilliseconds, answer: pollMilliseconds + 1_000 };
  try {
    return Work.parse(await post(`${endpoint}/agent/poll`, poll, patience));
  } catch (error) {
    complain(error);
    await sleep(retryMilliseconds);
    return { run: [], cancel: [] };
  }
}

let lastComplaint = '';

/** Say on stderr what is wrong, once in a row: a cut network fails the same way again and again. */
function complain(error: unknown): void {
  const complaint = String(error);
  if (complaint !== lastComplaint) process.stderr.write(`${complaint}\n`);
  lastComplaint = complaint;
}

/** Claim a command until the endpoint answers: it may have heard us already. */
async function claim(setting: AgentSetting, commandId: string): Promise<boolean> {
  const { instanceId } = setting;
  return Acknowledged.parse(await insist(setting, 'acknowledge', { instanceId, commandId })).run;
}

async function tell(setting: AgentSetting, commandId: string, steps: readonly StepResult[]) {
  const { instanceId } = setting;
  await insist(setting, 'result', { instanceId, commandId, steps });
}

async function insist({ endpoint }: AgentSetting, route: string, body: object): Promise<unknown> {
  for (;;) {
    try {
      return await post(`${endpoint}/agent/${route}`, body, shortly);
    } catch (error) {
      complain(error);
      await sleep(retryMilliseconds);
    }
  }
}

/** Run the steps of a command in order; a failed one does not stop the next, a cancel does. */
async function serve(
  { folder, instanceId }: AgentSetting,
  { commandId, document, parameters }: Delivery,
  cancelled: AbortSignal,
): Promise<StepResult[]> {
  const steps: StepResult[] = [];
  try {
    // The endpoint has checked them too; the real agent does not rely on that either.
    const job = jobOf(document, checkParameters(document, parameters));
    const environment = {
      ...job.environment,
      SSM_COMMAND_ID: commandId,
      AWS_SSM_INSTANCE_ID: instanceId,
    };
    for (const script of job.scripts) {
      if (cancelled.aborted) break;
      const setting = { folder: join(folder, commandId), environment, cancelled };
      steps.push(await runScript(script, setting));
    }
  } catch (error) {
    const name = document.mainSteps[steps.length]?.name ?? '';
    const at = Date.now();
    const failed = { name, status: 'Failed' as const, exitCode: 1, stdout: '' };
    steps.push({ ...failed, stderr: String(error), startedAt: at, endedAt: at });
  }
  return steps;
}
