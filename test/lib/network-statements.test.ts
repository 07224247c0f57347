import { describe, expect, test } from 'vitest';
import { everyStatement } from './policies.ts';
import { aStack, resourcesOf } from './synthesised.ts';

const anyCluster = { StringLike: { 'aws:ResourceTag/aerofault:cluster': '?*' } };

const ofARun = (key: string) => ({
  StringLike: { [`${key}/aerofault:cluster`]: '?*', [`${key}/aerofault:run`]: '?*' },
});

const on = (kind: string): string => `arn:aws:ec2:eu-west-1:123456789012:${kind}/*`;

const changes = everyStatement(resourcesOf(aStack())).filter(({ Action }) =>
  Action.some((action) => /^ec2:(?!Describe|Get)/.test(action)),
);

const injector = 'FunctionsInjectRole';
const restorers = ['TryRestore', 'Restore', 'ProveClean', 'Sweep', 'DeleteGuard'].map(
  (name) => `Functions${name}Role`,
);

/** The conditions under which a role may do something to things of a kind, each said once. */
function conditionsOf(role: string, action: string, kind: string): unknown[] {
  const found = changes
    .filter((one) => one.role === role && one.Action.includes(`ec2:${action}`))
    .filter(({ Resource }) => Resource.includes(on(kind)))
    .map(({ Condition }) => Condition);
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

const everyRole = [injector, ...restorers];

const kindsOf = (role: string, action: string) =>
  changes
    .filter((one) => one.role === role && one.Action.includes(`ec2:${action}`))
    .flatMap(({ Resource }) => Resource)
    .map((arn) => /(?<=:)[a-z-]+(?=\/\*$)/.exec(arn)?.[0]);

const atBirth = (calls: string[], keys: string[]) => ({
  StringEquals: { 'ec2:CreateAction': calls },
  'ForAllValues:StringEquals': { 'aws:TagKeys': keys },
});

const changesOf = (name: string) =>
  changes
    .filter(({ role }) => role === `Functions${name}Role`)
    .map(({ role: _, ...statement }) => statement);

/**
 * What IAM asks for and by which keys it can be told: the service authorization reference, "Actions,
 * resources, and condition keys for Amazon EC2".
 */
describe('changing the network', () => {
  test('is up to Inject and the restorers alone, and to TryRestore, which asks as they do', () => {
    expect(new Set(changes.map(({ role }) => role))).toEqual(new Set(everyRole));
  });

  test('adds and removes rules out on groups that a run made, and on no other', () => {
    const onGroups = changes
      .filter(({ Action }) => Action.some((action) => /egress/i.test(action)))
      .filter(({ Resource }) => !Resource.includes(on('security-group-rule')));
    expect(onGroups.length).toBeGreaterThan(0);
    for (const { Resource, Condition } of onGroups) {
      expect(Resource).toEqual([on('security-group')]);
      expect(Condition).toEqual(ofARun('aws:ResourceTag'));
    }
  });

  test.each([
    ['AuthorizeSecurityGroupIngress', 'security-group'],
    ['RevokeSecurityGroupIngress', 'security-group'],
    ['ModifySecurityGroupRules', 'security-group'],
    ['ModifyNetworkInterfaceAttribute', 'network-interface'],
    ['ReplaceNetworkAclAssociation', 'subnet'],
  ])('%s demands the opt-in tag of the %s', (action, kind) => {
    for (const role of everyRole) {
      expect(conditionsOf(role, action, kind)).toEqual([anyCluster]);
    }
  });

  test.each([
    ['CreateSecurityGroup', 'security-group', 'aws:RequestTag', [injector]],
    ['CreateNetworkAcl', 'network-acl', 'aws:RequestTag', [injector]],
    ['CreateNetworkAclEntry', 'network-acl', 'aws:ResourceTag', [injector]],
    ['DeleteNetworkAcl', 'network-acl', 'aws:ResourceTag', everyRole],
    ['DeleteSecurityGroup', 'security-group', 'aws:ResourceTag', restorers],
    ['AuthorizeSecurityGroupEgress', 'security-group', 'aws:ResourceTag', [injector]],
    ['RevokeSecurityGroupEgress', 'security-group', 'aws:ResourceTag', everyRole],
  ] as const)('%s demands the mark of a run on the %s', (action, kind, key, roles) => {
    for (const role of everyRole) {
      const expected = roles.some((one) => one === role) ? [ofARun(key)] : [];
      expect(conditionsOf(role, action, kind)).toEqual(expected);
    }
  });

  test('is granted on all that IAM asks for: without one of them the whole call is denied', () => {
    for (const role of everyRole) {
      expect(new Set(kindsOf(role, 'ModifySecurityGroupRules'))).toEqual(
        new Set(['security-group', 'security-group-rule', 'prefix-list']),
      );
      expect(new Set(kindsOf(role, 'ModifyNetworkInterfaceAttribute'))).toEqual(
        new Set(['network-interface', 'instance', 'security-group', 'subnet']),
      );
      expect(new Set(kindsOf(role, 'ReplaceNetworkAclAssociation'))).toEqual(
        new Set(['network-acl', 'subnet']),
      );
    }
    for (const kind of ['security-group', 'network-acl']) {
      const action = kind === 'network-acl' ? 'CreateNetworkAcl' : 'CreateSecurityGroup';
      expect(new Set(kindsOf(injector, action))).toEqual(new Set([kind, 'vpc']));
    }
  });

  test('lets Inject tag only what it makes, with the marks of a run', () => {
    const marks = ['aerofault:run', 'aerofault:expires'];
    const made = [...marks, 'aerofault:cluster', 'aerofault:subnet', 'aerofault:original-acl'];
    const rules = ['AuthorizeSecurityGroupEgress', 'AuthorizeSecurityGroupIngress'];
    const things = ['CreateNetworkAcl', 'CreateSecurityGroup'];

    expect(conditionsOf(injector, 'CreateTags', 'security-group-rule')).toEqual([
      atBirth(rules, marks),
    ]);
    for (const kind of ['security-group', 'network-acl']) {
      expect(conditionsOf(injector, 'CreateTags', kind)).toEqual([atBirth(things, made)]);
    }
    expect(conditionsOf(injector, 'AuthorizeSecurityGroupIngress', 'security-group-rule')).toEqual([
      { StringLike: { 'aws:RequestTag/aerofault:run': '?*' } },
    ]);
  });

  test('lets the restorers authorise rules again with whatever tags these had', () => {
    for (const role of restorers) {
      expect(conditionsOf(role, 'CreateTags', 'security-group-rule')).toEqual([
        { StringEquals: { 'ec2:CreateAction': ['AuthorizeSecurityGroupIngress'] } },
      ]);
      expect(conditionsOf(role, 'CreateTags', 'security-group')).toEqual([]);
      expect(conditionsOf(role, 'AuthorizeSecurityGroupIngress', 'security-group-rule')).toEqual([
        {},
      ]);
    }
  });

  test('lets TryRestore change exactly what Restore may, so that what it is told holds', () => {
    expect(changesOf('TryRestore').length).toBeGreaterThan(5);
    expect(changesOf('TryRestore')).toEqual(changesOf('Restore'));
  });

  test('is bound to the clusters that the deployment names', () => {
    const named = everyStatement(resourcesOf(aStack({ clusters: ['orders', 'payments'] })));
    const conditions = named
      .map(({ Condition }) => JSON.stringify(Condition))
      .filter((condition) => condition.includes('aerofault:cluster"'));

    const bound = conditions.filter((condition) => !condition.includes('ec2:CreateAction'));
    expect(bound.length).toBeGreaterThan(30);
    for (const condition of bound) {
      expect(condition).toMatch(
        /"StringEquals":\{"\w+:\w+\/aerofault:cluster":\["orders","payments"\]\}/,
      );
    }
  });
});
