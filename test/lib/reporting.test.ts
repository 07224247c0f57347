import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { runMetrics } from '../../core/run-metrics.ts';
import { parsePattern } from '../../lab/cloud/event-pattern.ts';
import { everyStatement, statementsByRole } from './policies.ts';
import { aStack, ofType, only, resourcesOf, textOf } from './synthesised.ts';

const resources = resourcesOf(aStack());
const [bucketId, bucket] = only(resources, 'AWS::S3::Bucket');

describe('the bucket of reports', () => {
  test('is encrypted, closed to the public, versioned, and stays when the stack goes', () => {
    expect(bucket.Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [
          { ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
        ],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    expect([bucket.DeletionPolicy, bucket.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  test('is spoken to by TLS alone', () => {
    const [, policy] = only(resources, 'AWS::S3::BucketPolicy');
    expect(policy.Properties['PolicyDocument']).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    });
  });

  test.each([
    [undefined, 365],
    [30, 30],
  ])('with %s days asked for keeps a report for %d', (reportDays, days) => {
    const stack = aStack(reportDays === undefined ? {} : { reportDays });
    const [, { Properties }] = only(resourcesOf(stack), 'AWS::S3::Bucket');
    expect(Properties['LifecycleConfiguration']).toMatchObject({
      Rules: [{ ExpirationInDays: days, NoncurrentVersionExpiration: { NoncurrentDays: 30 } }],
    });
  });

  test.each([0, -1, 1.5, Number.NaN])('refuses to keep reports for %d days', (reportDays) => {
    expect(() => aStack({ reportDays })).toThrow(
      /must be kept for .* found|cannot be negative|must be a whole number of days/,
    );
  });

  test('is written by Report and Sweep, and by nobody else', () => {
    const writers = everyStatement(resources).filter(({ Action }) =>
      Action.some((action) => action.startsWith('s3:')),
    );
    expect(writers.map(({ role }) => role).toSorted()).toEqual([
      'FunctionsReportRole',
      'FunctionsSweepRole',
    ]);
    for (const { Action, Resource } of writers) {
      expect({ Action, Resource }).toEqual({
        Action: ['s3:PutObject'],
        Resource: [`<${bucketId}.Arn>/*`],
      });
    }
    const functions = Object.entries(ofType(resources, 'AWS::Lambda::Function'));
    const told = functions.filter(([, { Properties }]) =>
      JSON.stringify(Properties['Environment']).includes('REPORT_BUCKET'),
    );
    expect(told.map(([id]) => id.replace(/[0-9A-F]{8}$/, '')).toSorted()).toEqual([
      'FunctionsReport',
      'FunctionsSweep',
    ]);
  });
});

const finished = (detail: object) => ({
  source: 'aerofault',
  'detail-type': 'aerofault.run.finished',
  detail: { journal: 'Journal', ...detail },
});

/** The pattern of a rule with the journal's table named as a test has it. */
function patternOf(rules: typeof resources): (event: object) => boolean {
  const [, { Properties }] = only(rules, 'AWS::Events::Rule', 'ReportingNotifications');
  const text = JSON.stringify(Properties['EventPattern']);
  const [journal] = only(rules, 'AWS::DynamoDB::Table');
  const named = text.replace(`{"Ref":"${journal}"}`, '"Journal"');
  return parsePattern(z.record(z.string(), z.unknown()).parse(JSON.parse(named)));
}

describe('notifications', () => {
  const topicArn = 'arn:aws:sns:eu-west-1:123456789012:game-days';
  const byMail = resourcesOf(aStack({ notifications: { email: 'oncall@example.com' } }));

  test('are off unless asked for', () => {
    expect(ofType(resources, 'AWS::SNS::Subscription')).toEqual({});
    const rules = Object.keys(ofType(resources, 'AWS::Events::Rule'));
    expect(rules.filter((id) => id.startsWith('Reporting'))).toEqual([]);
  });

  test('tell of every outcome but confirmed, of this deployment alone', () => {
    const matches = patternOf(byMail);
    for (const outcome of ['not-confirmed', 'refused', 'not-clean', 'broken']) {
      expect(matches(finished({ outcome })), outcome).toBe(true);
    }
    expect(matches(finished({ outcome: 'confirmed' }))).toBe(false);
    expect(matches(finished({ outcome: 'broken', journal: 'Other' }))).toBe(false);
  });

  test('tell of the outcomes that are asked for', () => {
    const matches = patternOf(
      resourcesOf(aStack({ notifyTopicArn: topicArn, notifications: { outcomes: ['confirmed'] } })),
    );
    expect(matches(finished({ outcome: 'confirmed' }))).toBe(true);
    expect(matches(finished({ outcome: 'broken' }))).toBe(false);
  });

  test('by mail go to an encrypted topic, by a role that may publish there and use its key', () => {
    const [topicId, topic] = only(byMail, 'AWS::SNS::Topic', 'Reporting');
    const [keyId, key] = only(byMail, 'AWS::KMS::Key');
    expect(topic.Properties).toMatchObject({
      KmsMasterKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] },
    });
    expect(key.Properties).toMatchObject({ EnableKeyRotation: true });
    expect(Object.values(ofType(byMail, 'AWS::SNS::Subscription'))).toMatchObject([
      {
        Properties: {
          Protocol: 'email',
          Endpoint: 'oncall@example.com',
          TopicArn: { Ref: topicId },
        },
      },
    ]);
    const role = [...statementsByRole(byMail)].find(([id]) => id.startsWith('ReportingNot'));
    const [publish, use, ...more] = role?.[1] ?? [];
    expect(more).toEqual([]);
    expect(publish).toMatchObject({ Action: ['sns:Publish'], Resource: [`<${topicId}>`] });
    expect(use?.Resource).toEqual([`<${keyId}.Arn>`]);
    expect(use?.Action.toSorted()).toEqual(['kms:Decrypt', 'kms:GenerateDataKey*']);
  });

  test('to a topic of one’s own make no other, and publish there alone', () => {
    const given = resourcesOf(aStack({ notifyTopicArn: topicArn }));
    expect(Object.keys(ofType(given, 'AWS::SNS::Topic'))).toHaveLength(1);
    const [, { Properties }] = only(given, 'AWS::Events::Rule', 'ReportingNotifications');
    expect(Properties['Targets']).toMatchObject([{ Arn: topicArn }]);
    const role = [...statementsByRole(given)].find(([id]) => id.startsWith('ReportingNot'));
    expect(role?.[1]).toMatchObject([{ Action: ['sns:Publish'], Resource: [topicArn] }]);
  });

  test('to nobody are refused', () => {
    expect(() => aStack({ notifications: {} })).toThrow(
      /^Cannot notify as one of topic and email must be given: found neither$/,
    );
  });
});

test('the dashboard shows every number that a run can leave, by the deployment’s own journal', () => {
  const [, dashboard] = only(resources, 'AWS::CloudWatch::Dashboard');
  const text = textOf(dashboard.Properties['DashboardBody']);
  expect(z.object({ widgets: z.array(z.unknown()) }).parse(JSON.parse(text)).widgets).toHaveLength(
    10,
  );
  const { outcomes, verdicts, answers, spans, residue, notDelivered } = runMetrics;
  const names = [
    ...Object.values(outcomes),
    ...Object.values(verdicts).flatMap((one) => Object.values(answers).map((two) => one + two)),
    ...Object.values(spans),
    residue,
    notDelivered,
    'Stuck',
  ];
  const [journal] = only(resources, 'AWS::DynamoDB::Table');
  for (const name of names) {
    expect(text).toContain(`"Aerofault","${name}","Journal","<${journal}>"`);
  }
  for (const name of ['AsyncEventAge', 'ExecutionsFailed', 'ExecutionsAborted', 'Errors']) {
    expect(text).toContain(`"${name}"`);
  }
});
