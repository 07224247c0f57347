import type { CommandDocument, Parameters } from './document.ts';
import type { StepResult } from './agent-messages.ts';

/** `StatusDetails` of an invocation; {@link statusOf} gives the coarser `Status`. */
export type StatusDetails =
  | 'Pending'
  | 'InProgress'
  | 'Cancelling'
  | 'Success'
  | 'Failed'
  | 'ExecutionTimedOut'
  | 'DeliveryTimedOut'
  | 'Cancelled';

/** `Status` of an invocation. */
export function statusOf(details: StatusDetails): string {
  return details.endsWith('TimedOut') ? 'TimedOut' : details;
}

/** One command as it was sent; times in milliseconds of the epoch. */
export interface Command {
  readonly commandId: string;
  readonly documentName: string;
  readonly documentVersion: string;
  readonly document: CommandDocument;
  readonly parameters: Parameters;
  readonly comment: string;
  readonly timeoutSeconds: number;
  readonly sentAt: number;
}

/**
 * One command on one instance, from Pending to a terminal status that never changes again.
 *
 * It begins when the command is sent. It ends by the agent's result, by a cancel, or by its timers; the
 * endpoint owns those.
 */
export class Invocation {
  readonly command: Command;
  readonly instanceId: string;
  details: StatusDetails = 'Pending';
  steps: readonly StepResult[] = [];
  /** Where an agent has claimed it, the time in milliseconds of the epoch. */
  acknowledgedAt: number | undefined;

  constructor(command: Command, instanceId: string) {
    this.command = command;
    this.instanceId = instanceId;
  }

  get over(): boolean {
    return !['Pending', 'InProgress', 'Cancelling'].includes(this.details);
  }

  /** True while an agent may still be handed it; with `late`, also after its delivery timed out. */
  isForDelivery(late: boolean): boolean {
    const undelivered = this.acknowledgedAt === undefined;
    return (
      undelivered && (this.details === 'Pending' || (late && this.details === 'DeliveryTimedOut'))
    );
  }

  /** An agent claims it; false where it may not run it. A claim may be repeated. */
  acknowledge(late: boolean, now: number): boolean {
    if (this.acknowledgedAt !== undefined) return true;
    if (!this.isForDelivery(late)) return false;
    this.acknowledgedAt = now;
    if (!this.over) this.details = 'InProgress';
    return true;
  }

  /** Cancel: at once where no agent has it, else once the agent says so. */
  cancel(): void {
    if (this.over) return;
    this.details = this.acknowledgedAt === undefined ? 'Cancelled' : 'Cancelling';
  }

  /** The agent's word on how it ended; too late where it is over already. */
  finish(steps: readonly StepResult[]): void {
    if (this.over) return;
    this.steps = steps;
    const killedFirst = this.details === 'Cancelling' && steps.length === 0;
    this.details = killedFirst ? 'Cancelled' : detailsOf(steps);
  }

  /** No terminal word came in time. Whether the script ran is not known. */
  giveUp(): void {
    if (!this.over) this.details = 'DeliveryTimedOut';
  }
}

function detailsOf(steps: readonly StepResult[]): StatusDetails {
  const bad = steps.find(({ status }) => status !== 'Success');
  if (bad?.status === 'TimedOut') return 'ExecutionTimedOut';
  return bad?.status ?? 'Success';
}
