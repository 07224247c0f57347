import { Stack } from 'aws-cdk-lib';
import { AccountRootPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { describe, expect, test } from 'vitest';
import { Aerofault } from '../../lib/aerofault.ts';
import { everyStatement } from './policies.ts';
import type { Statement } from './policies.ts';
import { anApp, only, resourcesOf, stubBundles } from './synthesised.ts';

const keyArn = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000000';

function made(withKey: boolean) {
  const stack = new Stack(anApp(), 'Orders', {
    env: { account: '111122223333', region: 'eu-west-1' },
  });
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', keyArn);
  const faults = new Aerofault(stack, 'Faults', {
    bundles: stubBundles(),
    ...(withKey && { encryptionKey }),
  });
  faults.grantOperate(new Role(stack, 'Operators', { assumedBy: new AccountRootPrincipal() }));
  return resourcesOf(stack);
}

const asksOf = (service: string, { Action }: Statement): boolean =>
  Action.some((action) => action.startsWith(`${service}:`));

const throughDynamo = (one: Statement): boolean =>
  asksOf('kms', one) &&
  one.Resource.includes(keyArn) &&
  one.Condition['StringEquals']?.['kms:ViaService'] === 'dynamodb.eu-west-1.amazonaws.com';

/** Roles with a statement that is about this. */
const rolesThat = (resources: ReturnType<typeof made>, is: (one: Statement) => boolean): string[] =>
  [...new Set(everyStatement(resources).flatMap((one) => (is(one) ? [one.role] : [])))].toSorted();

describe('with a key of the deployment', () => {
  const resources = made(true);

  test('journal and reports are encrypted with it', () => {
    const [, table] = only(resources, 'AWS::DynamoDB::Table');
    const [, bucket] = only(resources, 'AWS::S3::Bucket');

    expect(table.Properties['SSESpecification']).toEqual({
      KMSMasterKeyId: keyArn,
      SSEEnabled: true,
      SSEType: 'KMS',
    });
    expect(JSON.stringify(bucket.Properties['BucketEncryption'])).toContain(keyArn);
  });

  test('whoever reads or writes the journal may use it, through DynamoDB alone', () => {
    const journalled = rolesThat(resources, (one) => asksOf('dynamodb', one));

    expect(journalled.length).toBeGreaterThanOrEqual(16);
    expect(journalled).toContain('Operators');
    expect(rolesThat(resources, throughDynamo)).toEqual(journalled);
  });

  test('by any other way only those may use it that write reports', () => {
    const straight = everyStatement(resources).filter(
      (one) => one.Resource.includes(keyArn) && Object.keys(one.Condition).length === 0,
    );

    expect(straight.map(({ role }) => role.replace(/Role$/, ''))).toEqual([
      expect.stringMatching(/Report/),
      expect.stringMatching(/Sweep/),
    ]);
    for (const { Action } of straight)
      expect(Action).toEqual(['kms:Decrypt', 'kms:GenerateDataKey']);
  });
});

test('without one nobody may use any but the secrets’ own', () => {
  const resources = made(false);
  const [, table] = only(resources, 'AWS::DynamoDB::Table');

  expect(table.Properties['SSESpecification']).toEqual({ SSEEnabled: true });
  expect(JSON.stringify(resources)).not.toContain(keyArn);
});
