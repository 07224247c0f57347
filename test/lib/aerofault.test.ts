import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { scriptNames } from '../../core/script-names.ts';
import { Aerofault } from '../../lib/aerofault.ts';
import { HostDocuments } from '../../lib/host-documents.ts';
import { aBucketAndTopic, ForeignStack } from './foreign-stack.ts';
import { statementsByRole } from './policies.ts';
import { aStack, anApp, ofType, only, resourcesOf, stubBundles } from './synthesised.ts';
import type { Resources } from './synthesised.ts';

const stack = new ForeignStack(anApp(), 'Shop');
const resources = resourcesOf(stack);
/** How many resources of each type there are. */
const count = (of: Resources): Map<string, number> =>
  Object.values(of).reduce(
    (sum, { Type }) => sum.set(Type, (sum.get(Type) ?? 0) + 1),
    new Map<string, number>(),
  );
const mayOf = (role: string): unknown =>
  [...statementsByRole(resources)].find(([id]) => id.startsWith(role))?.[1];

describe('in a stack of others', () => {
  test('is the same as the stack of our own, with the documents and what was asked for', () => {
    const [own, foreign] = [count(resourcesOf(aStack())), count(resources)];
    for (const [type, number] of own)
      expect(foreign.get(type), type).toBeGreaterThanOrEqual(number);
    expect(foreign.get('AWS::SSM::Document')).toBe(scriptNames.length + 1);
    expect(foreign.get('AWS::Scheduler::Schedule')).toBe(3);
  });

  test('has its guard deleted before all else, the documents too', () => {
    const [, guard] = only(resources, 'Custom::AerofaultDeleteGuard');
    const documents = Object.keys(ofType(resources, 'AWS::SSM::Document'));
    expect(documents.filter((id) => !guard.DependsOn.includes(id))).toEqual([]);
    expect(guard.DependsOn).toContain(only(resources, 'AWS::DynamoDB::Table')[0]);
  });

  test('sends the documents that it made', () => {
    const names = Object.values(ofType(resources, 'AWS::SSM::Document')).map(
      ({ Properties }) => Properties['Name'],
    );
    expect(names).toContain(`${stack.faults.hostDocuments.documentPrefix}-Cut`);
    const [, inject] = only(resources, 'AWS::Lambda::Function', 'FaultsFunctionsInject');
    expect(inject.Properties['Environment']).toMatchObject({
      Variables: { DOCUMENT_CUT: `${stack.faults.hostDocuments.documentPrefix}-Cut` },
    });
  });

  test('names its outputs after itself', () => {
    expect(Object.keys(Template.fromStack(stack).findOutputs('*'))).toContain('FaultsWorkflowArn');
  });

  test('leaves a template that CloudFormation takes', () => {
    const text = JSON.stringify(Template.fromStack(stack).toJSON(), undefined, 1);
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(Object.keys(resources).length).toBeLessThan(500);
  });

  test('leaves environments that Lambda takes', () => {
    for (const [id, { Properties }] of Object.entries(ofType(resources, 'AWS::Lambda::Function'))) {
      const bytes = Buffer.byteLength(JSON.stringify(Properties['Environment']));
      expect(bytes, id).toBeLessThan(3500);
    }
  });
});

describe('two of it', () => {
  const app = anApp();
  const bundles = stubBundles();
  const alone = [new Stack(app, 'First'), new Stack(app, 'Second')];
  const [first] = alone.map((one) => new Aerofault(one, 'Faults', { bundles }));
  const both = new Stack(app, 'Both');
  const { hostDocuments } = first!;
  for (const id of ['One', 'Two']) new Aerofault(both, id, { bundles, hostDocuments });

  test('have no name in common, in one stack or in two', () => {
    const names = [...alone, both].flatMap((one) =>
      Object.values(resourcesOf(one)).flatMap(({ Type, Properties: { Name } }) =>
        typeof Name === 'string' ? [`${Type} ${Name}`] : [],
      ),
    );
    const ours = names.filter((name) => /Document|ScheduleGroup/.test(name));
    expect(new Set(ours).size).toBe(ours.length);
    expect(ours).toHaveLength(2 * (scriptNames.length + 2) + 2 * 2);
  });

  test('have journals of their own', () => {
    const tables = Object.keys(ofType(resourcesOf(both), 'AWS::DynamoDB::Table'));
    expect(tables).toHaveLength(2);
  });
});

