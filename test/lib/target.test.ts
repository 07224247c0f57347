import { runSimulation } from '@cloud-copilot/iam-simulate';
import { App, Stack, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Refusal } from '../../core/refusal.ts';
import { scriptNames } from '../../core/script-names.ts';
import { AerofaultTargetStack } from '../../lib/aerofault-target-stack.ts';
import { AerofaultTarget } from '../../lib/aerofault-target.ts';
import { Aerofault } from '../../lib/aerofault.ts';
import { targetTemplate } from '../../scripts/target-template.ts';
import { statementsByRole } from './policies.ts';
import type { Statement } from './policies.ts';
import { aStack, anApp, ofType, only, resourcesOf, stubBundles, textOf } from './synthesised.ts';
import type { Resources } from './synthesised.ts';

const [home, target, externalId] = ['123456789012', '222222222222', 'orders-and-faults'] as const;

const athome = resourcesOf(aStack());
const across = resourcesOf(aStack({ target: { account: target, externalId } }));
const there = resourcesOf(
  new AerofaultTargetStack(anApp(), 'AerofaultTarget', { homeAccount: home, externalId }),
);
const rightsThere = statementsByRole(there);

/** Who assumes what; the others do nothing to clusters. */
const roleOf: Readonly<Record<string, string>> = {
  Plan: 'plan',
  Audit: 'plan',
  Baseline: 'baseline',
  Inject: 'inject',
  Prove: 'prove',
  Watch: 'prove',
  AwaitRecovery: 'prove',
  TryRestore: 'restore',
  Restore: 'restore',
  ProveClean: 'restore',
  Sweep: 'restore',
  DeleteGuard: 'restore',
};
const none = ['Open', 'Arm', 'Report'];
const named = (role: string): string => `${role.charAt(0).toUpperCase()}${role.slice(1)}Role`;

/** One action on one resource under its conditions, a line each. */
const linesOf = (statements: readonly Statement[] = []): string[] =>
  statements
    .flatMap(({ Action, Resource, Condition }) =>
      Action.flatMap((action) =>
        Resource.map((resource) => `${action} ${resource} ${JSON.stringify(Condition)}`),
      ),
    )
    .toSorted();

const onClusters = (resources: Resources, name: string): string[] =>
  linesOf(statementsByRole(resources).get(`Functions${name}Role`)).filter((line) =>
    /^(ec2|ssm|cloudwatch|secretsmanager|kms):/.test(line),
  );

describe('a deployment for another account', () => {
  test('can itself do nothing to any cluster: only Open’s parameter is left', () => {
    for (const name of Object.keys(roleOf)) expect(onClusters(across, name), name).toEqual([]);
    expect(onClusters(across, 'Open')).toEqual([
      'ssm:GetParameter arn:aws:ssm:eu-west-1:123456789012:parameter/aerofault/freeze {}',
    ]);
  });

  test.each([...Object.entries(roleOf), ...none.map((name) => [name, undefined] as const)])(
    '%s assumes the role %s there alone, is marked for it, and is told of it',
    (name, role) => {
      const statements = statementsByRole(across).get(`Functions${name}Role`) ?? [];
      const assumed = statements.filter(({ Action }) => Action.includes('sts:AssumeRole'));
      const arn = `arn:aws:iam::${target}:role/aerofault-${role}`;
      expect(assumed.flatMap(({ Resource }) => Resource)).toEqual(role === undefined ? [] : [arn]);
      const [, { Properties }] = only(across, 'AWS::IAM::Role', `Functions${name}Role`);
      const tags =
        role === undefined ? undefined : [{ Key: 'aerofault:assumes', Value: `aerofault-${role}` }];
      expect(Properties['Tags']).toEqual(tags);
      const { Variables } = z
        .object({ Variables: z.record(z.string(), z.unknown()) })
        .parse(functionNamed(across, name)['Environment']);
      expect(Variables['TARGET_ROLE_ARN'] === undefined).toBe(role === undefined);
    },
  );

  test('makes no documents here, and tells the command line how to look there', () => {
    const stack = new Stack(anApp(), 'Shop');
    const faults = new Aerofault(stack, 'Faults', {
      bundles: stubBundles(),
      target: { account: target, externalId, rolePrefix: 'shop' },
    });
    expect(ofType(resourcesOf(stack), 'AWS::SSM::Document')).toEqual({});
    expect(faults.hostDocuments.documentPrefix).toBe('Aerofault');
    const outputs = JSON.stringify(stack.resolve(stack.node.findAll().map(({ node }) => node.id)));
    for (const name of ['TargetAccountId', 'TargetLookRoleArn', 'TargetExternalId']) {
      expect(outputs).toContain(name);
    }
  });

  test.each([
    ['an account of eleven digits', { account: '22222222222', externalId }],
    ['no external id', { account: target, externalId: '' }],
    ['a prefix with a slash', { account: target, externalId, rolePrefix: 'a/b' }],
  ])('with %s is refused', (_, wrong) => {
    expect(() => aStack({ target: wrong })).toThrow(Refusal);
  });

  test('with cuts of AWS FIS is refused, as their instances are elsewhere', () => {
    expect(() => aStack({ target: { account: target, externalId }, fis: [] })).toThrow(/AWS FIS/);
  });
});

