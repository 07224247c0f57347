import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseExperiment } from '../../core/experiment.ts';
import { gigabytes } from '../../core/report/states.ts';
import { usualTiming } from '../../core/timing.ts';
import { exampleInput } from '../../lib/example-input.ts';
import { aStack, handlers, ofType, only, resourcesOf, textOf } from './synthesised.ts';

const stack = aStack();
const resources = resourcesOf(stack);
const lambdas = Object.values(ofType(resources, 'AWS::Lambda::Function'));

const timeouts = (props: Parameters<typeof aStack>[0]): number[] =>
  Object.values(ofType(resourcesOf(aStack(props)), 'AWS::Lambda::Function')).map(({ Properties }) =>
    Number(Properties['Timeout']),
  );

describe('the journal', () => {
  const [, table] = only(resources, 'AWS::DynamoDB::Table');

  test('outlives the stack', () => {
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('is encrypted, restorable to any second, and forgets nothing by itself', () => {
    expect(table.Properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
    });
    expect(table.Properties).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('lists what the sweeper must look at by an index of keys alone', () => {
    expect(table.Properties).toMatchObject({
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'watched',
          KeySchema: [
            { AttributeName: 'watch', KeyType: 'HASH' },
            { AttributeName: 'pk', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });

  test('is all that the stack leaves behind, with the reports made of it', () => {
    const kept = Object.values(resources).filter(
      ({ DeletionPolicy }) => DeletionPolicy === 'Retain',
    );
    expect(kept.map(({ Type }) => Type)).toEqual(['AWS::DynamoDB::Table', 'AWS::S3::Bucket']);
  });
});

const propertiesOf = (name: string): unknown =>
  only(resources, 'AWS::Lambda::Function', `Functions${name}`)[1].Properties;

const variablesOf = (properties: Record<string, unknown>): Record<string, unknown> =>
  z
    .object({ Environment: z.object({ Variables: z.record(z.string(), z.unknown()) }) })
    .parse(properties).Environment.Variables;

describe('the Lambdas', () => {
  test('are one a handler', () => {
    expect(lambdas).toHaveLength(handlers.length);
  });

  test('run on Node 24 and arm64, outside any VPC, traced, with structured logs', () => {
    for (const { Properties } of lambdas) {
      expect(Properties).toMatchObject({
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        Handler: 'index.handler',
        TracingConfig: { Mode: 'Active' },
        LoggingConfig: { LogFormat: 'JSON' },
      });
      expect(Properties).toHaveProperty('LoggingConfig.LogGroup');
      expect(Properties).not.toHaveProperty('VpcConfig');
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  test('know the journal, the documents and the timing', () => {
    for (const { Properties } of lambdas) {
      expect(Properties['Environment']).toMatchObject({
        Variables: {
          JOURNAL_TABLE: { Ref: only(resources, 'AWS::DynamoDB::Table')[0] },
          DOCUMENT_CUT: 'Aerofault-Cut',
          DOCUMENT_RESTORE: 'Aerofault-Restore',
          DOCUMENT_SEVER: 'Aerofault-Sever',
          DOCUMENT_PROBE: 'Aerofault-Probe',
          LAMBDA_SECONDS: String(usualTiming.lambdaSeconds),
          STALE_SECONDS: String(usualTiming.staleSeconds),
        },
      });
    }
  });

  test('that restore repeat throttled changes for longer than one that injects', () => {
    const path = ['Environment', 'Variables', 'PATIENCE_SECONDS'];
    for (const name of ['Restore', 'ProveClean', 'Sweep']) {
      expect(propertiesOf(name)).toHaveProperty(path, '60');
    }
    expect(propertiesOf('Inject')).not.toHaveProperty(path);
  });

  test('never live longer than the L of the restore protocol', () => {
    expect(Math.max(...timeouts({}))).toBe(usualTiming.lambdaSeconds);
    const longer = { lambda: Duration.seconds(300) };
    expect(Math.max(...timeouts({ timing: longer }))).toBe(usualTiming.lambdaSeconds);
  });

  test('have memory alike, but for those that read all of a run', () => {
    const sizes = lambdas.map(({ Properties }) => ({
      handler: String(variablesOf(Properties)['AEROFAULT_HANDLER']),
      size: Properties['MemorySize'],
    }));
    const readers = new Set(['report', 'sweep']);
    for (const { handler, size } of sizes) {
      expect(size, handler).toBe(readers.has(handler) ? 1_769 : 1024 * gigabytes);
    }
  });

  test('need their program, and say how to make it', () => {
    const empty = mkdtempSync(join(tmpdir(), 'aerofault-none-'));
    expect(() => aStack({ bundles: empty })).toThrow(
      /^Cannot deploy open as .*index\.mjs must exist: found none, run npm run bundle$/,
    );
  });

  test('share one program, and each is told which handler of it to be', () => {
    const told = lambdas.map(({ Properties }) =>
      String(variablesOf(Properties)['AEROFAULT_HANDLER']),
    );
    expect(told.toSorted()).toEqual(handlers.toSorted());
    expect(new Set(lambdas.map(({ Properties }) => JSON.stringify(Properties['Code']))).size).toBe(
      1,
    );
  });
});

test('every log group forgets after the same time', () => {
  const groups = Object.values(ofType(resources, 'AWS::Logs::LogGroup'));
  expect(groups).toHaveLength(handlers.length + 3);
  for (const { Properties } of groups) expect(Properties['RetentionInDays']).toBe(90);
});

test('both state machines are traced and logged', () => {
  for (const { Properties } of Object.values(
    ofType(resources, 'AWS::StepFunctions::StateMachine'),
  )) {
    expect(Properties).toMatchObject({
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL' },
    });
  }
});

test('no resource has a name that a second deployment would collide with', () => {
  const named = Object.values(resources).flatMap(({ Properties }) =>
    [
      'TableName',
      'FunctionName',
      'RoleName',
      'QueueName',
      'StateMachineName',
      'LogGroupName',
      'AlarmName',
    ]
      .filter((key) => key in Properties)
      .filter((key) => typeof Properties[key] === 'string'),
  );
  expect(named).toEqual([]);
});

test('the outputs say where to start, restore and look, and with what', () => {
  const outputs = Template.fromStack(stack).findOutputs('*');
  expect(Object.keys(outputs).toSorted()).toEqual([
    'AlarmTopicArn',
    'AuditMachineArn',
    'DashboardName',
    'DocumentPrefix',
    'ExampleInput',
    'FreezeParameterName',
    'JournalTableName',
    'ReportBucketName',
    'RestoreMachineArn',
    'ScheduleGroupName',
    'WorkflowArn',
  ]);
  expect(parseExperiment(JSON.parse(textOf(outputs['ExampleInput']!['Value'])))).toEqual(
    parseExperiment(exampleInput),
  );
});

test('the same props give the same template', () => {
  expect(resourcesOf(aStack())).toEqual(resources);
});

test('the template names no account and no Region', () => {
  const text = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(text).not.toMatch(/\b\d{12}\b/);
  expect(text).not.toMatch(/\b(us|eu|ap|sa|ca|me|af)-[a-z]+-\d\b/);
});
