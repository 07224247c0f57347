import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * Whom alarms tell where a deployment names no topic: one of its own, to which people subscribe.
 *
 * It is not encrypted with a key: CloudWatch may not use the one that AWS manages for SNS (CloudWatch
 * user guide, "Amazon SNS encryption"), and messages name alarms, never what was injected.
 */
export function alarmTopicOf(scope: Construct): sns.Topic {
  const topic = new sns.Topic(scope, 'Alarms', {
    displayName: 'aerofault: a person is needed',
    enforceSSL: true,
  });
  topic.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  );
  return topic;
}
