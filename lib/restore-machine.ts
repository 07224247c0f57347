import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Actor } from '../core/journal.ts';
import { failWith, restoreTail } from './restore-tail.ts';
import type { RunFunctions } from './run-functions.ts';
import { stateMachine } from './state-machine.ts';

/** What a restore machine is made of. */
export interface RestoreMachineProps {
  readonly functions: RunFunctions;
  readonly logRetention: RetentionDays;
}

const { Condition } = sfn;

/**
 * Restores one run whose workflow may be gone, and looks again until nothing is left.
 *
 * Started by the one-time schedule at the deadline (`{"runId", "by": "schedule"}`), by the rule on
 * workflows that failed, timed out or were aborted (`{"execution", "by": "status-change"}`), and by a
 * person (`{"runId"}`); any of them at once, since looking twice is harmless. Ends as Done when nothing is
 * left, whatever the verdict on the fault; as NotClean otherwise, which raises an alarm; and where a person
 * names no run, or one that never was, as BadInput or NoSuchRun, so that a slip never looks like a restore.
 * It does not cover its own death: the sweeper does.
 */
export class RestoreMachine extends Construct {
  readonly machine: sfn.StateMachine;

  constructor(scope: Construct, id: string, { functions, logRetention }: RestoreMachineProps) {
    super(scope, id);
    const { restore, proveClean, awaitRecovery, report } = functions;
    const tail = restoreTail(this, functions, this.#outcome());
    this.machine = stateMachine(this, {
      definition: this.#named(tail),
      invokes: [restore, proveClean, awaitRecovery, report],
      logRetention,
      comment: 'Restores one aerofault run, whoever died: {"runId": "…"}',
    });
  }

  /** Is a run named? Who says not on whose behalf is a person. */
  #named(restore: sfn.State): sfn.Choice {
    const badInput = new sfn.Fail(this, 'BadInput', {
      error: 'BadInput',
      cause: `Cannot restore as the input must name a run, as in {"runId": "k3x9a2b7c1d0"}, with "by" only as one of ${Actor.options.join(', ')}: found another`,
    });
    const byPerson = new sfn.Pass(this, 'ByPerson', {
      comment: 'Nobody else leaves out who it is',
      result: sfn.Result.fromString('person'),
      resultPath: '$.by',
    });
    const isNamed = new sfn.Choice(this, 'IsNamed', { comment: 'Is a run named, and by whom?' });
    const oneNamed = Condition.or(isText('$.runId'), isText('$.execution'));
    const actors = Actor.options.map((actor) => Condition.stringEquals('$.by', actor));
    return isNamed
      .when(Condition.not(oneNamed), badInput)
      .when(Condition.not(Condition.isPresent('$.by')), byPerson.next(restore))
      .when(Condition.or(...actors), restore)
      .otherwise(badInput);
  }

  #outcome(): sfn.Choice {
    const outcome = new sfn.Choice(this, 'Outcome');
    const neverOpened = Condition.and(
      Condition.stringEquals('$.by', 'person'),
      Condition.stringEquals('$.report.error', 'Refusal'),
    );
    return outcome
      .when(
        Condition.stringEquals('$.report.outcome', 'not-clean'),
        failWith(this, 'NotClean', '$.report', ['error', 'cause']),
      )
      .when(neverOpened, failWith(this, 'NoSuchRun', '$.report', ['error', 'cause']))
      .otherwise(new sfn.Succeed(this, 'Done'));
  }
}

/** A path that is not there fails every comparison but IsPresent (States Language, "Choice state"). */
const isText = (path: string): sfn.Condition =>
  Condition.and(Condition.isPresent(path), Condition.isString(path));
