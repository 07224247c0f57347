import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { AwsError } from '../aws-error.ts';
import type { Poll, StepResult, Work } from './agent-messages.ts';
import { checkParameters, jobOf, Parameters } from './document.ts';
import type { Documents } from './documents.ts';
import type { Fleet } from './fleet.ts';
import { Invocation } from './invocation.ts';
import type { Command } from './invocation.ts';

/** Knobs of how the lab's Run Command differs from a quick and faithful one. */
export interface CommandKnobs {
  /** Milliseconds for which a command cannot be seen by the calls that read results; 0 when absent. */
  invisibleFor?: number;
  /** Milliseconds after which an undelivered command times out; its TimeoutSeconds when absent. */
  deliveryTimeout?: number;
  /** Still deliver a command whose delivery timed out, once its agent comes back. */
  deliverLate?: boolean;
}

/** What SendCommand is given. The bounds are those of its page in the API reference. */
export const SendCommand = z.object({
  InstanceIds: z.array(z.string()).min(1).max(50),
  DocumentName: z.string(),
  DocumentVersion: z.string().default('$DEFAULT'),
  DocumentHash: z.string().optional(),
  DocumentHashType: z.literal('Sha256').default('Sha256'),
  Parameters: Parameters.default({}),
  TimeoutSeconds: z.int().min(30).max(2_592_000).default(3600),
  MaxConcurrency: z
    .string()
    .regex(/^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$/)
    .default('50'),
  MaxErrors: z
    .string()
    .regex(/^([1-9][0-9]*|0|[1-9][0-9]%|[0-9]%|100%)$/)
    .default('0'),
  Comment: z.string().max(100).default(''),
});

/** Every command that was sent, and what became of it on each instance. */
export class CommandLog {
  readonly #documents: Documents;
  readonly #fleet: Fleet;
  readonly #knobs: CommandKnobs;
  readonly #timers = new Set<NodeJS.Timeout>();
  #invocations: Invocation[] = [];

  constructor(documents: Documents, fleet: Fleet, knobs: CommandKnobs) {
    this.#documents = documents;
    this.#fleet = fleet;
    this.#knobs = knobs;
  }

  /** Newest first, as the API lists them; those that cannot be seen yet are left out. */
  visible(): Invocation[] {
    const { invisibleFor = 0 } = this.#knobs;
    const now = Date.now();
    return this.#invocations.filter(({ command }) => now - command.sentAt >= invisibleFor);
  }

  /** @throws AwsError InvalidDocument, InvalidDocumentVersion, InvalidInstanceId, InvalidParameters */
  send(request: z.infer<typeof SendCommand>): Command {
    const { DocumentName, DocumentVersion, DocumentHash } = request;
    const document = this.#documents.find(DocumentName, DocumentVersion, DocumentHash);
    const absent = request.InstanceIds.find((id) => this.#fleet.find(id) === undefined);
    if (absent !== undefined) {
      const message = `Instances [[${absent}]] not in a valid state for account 000000000000`;
      throw new AwsError('InvalidInstanceId', message);
    }
    const command: Command = {
      commandId: randomUUID(),
      documentName: request.DocumentName,
      documentVersion: request.DocumentVersion,
      document,
      parameters: checkParameters(document, request.Parameters),
      comment: request.Comment,
      timeoutSeconds: request.TimeoutSeconds,
      sentAt: Date.now(),
    };
    for (const instanceId of new Set(request.InstanceIds)) this.#begin(command, instanceId);
    return command;
  }

  /** Newest first, those that cannot be seen yet included. */
  get all(): readonly Invocation[] {
    return this.#invocations;
  }

  /** What an agent is to do now. */
  workFor({ instanceId, free, killed }: Poll): Work {
    const { deliverLate = false } = this.#knobs;
    const own = this.#invocations.filter((one) => one.instanceId === instanceId).toReversed();
    const run = own.filter((one) => one.isForDelivery(deliverLate)).slice(0, Math.max(0, free));
    const cancel = own.filter(({ details, command }) => {
      return details === 'Cancelling' && !killed.includes(command.commandId);
    });
    return {
      run: run.map(({ command: { commandId, document, parameters } }) => {
        return { commandId, document, parameters };
      }),
      cancel: cancel.map(({ command }) => command.commandId),
    };
  }

  acknowledge(instanceId: string, commandId: string): boolean {
    const { deliverLate = false } = this.#knobs;
    return this.#find(instanceId, commandId)?.acknowledge(deliverLate, Date.now()) ?? false;
  }

  finish(instanceId: string, commandId: string, steps: readonly StepResult[]): void {
    this.#find(instanceId, commandId)?.finish(steps);
    // The agent has room for another command now; its poll in flight says it has none.
    this.#fleet.wake(instanceId);
  }

  /** Cancel a command on some instances, or on all. @throws AwsError InvalidCommandId */
  cancel(commandId: string, instanceIds: readonly string[]): void {
    const all = this.#invocations.filter(({ command }) => command.commandId === commandId);
    if (all.length === 0) throw new AwsError('InvalidCommandId', `No command ${commandId}`);
    for (const invocation of all) {
      if (instanceIds.length > 0 && !instanceIds.includes(invocation.instanceId)) continue;
      invocation.cancel();
      this.#fleet.wake(invocation.instanceId);
    }
  }

  /** Drops what is over; nobody can ask for it any more. */
  forget(): void {
    this.#invocations = this.#invocations.filter(({ over }) => !over);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  #begin(command: Command, instanceId: string): void {
    const invocation = new Invocation(command, instanceId);
    this.#invocations = [invocation, ...this.#invocations];
    const { deliveryTimeout = command.timeoutSeconds * 1000 } = this.#knobs;
    const { scripts } = jobOf(command.document, command.parameters);
    const running = scripts.reduce((sum, { timeoutSeconds }) => sum + timeoutSeconds * 1000, 0);
    this.#after(deliveryTimeout, () => {
      if (invocation.acknowledgedAt === undefined) invocation.giveUp();
    });
    // TimeoutSeconds and executionTimeout together bound the wait. Source: monitor-commands.md.
    this.#after(deliveryTimeout + running, () => invocation.giveUp());
    this.#fleet.wake(instanceId);
  }

  #after(milliseconds: number, then: () => void): void {
    const strike = (): void => {
      this.#timers.delete(timer);
      then();
    };
    const timer = setTimeout(strike, Math.min(milliseconds, 2_147_483_647));
    this.#timers.add(timer);
  }

  #find(instanceId: string, commandId: string): Invocation | undefined {
    return this.#invocations.find(
      (one) => one.instanceId === instanceId && one.command.commandId === commandId,
    );
  }
}
