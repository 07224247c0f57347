import { setTimeout as sleep } from 'node:timers/promises';
import { scriptNames } from '../../../core/script-names.ts';
import { Acknowledged, Work } from '../../../lab/cloud/ssm/agent-messages.ts';
import type { Delivery } from '../../../lab/cloud/ssm/agent-messages.ts';
import { checkParameters } from '../../../lab/cloud/ssm/document.ts';
import type { FakeHosts } from '../../fakes/fake-hosts.ts';

/** One machine's agent: where it asks for work, and the machine that the work is done on. */
export interface AgentOptions {
  readonly endpoint: string;
  readonly instanceId: string;
  readonly hosts: FakeHosts;
}

/** The first version that knows `interpolationType`. Source: Systems Manager user guide. */
const agentVersion = '3.3.2746.0';

/** Longer than any script takes. */
const waitSeconds = 120;

/**
 * An SSM agent in this process, in front of a machine that is only told of: it speaks to the lab's
 * endpoint as the lab's own agent does, and answers what the script on the fake machine would print.
 *
 * Ends with its signal.
 */
export async function runFakeAgent(options: AgentOptions, ended: AbortSignal): Promise<void> {
  const { endpoint, instanceId } = options;
  const claimed = new Set<string>();
  while (!ended.aborted) {
    const poll = { instanceId, agentVersion, free: 5, killed: [] };
    const work = await post(`${endpoint}/agent/poll`, poll, ended);
    if (work === undefined) continue;
    for (const delivery of Work.parse(work).run) {
      const { commandId } = delivery;
      if (claimed.has(commandId)) continue;
      claimed.add(commandId);
      void serve(options, delivery, ended);
    }
  }
}

async function serve(
  { endpoint, instanceId, hosts }: AgentOptions,
  { commandId, document, parameters }: Delivery,
  ended: AbortSignal,
): Promise<void> {
  const claim = await post(`${endpoint}/agent/acknowledge`, { instanceId, commandId }, ended);
  if (claim === undefined || !Acknowledged.parse(claim).run) return;
  const startedAt = Date.now();
  const script = scriptNames.find((name) => name === document.mainSteps[0]?.name);
  if (script === undefined) return;
  const given = Object.entries(checkParameters(document, parameters)).map(
    ([name, [value = '']]) => [name, value] as const,
  );
  const options = { parameters: Object.fromEntries(given), waitSeconds };
  const reply = await hosts.run(instanceId, script, options);
  if (reply.kind !== 'answered') return;
  const { exitCode, json } = reply;
  const step = {
    name: script,
    status: exitCode === 0 ? 'Success' : 'Failed',
    exitCode,
    stdout: `${JSON.stringify(json)}\n`,
    stderr: '',
    startedAt,
    endedAt: Date.now(),
  };
  await post(`${endpoint}/agent/result`, { instanceId, commandId, steps: [step] }, ended);
}

/** What the endpoint answers; undefined when it does not, which is worth another try after a moment. */
async function post(url: string, body: object, ended: AbortSignal): Promise<unknown> {
  try {
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body), signal: ended });
    if (answer.ok) return await answer.json();
  } catch {
    // Said by the undefined.
  }
  if (!ended.aborted) await sleep(200);
  return undefined;
}
