import { SeverReply } from '../../core/observation.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Sever } from '../../core/step.ts';
import type { Gateways } from '../gateways.ts';
import { awaitAll } from './await-all.ts';
import { scriptWaitSeconds } from './arming.ts';
import { severParameters } from './host-steps.ts';
import type { RunContext } from './run-context.ts';

/**
 * Asks every host that is to close connections whether it can, before anything is touched: `ss -K` skips
 * in silence what the kernel does not let it close.
 *
 * @throws Refusal that names the first host that cannot, or does not answer.
 */
export async function trySever(
  { run, inventory, plan, documents }: RunContext,
  gateways: Gateways,
): Promise<void> {
  const severs = plan.steps.filter((step) => step.kind === 'sever');
  const found = await awaitAll(severs.map((step) => reasonAgainst(step)));
  const index = found.findIndex((reason) => reason !== undefined);
  const host = severs[index]?.instanceId;
  if (host === undefined) return;
  const name = inventory.instances.find(({ id }) => id === host)?.name ?? host;
  throw new Refusal(
    `Cannot sever established connections on ${name} as its kernel must close sockets on request: found ${found[index]}`,
  );

  async function reasonAgainst(step: Sever): Promise<string | undefined> {
    const parameters = { ...severParameters(step, run.runId, run.deadlineAt), Action: 'check' };
    const document = documents?.sever;
    const options = { parameters, waitSeconds: scriptWaitSeconds, document };
    const reply = await gateways.hosts.run(step.instanceId, 'sever', options);
    if (reply.kind !== 'answered') return reply.reason;
    const parsed = SeverReply.safeParse(reply.json);
    if (parsed.data?.outcome === 'able') return undefined;
    return parsed.data?.reason ?? `no readable answer, exit code ${reply.exitCode}`;
  }
}