describe('the account of the clusters', () => {
  test.each(Object.entries(roleOf))(
    '%s may there, as %s, all that it may at home, on the same conditions',
    (name, role) => {
      const may = linesOf(rightsThere.get(named(role)));
      expect(onClusters(athome, name).length).toBeGreaterThan(0);
      expect(may).toEqual(expect.arrayContaining(onClusters(athome, name)));
    },
  );

  test('gives no role more than its Lambdas have at home together', () => {
    for (const role of new Set(Object.values(roleOf))) {
      const lambdas = Object.keys(roleOf).filter((name) => roleOf[name] === role);
      const together = new Set(lambdas.flatMap((name) => onClusters(athome, name)));
      expect(linesOf(rightsThere.get(named(role))).filter((one) => !together.has(one))).toEqual([]);
    }
  });

  test('lets people look, and neither change anything nor read a secret', () => {
    const actions = rightsThere.get('LookRole')?.flatMap(({ Action }) => Action) ?? [];
    expect(actions).toContain('ec2:DescribeInstances');
    expect(
      actions.filter((one) => !/^(ec2|ssm):(Describe|Get|List)|^ssm:SendCommand$/.test(one)),
    ).toEqual([]);
    expect(
      linesOf(rightsThere.get('LookRole')).filter((one) => /SendCommand .*document/.test(one)),
    ).toEqual(['ssm:SendCommand arn:aws:ssm:eu-west-1:123456789012:document/Aerofault-Survey {}']);
  });

  test('has every script as a document, under the names that home knows', () => {
    const names = Object.values(ofType(there, 'AWS::SSM::Document')).map(
      ({ Properties }) => Properties['Name'],
    );
    expect(names).toHaveLength(scriptNames.length);
    const { Variables } = z
      .object({ Variables: z.record(z.string(), z.unknown()) })
      .parse(functionNamed(across, 'Restore')['Environment']);
    expect(names).toContain(Variables['DOCUMENT_RESTORE']);
  });

  test('holds to the clusters that it names itself', () => {
    const one = resourcesOf(
      new AerofaultTargetStack(anApp(), 'T', {
        homeAccount: home,
        externalId,
        clusters: ['payments'],
      }),
    );
    const conditions = [...statementsByRole(one).values()]
      .flat()
      .map(({ Condition }) => JSON.stringify(Condition));
    expect(conditions.filter((text) => text.includes('aerofault:cluster"')).length).toBeGreaterThan(
      10,
    );
    expect(conditions.filter((text) => text.includes('aerofault:cluster":"?*"'))).toEqual([]);
  });

  test('with a home that is no account is refused', () => {
    const stack = new Stack(anApp(), 'T');
    expect(() => new AerofaultTarget(stack, 'Target', { homeAccount: 'home', externalId })).toThrow(
      Refusal,
    );
  });
});

/** Who comes from an account, with what mark on the role, and what external id. */
const comer = (account: string, tag: string | undefined, said: string | undefined) => ({
  principal: `arn:aws:iam::${account}:role/lambda`,
  context: {
    ...(tag === undefined ? {} : { 'aws:PrincipalTag/aerofault:assumes': tag }),
    ...(said === undefined ? {} : { 'sts:ExternalId': said }),
  },
});

