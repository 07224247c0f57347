import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { everyStatement, statementsByRole } from './policies.ts';
import type { Statement } from './policies.ts';
import { aStack, ofType, resourcesOf } from './synthesised.ts';

const resources = resourcesOf(aStack());
const statements = everyStatement(resources);
const byRole = statementsByRole(resources);

const on = (kind: string): string => `arn:aws:ec2:eu-west-1:123456789012:${kind}/*`;

const granting = (wanted: (action: string) => boolean): (Statement & { role: string })[] =>
  statements.filter(({ Action }) => Action.some(wanted));

const document = (name: string): string =>
  `arn:aws:ssm:eu-west-1:123456789012:document/Aerofault-${name}`;

describe('no role of the stack', () => {
  test('has an action with a wildcard', () => {
    expect(statements.length).toBeGreaterThan(50);
    expect(granting((action) => action.includes('*'))).toEqual([]);
  });

  test('may act on everything, but for what knows no narrower resource', () => {
    const unbounded = statements
      .filter(({ Resource }) => Resource.includes('*'))
      .flatMap(({ Action }) => Action)
      .filter(
        (action) => !/^(ec2|ssm|cloudwatch):Describe|^ssm:(Get|List)|^xray:|^logs:/.test(action),
      );
    expect(unbounded).toEqual([]);
  });

  test('comes from a managed policy, whose statements nobody here chose', () => {
    for (const { Properties } of Object.values(ofType(resources, 'AWS::IAM::Role'))) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties).not.toHaveProperty('Policies');
    }
  });
});

test('no role has more than fits an inline policy (IAM quotas: 10,240 characters a role)', () => {
  for (const [role, owned] of byRole) {
    expect(JSON.stringify(owned).length, role).toBeLessThan(9_000);
  }
});

describe('sending commands', () => {
  const sends = granting((action) => action === 'ssm:SendCommand');

  test('reaches tagged instances and our own documents, never AWS-RunShellScript', () => {
    for (const { Resource, Condition } of sends) {
      if (Resource.includes(on('instance'))) {
        expect(Resource).toEqual([on('instance')]);
        expect(Condition).toEqual({ StringLike: { 'ssm:resourceTag/aerofault:cluster': '?*' } });
      } else {
        for (const one of Resource)
          expect(one).toMatch(
            /:document\/Aerofault-(Cut|Reroute|Route|Service|Xdr|Restore|Sever|Probe|Survey|Markers|Access)$/,
          );
      }
    }
  });

  test.each([
    ['Inject', ['Cut', 'Reroute', 'Route', 'Service', 'Xdr', 'Sever', 'Probe']],
    ['Baseline', ['Probe', 'Sever']],
    ['TryRestore', []],
    ['Prove', ['Probe', 'Markers']],
    ['Watch', ['Probe']],
    ['AwaitRecovery', ['Probe', 'Markers']],
    ['Restore', ['Restore']],
    ['ProveClean', ['Restore', 'Probe']],
    ['Sweep', ['Restore', 'Probe']],
    ['DeleteGuard', ['Restore']],
    ['Open', []],
    ['Plan', ['Access', 'Survey']],
    ['Arm', []],
    ['Report', []],
  ])('%s runs exactly %j', (name, scripts) => {
    const reached = sends
      .filter(({ role }) => role === `Functions${name}Role`)
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => resource.includes(':document/'));
    expect(reached.toSorted()).toEqual(scripts.map(document).toSorted());
  });

  test('only Inject may send what changes a host, but for what restores it', () => {
    const changing = /:document\/Aerofault-(Cut|Reroute|Route|Service|Xdr)$/;
    const senders = sends.filter(({ Resource }) => Resource.some((one) => changing.test(one)));
    expect(senders.map(({ role }) => role)).toEqual(['FunctionsInjectRole']);
  });

  test('Plan alone reads versions, of the documents that inject and restore', () => {
    const reads = granting((action) => action === 'ssm:DescribeDocument');
    expect(reads.map(({ role }) => role)).toEqual(['FunctionsPlanRole']);
    expect(reads[0]!.Resource.toSorted()).toEqual(
      ['Cut', 'Reroute', 'Restore', 'Route', 'Service', 'Sever', 'Xdr'].map(document),
    );
  });

  test('follows the prefix of the documents', () => {
    const prefixed = everyStatement(resourcesOf(aStack({ documentPrefix: 'Staging' })));
    const documents = prefixed
      .flatMap(({ Resource }) => Resource)
      .filter((resource) => resource.includes(':document/'));
    expect(documents.length).toBeGreaterThan(0);
    for (const one of documents) expect(one).toContain(':document/Staging-');
  });
});

