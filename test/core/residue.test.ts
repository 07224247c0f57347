import { describe, expect, test } from 'vitest';
import { clusterTag, markOf, runTag } from '../../core/inventory.ts';
import type { Inventory, Rule, RuleSpec, SecurityGroup } from '../../core/inventory.ts';
import { residueOf, touchedBy } from '../../core/residue.ts';
import type { Differences, NetworkNow } from '../../core/residue.ts';
import { temporaryId } from '../../core/step.ts';
import type { Step } from '../../core/step.ts';
import { aGroup, aRule, anInventory, groupPeer, tcp } from './inventories.ts';

const inbound = (name: string, ...specs: RuleSpec[]): SecurityGroup => {
  const group = aGroup(name, specs);
  return { ...group, rules: group.rules.filter(({ direction }) => direction === 'ingress') };
};
const group = inbound(
  'nodes',
  tcp('3000', '10.0.1.1/32', 'clients'),
  tcp('3001-3002', groupPeer('sg-nodes')),
);
const [first, second] = [group.rules[0]!, group.rules[1]!];
const acl = {
  id: 'acl-1',
  vpcId: 'vpc-1',
  isDefault: true,
  subnetIds: ['subnet-a'],
  entries: [],
  tags: {},
};
const before: Inventory = {
  ...anInventory({ groups: [group, inbound('other', tcp('3000', '10.0.1.1/32'))] }),
  networkAcls: [acl],
};
const common = { phase: 1, says: 'as written' };
const edits: Step = {
  ...common,
  id: 'edit-rules/1',
  kind: 'edit-rules',
  groupId: 'sg-nodes',
  edits: [
    { ruleId: first.id, before: first.spec, during: tcp('0', '10.0.1.1/32', markOf('run1')) },
  ],
};
const revokes: Step = {
  ...common,
  id: 'revoke-rules/1',
  kind: 'revoke-rules',
  groupId: 'sg-nodes',
  witness: tcp('0', '10.0.1.1/32', markOf('run1')),
  rules: [{ ruleId: first.id, before: first.spec, tags: {} }],
};
const detaches: Step = {
  ...common,
  id: 'detach-groups/1',
  kind: 'detach-groups',
  interfaceId: 'eni-i-n1',
  groupIds: ['sg-nodes'],
  witness: temporaryId('aerofault-run1-1'),
};
const swaps: Step = {
  ...common,
  id: 'swap-acl/1',
  kind: 'swap-acl',
  subnetId: 'subnet-a',
  vpcId: 'vpc-1',
  originalId: 'acl-1',
  entries: [{ number: 1, direction: 'ingress', action: 'deny', protocol: '-1', cidr: '0.0.0.0/0' }],
};

const nowhere: NetworkNow = { groups: new Map(), interfaces: new Map(), acls: new Map(), made: [] };
const compare = (now: Partial<NetworkNow>, steps: readonly Step[] = []): Differences =>
  residueOf({ runId: 'run1', steps, before }, { ...nowhere, ...now });
const ofRules = (now: readonly Rule[], ...steps: Step[]): Differences =>
  compare({ groups: new Map([['sg-nodes', now]]) }, steps);
const ours = (...residue: string[]): Differences => ({ residue, others: [] });
const theirs = (...others: string[]): Differences => ({ residue: [], others });

const on = (groupIds: string[] | undefined, made: string[] = [], steps = [detaches]): Differences =>
  compare({ interfaces: new Map([['eni-i-n1', groupIds]]), made }, steps);
const has = (aclId: string, made: string[] = []): Differences =>
  compare({ acls: new Map([['subnet-a', { aclId }]]), made }, [swaps]);

