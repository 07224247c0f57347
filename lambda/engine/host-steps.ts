import { ChangeReply, SeverReply } from '../../core/observation.ts';
import type { HostStep, Sever } from '../../core/step.ts';
import type { Answer, Gateways, HostReply } from '../gateways.ts';
import { patienceSeconds, scriptWaitSeconds } from './arming.ts';
import { hostScriptOf } from './host-script.ts';
import type { RunContext } from './run-context.ts';

/**
 * Does a step on its host. The script arms its own timer first; then the kernel switches at the step's
 * instant, or the script waits for it.
 */
export async function applyHostStep(
  step: HostStep,
  context: RunContext,
  gateways: Gateways,
): Promise<Answer & { appliedAt?: number }> {
  const { script, parameters } = hostScriptOf(step, context.run);
  const reply = await gateways.hosts.run(step.instanceId, script, {
    parameters,
    waitSeconds: patienceSeconds(step, context, gateways),
    document: context.documents?.[script],
  });
  const parsed = reply.kind === 'answered' ? ChangeReply.safeParse(reply.json) : undefined;
  if (parsed?.success !== true || parsed.data.script !== script) return unanswered(reply);
  const { outcome, reason = 'no reason given', appliedAt } = parsed.data;
  if (outcome === 'applied' || outcome === 'already') {
    return { kind: 'done', ...(typeof appliedAt === 'number' ? { appliedAt } : {}) };
  }
  // A script that failed half way may have left something to its timer; only a refusal changed nothing.
  return { kind: outcome === 'failed' ? 'unknown' : 'refused', reason };
}

/** Closes connections that already stand. */
export async function applySever(
  step: Sever,
  { run: { runId, restoreAt = 0 }, documents }: RunContext,
  { hosts }: Gateways,
): Promise<Answer> {
  const reply = await hosts.run(step.instanceId, 'sever', {
    parameters: severParameters(step, runId, restoreAt),
    waitSeconds: scriptWaitSeconds,
    document: documents?.sever,
  });
  const parsed = reply.kind === 'answered' ? SeverReply.safeParse(reply.json) : undefined;
  if (parsed?.success !== true) return unanswered(reply);
  const { outcome, reason = 'no reason given' } = parsed.data;
  return outcome === 'severed' ? { kind: 'done' } : { kind: 'refused', reason };
}

/** What sever.sh is called with: it refuses once `until`, in epoch milliseconds, has passed. */
export const severParameters = (
  { peers, ports }: Sever,
  runId: string,
  until: number,
): Readonly<Record<string, string>> => ({
  RunId: runId,
  RestoreAt: String(until),
  Ports: ports.join(','),
  Peers: peers.join(','),
});

/** A host that said something unreadable may have acted: unknown, never refused. */
export function unanswered(reply: HostReply): Answer & { reason: string } {
  return reply.kind === 'answered'
    ? { kind: 'unknown', reason: `unreadable answer, exit code ${reply.exitCode}` }
    : { kind: reply.kind, reason: reply.reason };
}
