import { App, Stack, Validations } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, test } from 'vitest';
import { AerofaultStack } from '../../lib/aerofault-stack.ts';
import { HostDocumentsStack } from '../../lib/host-documents-stack.ts';
import { aBucketAndTopic, ForeignStack } from './foreign-stack.ts';
import { anApp, stubBundles } from './synthesised.ts';

const checked = (): App => {
  const app = anApp({ checkRules: true });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
};

test('cdk-nag and the rules of CDK find nothing that is not acknowledged with its reason', () => {
  const app = checked();
  new HostDocumentsStack(app, 'AerofaultHostDocuments');
  new AerofaultStack(app, 'Aerofault', { bundles: stubBundles(), clusters: ['orders'] });
  expect(() => app.synth()).not.toThrow();
});

test.each([
  ['without feature flags', (): App => new App()],
  ['with ours', (): App => anApp({ checkRules: true })],
])('nor in a stack of others that has the construct, in an app %s', (_, make) => {
  const app = make();
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new ForeignStack(app, 'Shop');
  new ForeignStack(app, 'OtherShop', aBucketAndTopic(app));
  expect(() => app.synth()).not.toThrow();
});

test('cdk-nag would find a queue without TLS', () => {
  const app = checked();
  new Queue(new Stack(app, 'Careless'), 'Queue');
  expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
});
