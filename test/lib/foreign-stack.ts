import { Duration, Stack, TimeZone } from 'aws-cdk-lib';
import type { App, StackProps } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import type { Construct } from 'constructs';
import { Aerofault } from '../../lib/aerofault.ts';
import type { AerofaultProps } from '../../lib/aerofault-props.ts';
import { Experiment } from '../../lib/experiment.ts';
import { asBucket } from '../../lib/report-bucket.ts';
import { stubBundles } from './synthesised.ts';

const experiment = Experiment.fromFile('examples/isolate-one-node.json');
const nightly = ScheduleExpression.cron({
  hour: '3',
  minute: '0',
  timeZone: TimeZone.EUROPE_BERLIN,
});

/** Somebody else's stack that uses all that the construct has to give. */
export class ForeignStack extends Stack {
  readonly faults: Aerofault;
  readonly onCall: iam.Role;
  readonly operators: iam.Role;

  constructor(scope: Construct, id: string, props: StackProps & AerofaultProps = {}) {
    super(scope, id, props);
    this.onCall = new iam.Role(this, 'OnCall', { assumedBy: new iam.AccountRootPrincipal() });
    this.operators = new iam.Role(this, 'Operators', {
      assumedBy: new iam.AccountRootPrincipal(),
    });
    this.faults = new Aerofault(this, 'Faults', {
      bundles: stubBundles(),
      clusters: ['orders-staging'],
      schedules: [{ name: 'Nightly', experiment, at: nightly }],
      audits: [{ name: 'Morning', audit: { cluster: 'orders-staging' }, at: nightly }],
      notifications: { email: 'oncall@example.com' },
      allowedWindows: [{ from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' }],
      fis: [{ name: 'Split', instanceIds: ['i-0123456789abcdef0'], peers: ['10.0.1.12'] }],
      reportRetention: Duration.days(30),
      ...props,
    });
    this.faults.schedule('Weekly', { experiment, at: ScheduleExpression.rate(Duration.days(7)) });
    this.faults.grantStart(this.onCall);
    this.faults.grantRestore(this.onCall);
    this.faults.grantReadReports(this.onCall);
    this.faults.grantOperate(this.operators);
    this.faults.onRunFinished('AuditAfter', {
      target: new SfnStateMachine(this.faults.auditMachine),
      outcomes: ['confirmed'],
    });
    this.faults
      .metricNotClean({ period: Duration.minutes(5) })
      .createAlarm(this, 'Left', { threshold: 1, evaluationPeriods: 1 });
  }
}

/** A stack with a bucket and a topic that are there already, both encrypted with a key of their own. */
export function aBucketAndTopic(app: App): { reportBucket: s3.IBucket; alarmTopic: sns.ITopic } {
  const stack = new Stack(app, 'Theirs');
  const key = new kms.Key(stack, 'Key', { enableKeyRotation: true });
  const logs = new s3.Bucket(stack, 'Logs', { enforceSSL: true, serverAccessLogsPrefix: 'own' });
  const reportBucket = new s3.Bucket(stack, 'Reports', {
    encryptionKey: key,
    enforceSSL: true,
    serverAccessLogsBucket: asBucket(logs),
  });
  const alarmTopic = new sns.Topic(stack, 'Topic', { masterKey: key, enforceSSL: true });
  return { reportBucket: asBucket(reportBucket), alarmTopic };
}
