import { Duration, Fn, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { fisCutParameters } from '../../host/fis-parameters.ts';
import { Aerofault } from '../../lib/aerofault.ts';
import type { FisCut } from '../../lib/fis-cut.ts';
import { FisBridge } from '../../lib/fis.ts';
import { statementsByRole } from './policies.ts';
import { anApp, aStack, ofType, only, resourcesOf, stubBundles, textOf } from './synthesised.ts';

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

const anyPeer = ['10.0.1.12'];
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => `10.0.${at >> 8}.${at & 255}`);
const aCut = (changes: Partial<FisCut>): FisCut => ({
  name: 'Split',
  instanceIds: ['i-0123456789abcdef0'],
  peers: anyPeer,
  ...changes,
});
const withCut = (changes: Partial<FisCut>) => () =>
  new FisBridge(new Stack(anApp(), 'Shop'), 'Fis', { cuts: [aCut(changes)], clusters: undefined });

test.each<[must: string, changes: Partial<FisCut>]>([
  ['hold must be 1 to 3600 whole seconds: found 7200', { hold: Duration.hours(2) }],
  ['hold must be 1 to 3600 whole seconds: found 0', { hold: Duration.seconds(0) }],
  ['hold must be 1 to 3600 whole seconds: found 1.5', { hold: Duration.millis(1_500) }],
  ['peers must be 1 to 1000 IPv4 or IPv6 addresses: found 0', { peers: [] }],
  ['peers must be 1 to 1000 IPv4 or IPv6 addresses: found 1001', { peers: many(1_001) }],
  ['peers must be 1 to 1000 IPv4 or IPv6 addresses: found "n2"', { peers: [...anyPeer, 'n2'] }],
  ['addresses: found "10.0.1.12 "', { peers: ['10.0.1.12 '] }],
  ['ports must be 1 to 15 from 1 to 65535, other than 22 and 443: found 443', { ports: [443] }],
  ['other than 22 and 443: found 22', { ports: [3001, 22] }],
  ['other than 22 and 443: found 65536', { ports: [65_536] }],
  ['other than 22 and 443: found 0', { ports: [0] }],
  ['other than 22 and 443: found 0', { ports: [] }],
  ['22 and 443: found 16', { ports: Array.from({ length: 16 }, (_, at) => 3_000 + at) }],
  ['instanceIds must name one at least: found none', { instanceIds: [] }],
])('a cut is refused: %s', (must, changes) => {
  expect(withCut(changes)).toThrow(/^Cannot make FIS cut Split as /);
  expect(withCut(changes)).toThrow(must);
});

test('so is one among the props', () => {
  expect(() => aStack({ fis: [aCut({ ports: [443] })] })).toThrow(/^Cannot make FIS cut Split as /);
});

test.each<[what: string, changes: Partial<FisCut>]>([
  ['the longest hold', { hold: Duration.hours(1), ports: [1, 65_535] }],
  ['a thousand peers', { peers: many(1_000) }],
  ['a peer that is known later', { peers: ['2001:db8::1', Fn.importValue('PeerAddress')] }],
])('a cut with %s is made', (_, changes) => {
  expect(withCut(changes)).not.toThrow();
});

test('its role and document are offered, for templates of one’s own', () => {
  const shop = new Stack(anApp(), 'Shop');
  const { fis } = new Aerofault(shop, 'Faults', { bundles: stubBundles(), fis: [] });
  const parts = resourcesOf(shop);
  const [cut] = only(parts, 'AWS::SSM::Document', 'FaultsFisCut');
  const [role] = only(parts, 'AWS::IAM::Role', 'FaultsFis');

  expect(shop.resolve(fis?.documentName)).toEqual({ Ref: cut });
  expect(shop.resolve(fis?.role.roleArn)).toEqual({ 'Fn::GetAtt': [role, 'Arn'] });
  const outputs = Template.fromStack(shop).findOutputs('*');
  expect(outputs['FaultsFisRoleArn']).toMatchObject({ Value: { 'Fn::GetAtt': [role, 'Arn'] } });
  expect(outputs['FaultsFisDocumentName']).toMatchObject({ Value: { Ref: cut } });
});

test('nothing of it is told or offered unless asked for', () => {
  const own = aStack();
  expect(own.aerofault.fis).toBeUndefined();
  const outputs = Object.keys(Template.fromStack(own).findOutputs('*'));
  expect(outputs.filter((name) => name.includes('Fis'))).toEqual([]);
});

test('nothing of it is made unless asked for; with an empty list no template', () => {
  expect(ofType(resourcesOf(aStack()), 'AWS::SSM::Document')).toEqual({});
  const asked = resourcesOf(aStack({ fis: [] }));
  expect(Object.keys(ofType(asked, 'AWS::SSM::Document'))).toHaveLength(1);
  expect(ofType(asked, 'AWS::FIS::ExperimentTemplate')).toEqual({});
});
