import { Duration, Stack } from 'aws-cdk-lib';
import type { StackProps } from 'aws-cdk-lib';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Aerofault } from './aerofault.ts';
import type { AerofaultProps } from './aerofault-props.ts';
import { usualDocumentPrefix } from './document-name.ts';
import { HostDocuments } from './host-documents.ts';
import type { Notifications } from './notifications.ts';

/** What a deployment may choose: what the construct lets choose, and the same in words. */
export interface AerofaultStackProps extends StackProps, AerofaultProps {
  /** What the names of the host documents begin with; the same as in their own stack. */
  readonly documentPrefix?: string;
  /** A topic that is told of every alarm; one of the stack's own when absent. */
  readonly alarmTopicArn?: string;
  /** Days after which a report in the bucket is deleted; 365 when absent. */
  readonly reportDays?: number;
  /** A topic that is told of runs that end; none when absent. */
  readonly notifyTopicArn?: string;
}

/**
 * Aerofault as a stack of its own, whose host documents are in another.
 *
 * Deleting it restores every open run first, or fails; it leaves the journal and the reports.
 */
export class AerofaultStack extends Stack {
  readonly aerofault: Aerofault;

  constructor(scope: Construct, id: string, props: AerofaultStackProps = {}) {
    super(scope, id, {
      description: 'Self-restoring, self-proving faults for Aerospike',
      ...props,
    });
    const { alarmTopicArn, reportDays, documentPrefix = usualDocumentPrefix } = props;
    const notifications = this.#notifications(props);
    // "Default" has no part in logical ids, so that the resources keep those they always had.
    this.aerofault = new Aerofault(this, 'Default', {
      hostDocuments: HostDocuments.fromDocumentPrefix(documentPrefix),
      ...props,
      ...(alarmTopicArn === undefined ? {} : { alarmTopic: this.#topic('Told', alarmTopicArn) }),
      ...(reportDays === undefined ? {} : { reportRetention: Duration.days(reportDays) }),
      ...(notifications === undefined ? {} : { notifications }),
    });
  }

  #notifications({
    notifications,
    notifyTopicArn,
  }: AerofaultStackProps): Notifications | undefined {
    return notifyTopicArn === undefined
      ? notifications
      : { ...notifications, topic: this.#topic('ToldOfRuns', notifyTopicArn) };
  }

  #topic(id: string, arn: string): sns.ITopic {
    return sns.Topic.fromTopicArn(this, id, arn);
  }
}
