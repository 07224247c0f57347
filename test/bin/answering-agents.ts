import { setTimeout as sleep } from 'node:timers/promises';
import { Work } from '../../lab/cloud/ssm/agent-messages.ts';
import type { Delivery } from '../../lab/cloud/ssm/agent-messages.ts';

/** What a script said on an instance. */
export interface Answer {
  readonly stdout: string;
  readonly exitCode: number;
}

/** An instance, its agent, and what its scripts say. */
export interface AnsweringAgent {
  readonly instanceId: string;
  readonly agentVersion: string;
  readonly answer: (parameters: Delivery['parameters']) => Answer | Promise<Answer>;
}

/**
 * Agents of the lab's SSM that run no script but say what they are told to. They start with the call,
 * which waits until each has polled, and end when `gone` is aborted.
 */
export async function startAnswering(
  endpoint: string,
  agents: readonly AnsweringAgent[],
  gone: AbortSignal,
): Promise<void> {
  for (const agent of agents) void serve(endpoint, agent, gone).catch(() => undefined);
  await sleep(100);
}

async function serve(endpoint: string, agent: AnsweringAgent, gone: AbortSignal): Promise<void> {
  const { instanceId, agentVersion, answer } = agent;
  const tell = (route: string, body: object): Promise<unknown> =>
    fetch(`${endpoint}/agent/${route}`, {
      method: 'POST',
      body: JSON.stringify({ instanceId, ...body }),
      signal: gone,
    }).then((response) => response.json());
  while (!gone.aborted) {
    const { run } = Work.parse(await tell('poll', { agentVersion, free: 5, killed: [] }));
    for (const { commandId, document, parameters } of run) {
      await tell('acknowledge', { commandId });
      const startedAt = Date.now();
      const { stdout, exitCode } = await answer(parameters);
      const status = exitCode === 0 ? 'Success' : 'Failed';
      const name = document.mainSteps[0]!.name;
      const step = { name, status, exitCode, stdout, stderr: '', startedAt, endedAt: Date.now() };
      await tell('result', { commandId, steps: [step] });
    }
  }
}
