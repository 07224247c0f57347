import { RestoreReply } from '../../core/observation.ts';
import type { Answer, Gateways, HostReply } from '../gateways.ts';
import { scriptWaitSeconds } from './arming.ts';
import { unanswered } from './host-steps.ts';
import type { StepSeen } from './step-seen.ts';

/**
 * What one look sees on hosts, each asked once and undone once however many steps of the run it has: its
 * restore script needs the run id alone, and finds and undoes every part by every method.
 *
 * Always the default version of the script: a newer one undoes what any older one did, and a version that
 * a run held on to could be gone when it is needed most.
 */
export class HostLooks {
  readonly #runId: string;
  readonly #gateways: Gateways;
  readonly #asked = new Map<string, Promise<StepSeen>>();

  constructor(runId: string, gateways: Gateways) {
    this.#runId = runId;
    this.#gateways = gateways;
  }

  /** Asks a host for anything of the run; the asking leaves the tombstone that stops late scripts (rule 14). */
  look(instanceId: string): Promise<StepSeen> {
    const asked = this.#asked.get(instanceId) ?? this.#look(instanceId);
    this.#asked.set(instanceId, asked);
    return asked;
  }

  async #look(instanceId: string): Promise<StepSeen> {
    const reply = await this.#restore(instanceId, 'look');
    const parsed = reply.kind === 'answered' ? RestoreReply.safeParse(reply.json) : undefined;
    if (parsed?.success !== true) return { kind: 'unknown', reason: unanswered(reply).reason };
    const { outcome, restoredAt, restoredBy } = parsed.data;
    if (outcome === 'present') return { kind: 'ours', undo: this.#undoOnce(instanceId) };
    return typeof restoredAt === 'number'
      ? {
          kind: 'absent',
          restoredAt,
          restoredBy: restoredBy === 'timer' ? 'host timer' : 'command',
        }
      : { kind: 'absent' };
  }

  /** Every step of the host has an intent of its own before it comes to this; the first one's call is theirs. */
  #undoOnce(instanceId: string): () => Promise<Answer> {
    let undoing: Promise<Answer> | undefined;
    return () => (undoing ??= this.#undo(instanceId));
  }

  async #undo(instanceId: string): Promise<Answer> {
    const reply = await this.#restore(instanceId, 'undo');
    const parsed = reply.kind === 'answered' ? RestoreReply.safeParse(reply.json) : undefined;
    if (parsed?.success !== true) return unanswered(reply);
    return parsed.data.outcome === 'clean'
      ? { kind: 'done' }
      : { kind: 'refused', reason: `${parsed.data.left} thing(s) of ours are left` };
  }

  #restore(instanceId: string, action: 'look' | 'undo'): Promise<HostReply> {
    return this.#gateways.hosts.run(instanceId, 'restore', {
      parameters: { RunId: this.#runId, Action: action },
      waitSeconds: scriptWaitSeconds,
    });
  }
}
