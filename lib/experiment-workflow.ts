import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { lambdaTask, openTask } from './lambda-task.ts';
import { caught, failWith, restoreTail, waitUntil } from './restore-tail.ts';
import type { RunFunctions } from './run-functions.ts';
import { stateMachine } from './state-machine.ts';

/** What a workflow is made of. */
export interface ExperimentWorkflowProps {
  readonly functions: RunFunctions;
  readonly logRetention: RetentionDays;
}

/**
 * Runs one experiment: its input is the experiment itself.
 *
 * Started by a person, by a game day's schedule, or by an event. Everything between Plan and the end of
 * the hold has a single way out, failed or not: "Restore". A refusal, a failure and an unsteady cluster
 * take it too, for only the journal knows whether anything was touched. Ends as Done only when every
 * verdict is confirmed and nothing is left; a Fail's cause names the run and its verdict, because a failed
 * execution has no output. It does not cover being stopped or timing out, which run no Catch: the watchdog
 * and the hosts' own timers do. Redriving it cannot inject again, since the journal has closed the run.
 */
export class ExperimentWorkflow extends Construct {
  readonly machine: sfn.StateMachine;
  readonly #functions: RunFunctions;

  constructor(scope: Construct, id: string, { functions, logRetention }: ExperimentWorkflowProps) {
    super(scope, id);
    this.#functions = functions;
    this.machine = stateMachine(this, {
      definition: this.#open().next(this.#prepare(restoreTail(this, functions, this.#outcome()))),
      invokes: functions.ofWorkflow(),
      logRetention,
      comment: 'Runs one aerofault experiment and restores it',
    });
  }

  #open(): sfn.TaskStateBase {
    const open = openTask(this, this.#functions.open.function);
    // The whole state is replaced: an input that is no object could not take a key.
    return open.addCatch(failWith(this, 'OpenFailed', '$'), { errors: ['States.ALL'] });
  }

  /** Plan → Baseline → steady? → TryRestore → Arm → fault; else Restore, with nothing touched. */
  #prepare(restore: sfn.State): sfn.IChainable {
    const { plan, baseline, tryRestore, arm } = this.#functions;
    const steady = new sfn.Choice(this, 'Steady', { comment: 'Is the cluster as it should be?' });
    steady
      .when(
        sfn.Condition.booleanEquals('$.baseline.steady', true),
        lambdaTask(this, 'TryRestore', tryRestore.function)
          .addCatch(restore, caught)
          .next(lambdaTask(this, 'Arm', arm.function).addCatch(restore, caught))
          .next(this.#fault(restore)),
      )
      .otherwise(restore);
    return lambdaTask(this, 'Plan', plan.function)
      .addCatch(restore, caught)
      .next(lambdaTask(this, 'Baseline', baseline.function).addCatch(restore, caught))
      .next(steady);
  }

  /** Inject → Prove → hold in slices; whatever happens, Restore. */
  #fault(restore: sfn.State): sfn.IChainable {
    const { inject, prove, watch: watchFunction } = this.#functions;
    const watch = lambdaTask(this, 'Watch', watchFunction.function).addCatch(restore, caught);
    const holdOn = new sfn.Choice(this, 'HoldOn', { comment: 'Is there anything left to hold?' });
    holdOn
      .when(
        sfn.Condition.booleanEquals('$.watch.again', true),
        waitUntil(this, 'HoldAgain', '$.watch.until').next(watch),
      )
      .otherwise(restore);
    watch.next(holdOn);
    return lambdaTask(this, 'Inject', inject.function)
      .addCatch(restore, caught)
      .next(lambdaTask(this, 'Prove', prove.function).addCatch(restore, caught))
      .next(waitUntil(this, 'Hold', '$.prove.until'))
      .next(watch);
  }

  #outcome(): sfn.Choice {
    const outcome = new sfn.Choice(this, 'Outcome');
    const fail = (id: string): sfn.Fail => failWith(this, id, '$.report', ['error', 'cause']);
    outcome
      .when(is('confirmed'), new sfn.Succeed(this, 'Done'))
      .when(is('refused'), fail('Refused'))
      .when(is('not-confirmed'), fail('NotConfirmed'))
      .when(is('not-clean'), fail('NotClean'))
      .otherwise(fail('Broken'));
    return outcome;
  }
}

const is = (word: string): sfn.Condition => sfn.Condition.stringEquals('$.report.outcome', word);
