import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IDependable } from 'constructs';
import type { BundledFunction } from './bundled-function.ts';

/** What a guard guards. */
export interface DeleteGuardProps {
  /** Restores every run when the guard is to be deleted. */
  readonly restoreAll: BundledFunction;
  /** What must not go before every run is over: all that a way out needs. */
  readonly before: readonly IDependable[];
}

/** How long an answer is waited for; the Lambda gives one in less, unless it dies. */
const answerWithin = Duration.minutes(5);

/**
 * Keeps the stack from being deleted while a run is open.
 *
 * A custom resource that needs everything else, so that it is the first to be deleted: its Lambda then
 * shuts the journal to new runs, restores every run, and lets the deletion go on; or fails it with the runs
 * that are left, before anything else is gone. Making and updating it does nothing. It starts and ends with
 * the stack. It does not cover a deletion that retains or skips the guard, nor the stack of the documents.
 *
 * The Lambda is not run twice for one request: a second one, after the answer, would shut the journal again.
 */
export class DeleteGuard extends Construct {
  constructor(scope: Construct, id: string, { restoreAll, before }: DeleteGuardProps) {
    super(scope, id);
    const { function: guard } = restoreAll;
    guard.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(2) });
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::AerofaultDeleteGuard',
      serviceToken: guard.functionArn,
      serviceTimeout: answerWithin,
    });
    resource.node.addDependency(restoreAll, ...before);
  }
}