describe('residueOf() rules', () => {
  test('is nothing where every rule is as it was, in whatever order', () => {
    expect(ofRules([second, first], edits)).toEqual(ours());
  });

  test('no description and an empty one are the same', () => {
    const described = { ...second, spec: { ...second.spec, description: '' } };

    expect(ofRules([first, described])).toEqual(ours());
  });

  test.each([
    [
      'by its tag',
      { ...aRule('sg-nodes', 9, tcp('3003', '10.0.1.1/32')), tags: { [runTag]: 'run1' } },
    ],
    ['by its description', aRule('sg-nodes', 9, tcp('3003', '10.0.1.1/32', 'aerofault:run2'))],
  ])("names a rule that is a run's, %s", (_, extra) => {
    expect(ofRules([first, second, extra])).toEqual(ours("sg-nodes: rule sgr-nodes-9 is a run's"));
  });

  test('tells what others added apart', () => {
    const added = aRule('sg-nodes', 9, tcp('8080', '0.0.0.0/0'));

    expect(ofRules([first, second, added], edits)).toEqual(
      theirs('sg-nodes: rule sgr-nodes-9 was added'),
    );
  });

  test('tells what others took away apart, though the run had edited it', () => {
    expect(ofRules([second], edits)).toEqual(theirs('sg-nodes: rule sgr-nodes-1 is gone'));
  });

  test('says by which rule of others one was replaced', () => {
    expect(ofRules([second, { ...first, id: 'sgr-other' }], edits)).toEqual(
      theirs(
        'sg-nodes: rule sgr-nodes-1 is gone, sgr-other allows the same',
        'sg-nodes: rule sgr-other was added',
      ),
    );
  });

  test.each([
    ['ports', { spec: tcp('3000-3001', '10.0.1.1/32', 'clients') }],
    ['peer', { spec: tcp('3000', '10.0.1.2/32', 'clients') }],
    ['lost description', { spec: tcp('3000', '10.0.1.1/32') }],
    ['protocol', { spec: { ...first.spec, protocol: 'udp' } }],
    ['tags', { tags: { [clusterTag]: 'orders' } }],
  ])('tells apart a rule whose %s others changed', (_, changes) => {
    expect(ofRules([{ ...first, ...changes }, second], edits)).toEqual(
      theirs('sg-nodes: rule sgr-nodes-1 was changed'),
    );
  });

  test.each([
    ['marked', tcp('3005', '10.0.1.1/32', 'aerofault:run1')],
    ['unmarked, but parked as the run wrote it', tcp('0', '10.0.1.1/32', 'clients')],
  ])('names an edited rule that is still the run’s: %s', (_, spec) => {
    expect(ofRules([{ ...first, spec }, second], edits)).toEqual(
      ours('sg-nodes: rule sgr-nodes-1 differs'),
    );
  });

  test('is nothing where a revoked rule is back under a new id', () => {
    expect(ofRules([second, { ...first, id: 'sgr-new' }], revokes)).toEqual(ours());
  });

  test('names a revoked rule that is not back: nobody else can have taken it', () => {
    expect(ofRules([second], revokes)).toEqual(ours('sg-nodes: rule sgr-nodes-1 is gone'));
  });

  test('tells apart a revoked rule that others brought back in their way', () => {
    const back = { ...first, id: 'sgr-new', spec: { ...first.spec, description: 'theirs' } };

    expect(ofRules([second, back], revokes)).toEqual(
      theirs('sg-nodes: rule sgr-nodes-1 is gone, sgr-new allows the same'),
    );
  });

  test('tells apart a group that others deleted', () => {
    expect(compare({ groups: new Map([['sg-nodes', undefined]]) }, [edits])).toEqual(
      theirs('sg-nodes: the group is gone'),
    );
  });

  test('of several groups tells a line each', () => {
    const groups = new Map([
      ['sg-nodes', [second]],
      ['sg-other', []],
    ]);

    expect(compare({ groups }).others).toEqual([
      'sg-nodes: rule sgr-nodes-1 is gone',
      'sg-other: rule sgr-other-1 is gone',
    ]);
  });
});

describe('residueOf() interfaces', () => {
  test('is nothing where the groups are as they were', () => {
    expect(on(['sg-nodes'])).toEqual(ours());
  });

  test('names what the run detached, and what it attached', () => {
    expect(on(['sg-made'], ['sg-made'])).toEqual(
      ours(
        'eni-i-n1: group sg-nodes is off',
        'eni-i-n1: group sg-made was put on',
        'sg-made: made by the run, is still there',
      ),
    );
  });

  test('tells apart what others put on and took off', () => {
    expect(on(['sg-new'], [], [])).toEqual(
      theirs('eni-i-n1: group sg-nodes is off', 'eni-i-n1: group sg-new was put on'),
    );
  });

  test('tells apart an interface that is gone', () => {
    expect(on(undefined)).toEqual(theirs('eni-i-n1: the interface is gone'));
  });
});

describe('residueOf() subnets', () => {
  test("names a subnet that has the run's network ACL", () => {
    expect(has('acl-1')).toEqual(ours());
    expect(has('acl-made', ['acl-made']).residue).toEqual([
      'subnet-a: has network ACL acl-made in place of acl-1',
      'acl-made: made by the run, is still there',
    ]);
  });

  test('tells apart a subnet that others gave another', () => {
    expect(has('acl-2')).toEqual(theirs('subnet-a: has network ACL acl-2 in place of acl-1'));
  });
});

test('touchedBy() is all that the steps change, but for groups that are not made yet', () => {
  const own: Step = {
    ...common,
    id: 'add-rules/own',
    kind: 'add-rules',
    groupId: temporaryId('aerofault-run1-1'),
    direction: 'ingress',
    rules: [tcp('3000', '10.0.1.1/32')],
  };

  expect(touchedBy([edits, revokes, detaches, swaps, own])).toEqual({
    groupIds: ['sg-nodes'],
    interfaceIds: ['eni-i-n1'],
    subnetIds: ['subnet-a'],
    makesGroups: false,
    makesAcls: true,
  });
});
