import { RestoreReply } from '../../core/observation.ts';
import type { Step } from '../../core/step.ts';
import type { Answer, DocumentVersion, Gateways, HostReply } from '../gateways.ts';
import { scriptWaitSeconds } from './arming.ts';
import { unanswered } from './host-steps.ts';
import type { StepSeen } from './step-seen.ts';

/**
 * What one look sees on hosts, each asked once and undone once however many steps of the run it has: its
 * restore script needs the run id alone, and finds and undoes every part by every method.
 *
 * By the version of the script that the run held on to, which knows what its others did; where SSM has that
 * no more, or with another text, by the default one: a newer one undoes what any older one did.
 */
export class HostLooks {
  readonly #runId: string;
  readonly #steps: readonly Step[];
  readonly #document: DocumentVersion | undefined;
  readonly #gateways: Gateways;
  readonly #asked = new Map<string, Promise<StepSeen>>();

  /** `document` is the version of the restore script that the run held on to. */
  constructor(
    runId: string,
    { steps, document }: { steps: readonly Step[]; document: DocumentVersion | undefined },
    gateways: Gateways,
  ) {
    this.#runId = runId;
    this.#steps = steps;
    this.#document = document;
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
    if (parsed?.success !== true) return this.#unanswered(instanceId, unanswered(reply).reason);
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

  /**
   * A silent host may be none any more: what the kernel held is gone with it. Only EC2's own word counts,
   * and only for this instance: one that took its place has another id, and never had anything of the run.
   */
  async #unanswered(instanceId: string, reason: string): Promise<StepSeen> {
    const life = await this.#gateways.network.lifeOf(instanceId);
    switch (life) {
      case 'there':
        return { kind: 'unknown', reason };
      case 'stopped':
      case 'gone':
        return { kind: 'absent', says: this.#lost(instanceId, life) };
    }
  }

  /** A boot starts what is enabled, by its configuration file; nothing else of what a step stopped comes back. */
  #lost(instanceId: string, life: 'stopped' | 'gone'): string {
    if (life === 'gone') return `instance ${instanceId} is gone, and all that the run did to it`;
    const notBrought = this.#steps.flatMap((step) =>
      'instanceId' in step && step.instanceId === instanceId ? notBroughtByBoot(step) : [],
    );
    const rest = notBrought.map((what) => `; its next start does not bring back ${what}`);
    return `instance ${instanceId} is stopped, and with it ended all that the run did to its kernel${rest.join('')}`;
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
      document: this.#document,
      orDefault: true,
    });
  }
}

/** What systemd and Aerospike may not bring back by themselves when the machine boots. */
function notBroughtByBoot(step: Step): string[] {
  if (step.kind === 'hold-service' && step.how === 'stop') return [`${step.name}, unless enabled`];
  return step.kind === 'pause-xdr'
    ? [`shipping to ${step.dc}, unless its configuration file says so`]
    : [];
}
