import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { fisCutParameters } from '../../host/fis-parameters.ts';
import { FisBridge } from '../../lib/fis.ts';
import { statementsByRole } from './policies.ts';
import { anApp, aStack, ofType, only, resourcesOf, textOf } from './synthesised.ts';

const stack = new Stack(anApp(), 'Shop');
const metric = new Metric({ namespace: 'Shop', metricName: 'Latency' });
const stopAlarm = new Alarm(stack, 'Latency', { metric, threshold: 1, evaluationPeriods: 1 });
new FisBridge(stack, 'Fis', {
  clusters: ['orders-staging'],
  cuts: [
    {
      name: 'Split',
      instanceIds: ['i-0123456789abcdef0'],
      peers: ['10.0.1.12', '10.0.1.13'],
      hold: Duration.seconds(90),
      stopAlarm,
    },
  ],
});
const resources = resourcesOf(stack);
const [document, { Properties: made }] = only(resources, 'AWS::SSM::Document');
const [, { Properties: template }] = only(resources, 'AWS::FIS::ExperimentTemplate');

test('the document takes strings alone, and none of them is an instant', () => {
  const { parameters } = z
    .object({ parameters: z.record(z.string(), z.object({ type: z.literal('String') })) })
    .parse(made['Content']);
  expect(Object.keys(parameters)).toEqual(Object.keys(fisCutParameters));
  expect(Object.keys(parameters)).not.toContain('RestoreAt');
  expect(Buffer.byteLength(JSON.stringify(made['Content']))).toBeLessThan(64 * 1024);
});

test('all but the peers may be left out', () => {
  const needed = Object.entries(fisCutParameters).filter(([, one]) => one.default === undefined);
  expect(needed.map(([name]) => name)).toEqual(['Peers']);
  for (const { allowedPattern, default: usual } of Object.values(fisCutParameters)) {
    if (usual !== undefined) expect(usual).toMatch(new RegExp(allowedPattern));
  }
});

test.each(['0', '3601', '60 ', '-1', '1e3', ''])('a hold of "%s" is no hold', (value) => {
  expect(value).not.toMatch(new RegExp(fisCutParameters['HoldSeconds']!.allowedPattern));
});

test('the template sends the document to the instances, and waits a minute longer than the hold', () => {
  const { cut } = z
    .object({
      cut: z.object({ ActionId: z.string(), Parameters: z.record(z.string(), z.unknown()) }),
    })
    .parse(template['Actions']);
  expect(cut.ActionId).toBe('aws:ssm:send-command');
  expect(textOf(cut.Parameters['documentArn'])).toBe(
    `arn:aws:ssm:eu-west-1:123456789012:document/<${document}>`,
  );
  expect(JSON.parse(String(cut.Parameters['documentParameters']))).toEqual({
    HoldSeconds: '90',
    Peers: '10.0.1.12,10.0.1.13',
  });
  expect(cut.Parameters['duration']).toBe('PT3M');
  expect(template['StopConditions']).toMatchObject([{ Source: 'aws:cloudwatch:alarm' }]);
});

test('the role may send that document to instances of the clusters, and cancel it', () => {
  const [, statements] = [...statementsByRole(resources)].find(([id]) => id.startsWith('FisRole'))!;
  expect(statements).toMatchObject([
    { Action: ['ssm:SendCommand'], Resource: [expect.stringContaining(`document/<${document}>`)] },
    {
      Action: ['ssm:SendCommand'],
      Condition: { StringEquals: { 'ssm:resourceTag/aerofault:cluster': ['orders-staging'] } },
    },
    { Action: ['ec2:DescribeInstances', 'ssm:CancelCommand', 'ssm:ListCommands'] },
  ]);
});

test('nothing of it is made unless asked for; with an empty list no template', () => {
  expect(ofType(resourcesOf(aStack()), 'AWS::SSM::Document')).toEqual({});
  const asked = resourcesOf(aStack({ fis: [] }));
  expect(Object.keys(ofType(asked, 'AWS::SSM::Document'))).toHaveLength(1);
  expect(ofType(asked, 'AWS::FIS::ExperimentTemplate')).toEqual({});
});
