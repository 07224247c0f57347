import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import { lambdaTask, neverGiveUpLightly } from './lambda-task.ts';
import type { RunFunctions } from './run-functions.ts';

/**
 * The end of every run: look, wait, look again until nothing of ours is left; watch Aerospike recover;
 * report. Both state machines end in it (protocol rule 13: each way out carries its own later look).
 *
 * Started by entering the state it returns, "Restore", with `runId` or `execution` in the state. Ends in
 * `afterReport`, whatever fails before: what a look could not do, the report says. It does not cover a
 * Report that fails, which ends in "ReportFailed", nor an aborted execution, which the watchdog covers.
 */
export function restoreTail(
  scope: Construct,
  functions: RunFunctions,
  afterReport: sfn.IChainable,
): sfn.State {
  const report = lambdaTask(scope, 'Report', functions.report.function);
  report.addCatch(failWith(scope, 'ReportFailed', '$.failure'), caught);
  report.next(afterReport);
  const restore = restoring(lambdaTask(scope, 'Restore', functions.restore.function), report);
  const isFinal = new sfn.Choice(scope, 'IsFinal', {
    comment: 'Was the first look the last, with nothing ever in force?',
  });
  const untouched = sfn.Condition.and(
    sfn.Condition.booleanEquals('$.restore.final', true),
    sfn.Condition.booleanEquals('$.restore.touched', false),
  );
  restore.next(isFinal);
  isFinal.when(untouched, report).otherwise(settling(scope, functions, report));
  return restore;
}

/** Where a Catch leaves what it caught. */
export const caught: sfn.CatchProps = { errors: ['States.ALL'], resultPath: '$.failure' };

/** A Fail state that passes on the error and cause found at a path. */
export function failWith(
  scope: Construct,
  id: string,
  path: string,
  [error, cause]: readonly [string, string] = ['Error', 'Cause'],
): sfn.Fail {
  return new sfn.Fail(scope, id, { errorPath: `${path}.${error}`, causePath: `${path}.${cause}` });
}

/** Wait, look; until a look is the last. */
function settling(scope: Construct, functions: RunFunctions, report: sfn.State): sfn.IChainable {
  const task = lambdaTask(scope, 'ProveClean', functions.proveClean.function);
  const proveClean = restoring(task, report);
  const isClean = new sfn.Choice(scope, 'IsClean', { comment: 'Was this look the last?' });
  proveClean.next(isClean);
  isClean
    .when(
      sfn.Condition.booleanEquals('$.proveClean.final', true),
      recovering(scope, functions, report),
    )
    .otherwise(waitUntil(scope, 'SettleAgain', '$.proveClean.lookAt').next(proveClean));
  return waitUntil(scope, 'Settle', '$.restore.lookAt').next(proveClean);
}

/** Ask, wait; until Aerospike has recovered or has had its time. */
function recovering(scope: Construct, functions: RunFunctions, report: sfn.State): sfn.IChainable {
  const awaitRecovery = lambdaTask(scope, 'AwaitRecovery', functions.awaitRecovery.function);
  awaitRecovery.addCatch(report, caught);
  const isRecovered = new sfn.Choice(scope, 'IsRecovered', {
    comment: 'Has Aerospike recovered, or had its time?',
  });
  awaitRecovery.next(isRecovered);
  isRecovered
    .when(
      sfn.Condition.booleanEquals('$.awaitRecovery.again', true),
      waitUntil(scope, 'RecoverAgain', '$.awaitRecovery.lookAt').next(awaitRecovery),
    )
    .otherwise(report);
  return awaitRecovery;
}

function restoring(task: tasks.LambdaInvoke, report: sfn.State): sfn.TaskStateBase {
  neverGiveUpLightly(task);
  return task.addCatch(report, caught);
}

/** Waits until the instant that the state names. */
export function waitUntil(scope: Construct, id: string, path: string): sfn.Wait {
  return new sfn.Wait(scope, id, { time: sfn.WaitTime.timestampPath(path) });
}
