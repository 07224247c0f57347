import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

/**
 * The keys that each state's Lambda answers with, and what the state machine keeps.
 *
 * Every key must be in every answer: a missing one ends the execution as States.Runtime, which no Catch
 * catches, so that only the status-change rule and the other ways out would restore.
 */
export const answerKeys = {
  Plan: ['says'],
  Baseline: ['steady', 'says'],
  TryRestore: ['says'],
  Arm: ['says'],
  Inject: ['says'],
  Prove: ['until', 'says'],
  Watch: ['again', 'until', 'says'],
  Restore: ['final', 'touched', 'lookAt', 'says'],
  ProveClean: ['final', 'touched', 'lookAt', 'says'],
  AwaitRecovery: ['again', 'lookAt', 'says'],
  Report: [
    'outcome',
    'error',
    'cause',
    'says',
    'runId',
    'exitCode',
    'verdicts',
    'link',
    'notDelivered',
  ],
} as const satisfies Record<string, readonly string[]>;

/** How much longer a task waits than its Lambda may take, so that the Lambda's own end is seen. */
const patienceSeconds = 10;

/** What can go wrong between Step Functions and Lambda before the code runs or after it ended. */
const passingErrors = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
];

/**
 * A state that hands the whole state to a Lambda and keeps the answer under its own name, as `$.proveClean`
 * for "ProveClean".
 */
export function lambdaTask(
  scope: Construct,
  state: keyof typeof answerKeys,
  lambdaFunction: lambda.Function,
): tasks.LambdaInvoke {
  const selector = answerKeys[state].map((key) => [`${key}.$`, `$.Payload.${key}`] as const);
  return patientTask(scope, state, {
    lambdaFunction,
    payload: sfn.TaskInput.fromJsonPathAt('$'),
    resultSelector: Object.fromEntries(selector),
    resultPath: resultPathOf(state),
  });
}

/**
 * State "Open", the only one that sees the input. Its answer becomes the whole state, which from then on
 * names the run and never carries what the operator wrote.
 */
export function openTask(scope: Construct, lambdaFunction: lambda.Function): tasks.LambdaInvoke {
  return patientTask(scope, 'Open', {
    lambdaFunction,
    payload: sfn.TaskInput.fromObject({
      execution: sfn.JsonPath.executionId,
      startedAt: sfn.JsonPath.executionStartTime,
      input: sfn.JsonPath.objectAt('$$.Execution.Input'),
    }),
    resultSelector: {
      'runId.$': '$.Payload.runId',
      'execution.$': '$$.Execution.Id',
      'says.$': '$.Payload.says',
    },
  });
}

/** Lets a restoring state try again whatever failed, unless it says that a person is needed, or erred. */
export function neverGiveUpLightly(task: tasks.LambdaInvoke): void {
  task.addRetry({ errors: ['Stuck', 'Refusal'], maxAttempts: 0 });
  task.addRetry({
    errors: ['States.ALL'],
    interval: Duration.seconds(2),
    maxAttempts: 5,
    backoffRate: 2,
    maxDelay: Duration.seconds(30),
  });
}

/** A state that waits longer than its Lambda may take, and repeats what never came to the Lambda. */
export function patientTask(
  scope: Construct,
  state: string,
  props: tasks.LambdaInvokeProps & { readonly lambdaFunction: lambda.Function },
): tasks.LambdaInvoke {
  const longest = props.lambdaFunction.timeout?.toSeconds() ?? 0;
  const task = new tasks.LambdaInvoke(scope, state, {
    ...props,
    taskTimeout: sfn.Timeout.duration(Duration.seconds(longest + patienceSeconds)),
    retryOnServiceExceptions: false,
  });
  task.addRetry({
    errors: passingErrors,
    interval: Duration.seconds(1),
    maxAttempts: 4,
    backoffRate: 2,
  });
  return task;
}

function resultPathOf(state: string): string {
  return `$.${state.charAt(0).toLowerCase()}${state.slice(1)}`;
}
