import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';

/**
 * Whom alarms tell: the topic that a deployment names, or else one of its own, to which people subscribe.
 *
 * Its own is not encrypted with a key: CloudWatch may not use the one that AWS manages for SNS (CloudWatch
 * user guide, "Amazon SNS encryption"), and messages name alarms, never what was injected.
 */
export function alarmTopicFor(scope: Construct, topicArn: string | undefined): sns.ITopic {
  if (topicArn !== undefined) return sns.Topic.fromTopicArn(scope, 'AlarmTopic', topicArn);
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
