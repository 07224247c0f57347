import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { Refusal } from '../core/refusal.ts';
import { Outcome } from '../core/report.ts';
import { runFinished } from '../core/run-finished.ts';
import { acknowledgeAction } from './acknowledge.ts';

/** Who is told of runs that end. One of topic and address, or both. */
export interface Notifications {
  /**
   * A topic of one's own. One that is encrypted with a key needs the role of the rule in its policy.
   *
   * @default - none
   */
  readonly topic?: sns.ITopic;
  /**
   * An address that gets mail, once it has confirmed the subscription.
   *
   * @default - nobody gets mail
   */
  readonly email?: string;
  /**
   * Of which outcomes: confirmed, not-confirmed, refused, not-clean, broken.
   *
   * @default - all but confirmed
   */
  readonly outcomes?: readonly string[];
}

/** What notifications are made of. */
export interface RunNotificationsProps extends Notifications {
  /** The deployment whose runs are told of, by its journal table. */
  readonly journal: string;
}

const fromPath = (path: string): string => events.EventField.fromPath(path);

/** Every outcome but the one that needs no reader. */
const usualOutcomes = Outcome.options.filter((outcome) => outcome !== 'confirmed');

/**
 * Tells people of runs that end, by mail or whatever else a topic leads to.
 *
 * Starts and ends with the stack. EventBridge publishes as a role that may do nothing else, so that a topic
 * of one's own needs no statement for EventBridge; one that is encrypted with a key needs the role in the
 * key's policy. A topic of the stack's own has a key, since its messages say what was done to which
 * cluster. It does not cover what the event itself does not: a run that never opened.
 */
export class RunNotifications extends Construct {
  constructor(scope: Construct, id: string, props: RunNotificationsProps) {
    super(scope, id);
    const { topic: given, email, outcomes = usualOutcomes, journal } = props;
    const rule = new events.Rule(this, 'RunFinished', {
      description: 'Tells people of a run that has ended',
      eventPattern: finishedRuns(journal, outcomes),
    });
    const topics = [
      ...(given === undefined ? [] : [given]),
      ...(email === undefined ? [] : [this.#topicFor(email)]),
    ];
    if (topics.length === 0) {
      throw new Error('Cannot notify as one of topic and email must be given: found neither');
    }
    for (const topic of topics) {
      rule.addTarget(new targets.SnsTopic(topic, { message, authorizeUsingRole: true }));
    }
    acknowledgeAction(
      rule,
      'kms:GenerateDataKey*',
      'What CDK grants to publish to a topic with a key',
    );
  }

  #topicFor(email: string): sns.Topic {
    const key = new kms.Key(this, 'Key', {
      description: 'Messages about aerofault runs',
      enableKeyRotation: true,
    });
    const topic = new sns.Topic(this, 'Topic', {
      displayName: 'aerofault: a run has ended',
      masterKey: key,
      enforceSSL: true,
    });
    topic.addSubscription(new EmailSubscription(email));
    return topic;
  }
}

/** The ends of a deployment's runs, of some outcomes. @throws Refusal for a word that is no outcome. */
export function finishedRuns(
  journal: string,
  outcomes: readonly string[] = Outcome.options,
): events.EventPattern {
  const odd = outcomes.find((word) => !Outcome.safeParse(word).success);
  if (odd !== undefined || outcomes.length === 0) {
    throw new Refusal(
      `Cannot tell of these runs as outcomes must be of ${Outcome.options.join(', ')}: found ${odd ?? 'none'}`,
    );
  }
  return {
    source: [runFinished.source],
    detailType: [runFinished.detailType],
    detail: { journal: [journal], outcome: [...outcomes] },
  };
}

/** What people read: the sentence first, then where there is more. */
const message = events.RuleTargetInput.fromMultilineText(
  [
    fromPath('$.detail.says'),
    '',
    `Run ${fromPath('$.detail.runId')} of ${fromPath('$.detail.experiment')} on ${fromPath('$.detail.cluster')}: ${fromPath('$.detail.outcome')}`,
    `Report: ${fromPath('$.detail.link')}`,
    fromPath('$.detail.consoleUrl'),
    `More: aerofault report ${fromPath('$.detail.runId')}`,
  ].join('\n'),
);