describe('grants', () => {
  test('let on-call start, restore and read reports, and do nothing else', () => {
    const [workflow] = only(resources, 'AWS::StepFunctions::StateMachine', 'FaultsExperiment');
    const [restore] = only(resources, 'AWS::StepFunctions::StateMachine', 'FaultsRestore');
    const [bucket] = only(resources, 'AWS::S3::Bucket');
    expect(mayOf('OnCallDefaultPolicy') ?? mayOf('OnCall')).toMatchObject([
      { Action: ['states:StartExecution'], Resource: [`<${workflow}>`, `<${restore}>`] },
      { Action: ['s3:GetObject'], Resource: [`<${bucket}.Arn>/orders-staging/*`] },
    ]);
  });

  test('to read reports of a bucket with a key let use the key', () => {
    const app = anApp();
    const { reportBucket, alarmTopic } = aBucketAndTopic(app);
    const theirs = new ForeignStack(app, 'Shop', { reportBucket, alarmTopic });
    const made = resourcesOf(theirs);
    expect(ofType(made, 'AWS::S3::Bucket')).toEqual({});
    expect(Object.keys(ofType(made, 'AWS::SNS::Topic'))).toEqual([
      expect.stringMatching(/^FaultsReportingNotifications/),
    ]);
    const policies = JSON.stringify(ofType(made, 'AWS::IAM::Policy'));
    expect(policies).toContain('"kms:Decrypt","kms:GenerateDataKey"');
  });
});

describe('metrics', () => {
  test.each([
    ['metricConfirmed', 'RunsConfirmed'],
    ['metricNotConfirmed', 'RunsNotConfirmed'],
    ['metricRefused', 'RunsRefused'],
    ['metricNotClean', 'RunsNotClean'],
    ['metricStuck', 'Stuck'],
    ['metricResidue', 'Residue'],
  ] as const)('%s() is %s of this deployment', (method, name) => {
    const { namespace, metricName, dimensions, statistic } = stack.faults[method]();
    expect({ namespace, metricName, statistic }).toEqual({
      namespace: 'Aerofault',
      metricName: name,
      statistic: 'Sum',
    });
    expect(stack.resolve(dimensions)).toEqual({
      Journal: { Ref: only(resources, 'AWS::DynamoDB::Table')[0] },
    });
  });

  test('metricStarted() counts executions of the workflow', () => {
    expect(stack.faults.metricStarted().metricName).toBe('ExecutionsStarted');
  });
});

describe('onRunFinished()', () => {
  test('sends the ends of this deployment’s runs, of the outcomes that are asked for', () => {
    const [, rule] = only(resources, 'AWS::Events::Rule', 'FaultsAuditAfter');
    expect(rule.Properties['EventPattern']).toEqual({
      source: ['aerofault'],
      'detail-type': ['aerofault.run.finished'],
      detail: {
        journal: [{ Ref: only(resources, 'AWS::DynamoDB::Table')[0] }],
        outcome: ['confirmed'],
      },
    });
  });

  test('refuses an outcome that is none', () => {
    const props = { notifications: { email: 'a@example.com', outcomes: ['confirmd'] } };
    expect(() => new ForeignStack(anApp(), 'Shop', props)).toThrow(
      'Cannot tell of these runs as outcomes must be of confirmed, not-confirmed, refused, not-clean, broken: found confirmd',
    );
  });
});

test('host documents may be in another stack, with a name of their own', () => {
  const app = new App();
  const documents = new HostDocuments(new Stack(app, 'aws-hosts'), 'Documents');
  expect(documents.documentPrefix).toMatch(/^Aerofault-[\w-]{1,50}$/);
  const shop = new ForeignStack(app, 'Shop', { hostDocuments: documents });
  const made = Object.keys(ofType(resourcesOf(shop), 'AWS::SSM::Document'));
  expect(made).toEqual([expect.stringMatching(/^FaultsFisCut/)]);
  expect(JSON.stringify(Template.fromStack(shop).toJSON())).toContain(
    `${documents.documentPrefix}-Restore`,
  );
});
