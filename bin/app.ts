import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { AerofaultStack } from '../lib/aerofault-stack.ts';
import { AerofaultTargetStack } from '../lib/aerofault-target-stack.ts';
import { HostDocumentsStack } from '../lib/host-documents-stack.ts';

/**
 * What `cdk synth` and `cdk deploy` read. Needs no account and no network; deploys wherever the
 * credentials point. Change the props here, or give these with `-c name=value`: `clusters` (names
 * with commas between), `documentPrefix`, `alarmTopicArn`, `reportDays`, `notifyTopicArn` and `notifyEmail`
 * (who is told of runs that end), and `bundles` (folder of the Lambda bundles). Clusters in another account:
 * with `targetAccount` and `externalId` the stack is for that account; with `homeAccount` and `externalId` there
 * is the stack AerofaultTarget, to be deployed there in place of the host documents' own.
 */
const app = new App();
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));

const prefix = contextOf('documentPrefix');
const clusters = contextOf('clusters')?.split(',');
const alarmTopicArn = contextOf('alarmTopicArn');
const bundles = contextOf('bundles');
const reportDays = contextOf('reportDays');
const notifyTopicArn = contextOf('notifyTopicArn');
const email = contextOf('notifyEmail');
const shared = prefix === undefined ? {} : { documentPrefix: prefix };

const account = contextOf('targetAccount');
const homeAccount = contextOf('homeAccount');
const externalId = contextOf('externalId') ?? '';

const stack = new AerofaultStack(app, 'Aerofault', {
  ...shared,
  ...(clusters === undefined ? {} : { clusters }),
  ...(alarmTopicArn === undefined ? {} : { alarmTopicArn }),
  ...(bundles === undefined ? {} : { bundles }),
  ...(reportDays === undefined ? {} : { reportDays: Number(reportDays) }),
  ...(notifyTopicArn === undefined ? {} : { notifyTopicArn }),
  ...(email === undefined ? {} : { notifications: { email } }),
  ...(account === undefined ? {} : { target: { account, externalId } }),
});
if (account === undefined) {
  const documents = new HostDocumentsStack(app, 'AerofaultHostDocuments', shared);
  // Deployed before it and destroyed after it, so that its guard restores every run while the scripts are there.
  stack.addStackDependency(documents, 'Runs are restored by these documents');
}
if (homeAccount !== undefined) {
  const named = clusters === undefined ? {} : { clusters };
  new AerofaultTargetStack(app, 'AerofaultTarget', {
    homeAccount,
    externalId,
    ...named,
    ...shared,
  });
}

function contextOf(name: string): string | undefined {
  const value: unknown = app.node.tryGetContext(name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
