import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { failWith, restoreTail } from './restore-tail.ts';
import type { RunFunctions } from './run-functions.ts';
import { stateMachine } from './state-machine.ts';

/** What a restore machine is made of. */
export interface RestoreMachineProps {
  readonly functions: RunFunctions;
  readonly logRetention: RetentionDays;
}

/**
 * Restores one run whose workflow may be gone, and looks again until nothing is left.
 *
 * Started by the one-time schedule at the deadline (`{"runId", "by": "schedule"}`), by the rule on
 * workflows that failed, timed out or were aborted (`{"execution", "by": "status-change"}`), and by a
 * person (`{"runId", "by": "person"}`); any of them at once, since looking twice is harmless. Ends as Done
 * when nothing is left, whatever the verdict on the fault, and as NotClean otherwise, which raises an
 * alarm. It does not cover its own death: the sweeper does.
 */
export class RestoreMachine extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { functions, logRetention }: RestoreMachineProps) {
    super(scope, id);
    const outcome = new sfn.Choice(this, 'Outcome');
    outcome
      .when(
        sfn.Condition.stringEquals('$.report.outcome', 'not-clean'),
        failWith(this, 'NotClean', '$.report', ['error', 'cause']),
      )
      .otherwise(new sfn.Succeed(this, 'Done'));
    const { restore, proveClean, awaitRecovery, report } = functions;
    this.machine = stateMachine(this, {
      definition: restoreTail(this, functions, outcome),
      invokes: [restore, proveClean, awaitRecovery, report],
      logRetention,
      comment: 'Restores one aerofault run, whoever died',
    });
  }
}
