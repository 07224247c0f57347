import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { IConstruct } from 'constructs';
import { temporaryFolder } from '../cloud/temporary-folder.ts';

/** A bundle that does what its event says. */
export const workerSource = `
import { setTimeout as sleep } from 'node:timers/promises';
let calls = 0;
export const handler = async (event, context) => {
  calls += 1;
  console.log('call ' + calls);
  if (event.does === 'refuse') throw Object.assign(new Error('too few nodes'), { name: 'Refused' });
  if (event.does === 'break') throw new TypeError('broken');
  if (event.does === 'die') process.exit(3);
  if (event.does === 'sleep') await sleep(event.milliseconds);
  return {
    event, calls, pid: process.pid, functionName: context.functionName,
    table: process.env.TABLE, region: process.env.AWS_REGION, given: process.env.GIVEN,
    home: process.env.HOME, left: context.getRemainingTimeInMillis(),
  };
};
`;

/** The content of the document of {@link synthTinyApp}. */
export const greetContent = {
  schemaVersion: '2.2',
  parameters: {
    word: { type: 'String', interpolationType: 'ENV_VAR', allowedPattern: '^[a-z]{1,20}$' },
  },
  mainSteps: [
    {
      action: 'aws:runShellScript',
      name: 'greet',
      precondition: { StringEquals: ['platformType', 'Linux'] },
      inputs: { timeoutSeconds: '30', runCommand: ['echo "hello $SSM_word"'] },
    },
  ],
};

/**
 * Synthesise a small app of two stacks into a new folder, and answer the folder. `references` is how one
 * stack names what is in the other: by an export, or by an output.
 *
 * Its machine: Work (caught: Refused → Refusal, all else → Restore → Broken) → Hold → Done.
 */
export function synthTinyApp(references: 'strong' | 'weak' = 'strong'): string {
  const folder = temporaryFolder('tiny-app-');
  const bundle = join(folder, 'bundle');
  mkdirSync(bundle);
  writeFileSync(join(bundle, 'index.mjs'), workerSource);
  const context = { '@aws-cdk/core:defaultCrossStackReferences': references };
  const app = new App({ outdir: join(folder, 'cdk.out'), analyticsReporting: false, context });
  const data = new Stack(app, 'Data');
  const table = new dynamodb.Table(data, 'Journal', {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
  });
  table.addGlobalSecondaryIndex({
    indexName: 'watched',
    partitionKey: { name: 'watch', type: dynamodb.AttributeType.STRING },
    projectionType: dynamodb.ProjectionType.KEYS_ONLY,
  });
  addWork(new Stack(app, 'Work'), bundle, table);
  app.synth();
  return join(folder, 'cdk.out');
}

function addWork(stack: Stack, bundle: string, table: dynamodb.Table): IConstruct[] {
  const worker = new lambda.Function(stack, 'Worker', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromAsset(bundle),
    timeout: Duration.seconds(2),
    environment: { TABLE: table.tableName },
  });
  const document = { name: 'greet', documentType: 'Command', content: greetContent };
  return [
    new ssm.CfnDocument(stack, 'Greet', document),
    new scheduler.ScheduleGroup(stack, 'Deadlines'),
    endedRule(stack, worker, addMachine(stack, worker)),
    new events.Rule(stack, 'Sweep', {
      schedule: events.Schedule.rate(Duration.minutes(5)),
      targets: [new targets.LambdaFunction(worker)],
    }),
  ];
}

function endedRule(stack: Stack, worker: lambda.Function, machine: sfn.StateMachine): events.Rule {
  return new events.Rule(stack, 'Ended', {
    eventPattern: {
      source: ['aws.states'],
      detail: { stateMachineArn: [machine.stateMachineArn], status: ['ABORTED', 'FAILED'] },
    },
    targets: [
      new targets.LambdaFunction(worker, {
        event: events.RuleTargetInput.fromObject({
          execution: events.EventField.fromPath('$.detail.executionArn'),
          why: `status ${events.EventField.fromPath('$.detail.status')}`,
        }),
      }),
    ],
  });
}

function addMachine(stack: Stack, worker: lambda.Function): sfn.StateMachine {
  const task = (id: string): LambdaInvoke =>
    new LambdaInvoke(stack, id, {
      lambdaFunction: worker,
      retryOnServiceExceptions: false,
      payload: sfn.TaskInput.fromObject({
        state: id,
        execution: sfn.JsonPath.stringAt('$$.Execution.Id'),
        name: sfn.JsonPath.stringAt('$$.Execution.Name'),
        machine: sfn.JsonPath.stringAt('$$.StateMachine.Id'),
        startedAt: sfn.JsonPath.stringAt('$$.Execution.StartTime'),
        input: sfn.JsonPath.objectAt('$$.Execution.Input'),
        does: sfn.JsonPath.stringAt(id === 'Work' ? '$.does' : '$.afterwards'),
        milliseconds: 60_000,
      }),
      resultSelector: { 'event.$': '$.Payload.event', 'calls.$': '$.Payload.calls' },
      resultPath: `$.${id.toLowerCase()}`,
    });
  const fail = (id: string): sfn.Fail =>
    new sfn.Fail(stack, id, { errorPath: '$.failure.Error', causePath: '$.failure.Cause' });
  const restore = task('Restore').next(fail('Broken'));
  const work = task('Work')
    .addCatch(fail('Refusal'), { errors: ['Refused'], resultPath: '$.failure' })
    .addCatch(restore, { resultPath: '$.failure' });
  const hold = new sfn.Wait(stack, 'Hold', { time: sfn.WaitTime.timestampPath('$.until') });
  return new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(
      work.next(hold).next(new sfn.Succeed(stack, 'Done')),
    ),
    timeout: Duration.minutes(2),
  });
}