describe('trust', () => {
  test.each([
    ['its own Lambda', 'inject', comer(home, 'aerofault-inject', externalId), true],
    ['a Lambda of another role', 'inject', comer(home, 'aerofault-prove', externalId), false],
    ['a role of home without the mark', 'restore', comer(home, undefined, externalId), false],
    [
      'its Lambda without the external id',
      'inject',
      comer(home, 'aerofault-inject', undefined),
      false,
    ],
    [
      'its Lambda with another external id',
      'inject',
      comer(home, 'aerofault-inject', 'guess'),
      false,
    ],
    ['another account', 'inject', comer('333333333333', 'aerofault-inject', externalId), false],
    ['people of home', 'look', comer(home, undefined, externalId), true],
    ['people of home without the external id', 'look', comer(home, undefined, undefined), false],
    ['people of another account', 'look', comer('333333333333', undefined, externalId), false],
  ] as const)('%s asks for %s', async (_, role, { principal, context }, expected) => {
    const [, { Properties }] = only(there, 'AWS::IAM::Role', named(role));
    const resource = `arn:aws:iam::${target}:role/aerofault-${role}`;
    const answer = await runSimulation(
      {
        request: {
          principal,
          action: 'sts:AssumeRole',
          resource: { resource, accountId: target },
          contextVariables: context,
        },
        // The side of home lets everybody try, so that it is the trust that answers.
        identityPolicies: [
          {
            name: 'home',
            policy: {
              Version: '2012-10-17',
              Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }],
            },
          },
        ],
        resourcePolicy: plainly(Properties['AssumeRolePolicyDocument']),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    expect(answer.resultType, JSON.stringify(answer)).not.toBe('error');
    expect(answer.resultType !== 'error' && answer.overallResult === 'Allowed').toBe(expected);
  });
});

test('cdk-nag finds nothing in either account that is not acknowledged with its reason', () => {
  const app = anApp({ checkRules: true });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  new AerofaultTargetStack(app, 'AerofaultTarget', { homeAccount: home, externalId });
  aStackIn(app);
  expect(() => app.synth()).not.toThrow();
});

describe('the plain template', () => {
  const Template = z.looseObject({
    Parameters: z.record(z.string(), z.looseObject({ Default: z.string().optional() })),
    Resources: z.record(z.string(), z.looseObject({ Type: z.string() })),
  });
  const text = targetTemplate();
  const plain = Template.parse(JSON.parse(text));

  test('fits into S3, asks for two words, and has no trace of CDK’s bootstrap', () => {
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    const wanted = Object.entries(plain.Parameters).filter(([, one]) => one.Default === undefined);
    expect(wanted.map(([name]) => name)).toEqual(['HomeAccountId', 'ExternalId']);
    expect(text).not.toMatch(/Bootstrap|cdk-hnb|aws:cdk|AWS::CDK/);
  });

  test('is the construct, with the words as parameters, and the same when made again', () => {
    expect(types(plain.Resources)).toEqual(types(there));
    expect(text.replaceAll(/\s/g, '')).toContain(
      '"ssm:resourceTag/aerofault:cluster":{"Ref":"Clusters"}',
    );
    expect(targetTemplate()).toBe(text);
  });
});

const types = (all: Readonly<Record<string, { Type: string }>>): string[] =>
  Object.values(all)
    .map(({ Type }) => Type)
    .toSorted();

function aStackIn(app: App): void {
  new Aerofault(new Stack(app, 'Shop'), 'Faults', {
    bundles: stubBundles(),
    target: { account: target, externalId },
  });
}

function functionNamed(resources: Resources, name: string): Record<string, unknown> {
  const found = Object.entries(ofType(resources, 'AWS::Lambda::Function')).find(([id]) =>
    new RegExp(`^Functions${name}[0-9A-F]{8}$`).test(id),
  );
  return found?.[1].Properties ?? {};
}

/** A policy with its references as text. */
function plainly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainly);
  if (typeof value !== 'object' || value === null) return value;
  if ('Fn::Join' in value || 'Ref' in value) return textOf(value);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plainly(one)]));
}