describe('secrets', () => {
  const reads = granting((action) => action.startsWith('secretsmanager:'));

  test('are read by those alone who hand hosts a login, and only such as opted in', () => {
    expect(reads.map(({ role }) => role).toSorted()).toEqual([
      'FunctionsAuditRole',
      'FunctionsPlanRole',
    ]);
    for (const { Action, Resource, Condition } of reads) {
      expect(Action.toSorted()).toEqual([
        'secretsmanager:DescribeSecret',
        'secretsmanager:GetSecretValue',
      ]);
      expect(Resource).toEqual(['arn:aws:secretsmanager:eu-west-1:123456789012:secret:*']);
      expect(Condition).toEqual({ StringLike: { 'aws:ResourceTag/aerofault:cluster': '?*' } });
    }
  });

  test('are decrypted on their way out of their service alone', () => {
    const decrypts = granting((action) => action.startsWith('kms:'));
    expect(decrypts.map(({ role }) => role).toSorted()).toEqual([
      'FunctionsAuditRole',
      'FunctionsPlanRole',
    ]);
    const service = ['secretsmanager.', { Ref: 'AWS::Region' }, '.', { Ref: 'AWS::URLSuffix' }];
    for (const { Action, Condition } of decrypts) {
      expect(Action).toEqual(['kms:Decrypt']);
      expect(JSON.stringify(Condition)).toContain(JSON.stringify({ 'Fn::Join': ['', service] }));
    }
  });

  test('with the clusters named, of those clusters alone', () => {
    const named = everyStatement(resourcesOf(aStack({ clusters: ['payments'] })));
    const secrets = named.filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
    expect(secrets.map(({ Condition }) => Condition)).toEqual(
      Array.from({ length: 2 }, () => ({
        StringEquals: { 'aws:ResourceTag/aerofault:cluster': ['payments'] },
      })),
    );
  });
});

describe('the journal', () => {
  test('is written by every Lambda; only restorers delete from it, and only locks', () => {
    const lambdas = [...byRole].filter(([role]) => role.startsWith('Functions'));
    expect(lambdas).toHaveLength(15);
    for (const [role, owned] of lambdas) {
      const deletes = owned.filter(({ Action }) => Action.includes('dynamodb:DeleteItem'));
      const locks = { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['lock#*'] } };
      const frees = /^Functions(Restore|ProveClean|Sweep|DeleteGuard)Role$/.test(role);
      expect(deletes.map(({ Condition }) => Condition)).toEqual(frees ? [locks] : []);
      expect(owned.flatMap(({ Action }) => Action)).toContain('dynamodb:UpdateItem');
    }
  });
});

test('an audit writes its own documents in the journal, and nothing of runs', () => {
  const owned = byRole.get('FunctionsAuditRole') ?? [];
  const writes = owned.filter(({ Action }) =>
    Action.some((action) => /^dynamodb:(Put|Update|Delete)/.test(action)),
  );
  expect(writes.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual([
    {
      Action: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['audit#*'] } },
    },
  ]);
  const documents = owned.flatMap(({ Resource }) => Resource).filter((one) => /document/.test(one));
  expect(new Set(documents.map((one) => one.split('/').at(-1)))).toEqual(
    new Set(['Aerofault-Access', 'Aerofault-Probe', 'Aerofault-Survey']),
  );
  const changes = owned
    .flatMap(({ Action }) => Action)
    .filter((action) => /^(ec2|scheduler|iam):(?!Describe|Get)/.test(action));
  expect(changes).toEqual([]);
});

describe('rights and calls', () => {
  /** What the command line alone calls, with its user's own rights. */
  const ofPeople =
    /^(sfn|cloudformation):|^scheduler:(ListSchedules|UpdateSchedule)$|^ssm:(Put|Delete)Parameter$/;

  /** Services whose client has another name than IAM has for them. */
  const iamNames: Readonly<Record<string, string>> = {
    eventbridge: 'events',
    'secrets-manager': 'secretsmanager',
  };

  /** Every SDK operation that the adapters import, as IAM names it. */
  const calls = new Set(
    readdirSync(join(import.meta.dirname, '../../lambda/aws'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => readFileSync(join(import.meta.dirname, '../../lambda/aws', file), 'utf8'))
      .flatMap((source) => [
        ...source.matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([a-z0-9-]+)'/g),
      ])
      .flatMap(([, names = '', service = '']) =>
        [...names.matchAll(/\b(?:paginate(\w+)|(\w+)Command)\b/g)].map(
          ([, paged, single]) => `${iamNames[service] ?? service}:${paged ?? single}`,
        ),
      ),
  );
  const granted = new Set(
    [...byRole]
      .filter(([role]) => role.startsWith('Functions'))
      .flatMap(([, owned]) => owned.flatMap(({ Action }) => Action)),
  );

  test('every call of the adapters is granted to some Lambda', () => {
    expect(calls.size).toBeGreaterThan(10);
    expect([...calls].filter((call) => !granted.has(call) && !ofPeople.test(call))).toEqual([]);
  });

  test('nothing is granted that no adapter calls', () => {
    // Tagging on create, passing a role and decrypting are rights without a call; logs and traces are the runtime's.
    const without = /^(logs|xray):|^ec2:CreateTags$|^iam:PassRole$|^kms:Decrypt$/;
    expect([...granted].filter((action) => !calls.has(action) && !without.test(action))).toEqual(
      [],
    );
  });
});
