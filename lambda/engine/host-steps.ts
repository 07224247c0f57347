import type { RunItem } from '../../core/journal.ts';
import { CutReply, RestoreReply, SeverReply } from '../../core/observation.ts';
import type { HostCut, Sever } from '../../core/step.ts';
import type { Answer, Gateways, HostReply } from '../gateways.ts';

/** How long a script of our own may take beside what it was told to wait for, in seconds. */
export const scriptWaitSeconds = 30;

/** Applies a packet filter; the script waits for `injectAt` and has armed its own timer before. */
export async function applyHostCut(
  { instanceId, peers, ports, packets, direction }: HostCut,
  { runId, injectAt = 0, restoreAt = 0 }: RunItem,
  { hosts, timing }: Gateways,
): Promise<Answer & { appliedAt?: number }> {
  const reply = await hosts.run(instanceId, 'cut', {
    parameters: {
      RunId: runId,
      InjectAt: String(injectAt),
      RestoreAt: String(restoreAt),
      Ports: ports.join(','),
      Peers: peers.join(','),
      Packets: packets,
      Direction: direction,
    },
    waitSeconds: timing.leadSeconds + scriptWaitSeconds,
  });
  const parsed = reply.kind === 'answered' ? CutReply.safeParse(reply.json) : undefined;
  if (parsed?.success !== true) return unanswered(reply);
  const { outcome, reason = 'no reason given', appliedAt } = parsed.data;
  if (outcome === 'applied' || outcome === 'already') {
    return { kind: 'done', ...(typeof appliedAt === 'number' ? { appliedAt } : {}) };
  }
  // A cut that failed half way may have left something to its timer; only a refusal changed nothing.
  return { kind: outcome === 'failed' ? 'unknown' : 'refused', reason };
}

/** Closes connections that already stand. */
export async function applySever(
  step: Sever,
  { runId, restoreAt = 0 }: RunItem,
  { hosts }: Gateways,
): Promise<Answer> {
  const reply = await hosts.run(step.instanceId, 'sever', {
    parameters: severParameters(step, runId, restoreAt),
    waitSeconds: scriptWaitSeconds,
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

type HostSeen =
  | { readonly kind: 'ours' }
  | { readonly kind: 'absent'; readonly restoredAt?: number; readonly restoredBy?: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Asks a host for this run's chain; the asking leaves the tombstone that stops a late cut (rule 14). */
export async function lookAtHost(
  instanceId: string,
  runId: string,
  gateways: Gateways,
): Promise<HostSeen> {
  const reply = await restoreScript(instanceId, { runId, action: 'look', gateways });
  const parsed = reply.kind === 'answered' ? RestoreReply.safeParse(reply.json) : undefined;
  if (parsed?.success !== true) return { kind: 'unknown', reason: unanswered(reply).reason };
  const { outcome, restoredAt, restoredBy } = parsed.data;
  if (outcome === 'present') return { kind: 'ours' };
  return typeof restoredAt === 'number'
    ? { kind: 'absent', restoredAt, restoredBy: restoredBy === 'timer' ? 'host timer' : 'command' }
    : { kind: 'absent' };
}

/** Removes this run's chain from a host. */
export async function undoHostCut(
  instanceId: string,
  runId: string,
  gateways: Gateways,
): Promise<Answer> {
  const reply = await restoreScript(instanceId, { runId, action: 'undo', gateways });
  const parsed = reply.kind === 'answered' ? RestoreReply.safeParse(reply.json) : undefined;
  if (parsed?.success !== true) return unanswered(reply);
  return parsed.data.outcome === 'clean'
    ? { kind: 'done' }
    : { kind: 'refused', reason: `${parsed.data.left} rule(s) of ours are left` };
}

function restoreScript(
  instanceId: string,
  { runId, action, gateways }: { runId: string; action: 'look' | 'undo'; gateways: Gateways },
): Promise<HostReply> {
  return gateways.hosts.run(instanceId, 'restore', {
    parameters: { RunId: runId, Action: action },
    waitSeconds: scriptWaitSeconds,
  });
}

/** A host that said something unreadable may have acted: unknown, never refused. */
function unanswered(reply: HostReply): Answer & { reason: string } {
  return reply.kind === 'answered'
    ? { kind: 'unknown', reason: `unreadable answer, exit code ${reply.exitCode}` }
    : { kind: reply.kind, reason: reply.reason };
}
