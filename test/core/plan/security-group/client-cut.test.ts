import { describe, expect, test } from 'vitest';
import { Plan, plan } from '../../../../core/plan/plan.ts';
import {
  aBystander,
  aClient,
  aClientCut,
  aGroup,
  aNode,
  anInventory,
  groupPeer,
  tcp,
  withRules,
} from '../../inventories.ts';
import { changesOf, stepsOf } from './rule-changes.ts';

describe('a client-cut', () => {
  test('parks a rule that says just what is cut, and marks it', () => {
    const before = tcp('3000', '10.0.1.1/32', 'orders clients');

    expect(plan(aClientCut(), withRules(before), 'run1')).toEqual({
      runId: 'run1',
      steps: [
        {
          id: 'edit-rules/sg-nodes',
          kind: 'edit-rules',
          phase: 4,
          says: 'sg-nodes: sgr-nodes-1 narrowed or parked in place',
          groupId: 'sg-nodes',
          edits: [
            { ruleId: 'sgr-nodes-1', before, during: tcp('0', '10.0.1.1/32', 'aerofault:run1') },
          ],
        },
      ],
      cuts: [{ from: ['i-c1'], to: ['i-n1', 'i-n2'], ports: [3000] }],
      targets: ['i-c1'],
      hosts: [],
      calls: { inject: 1, restore: 1 },
      prediction: { clusterSizes: [2], connections: 'new connections only', falls: [] },
      warnings: ['connections that already stand go on where they are tracked'],
    });
  });

  test('adds before it narrows, and severs last', () => {
    const inventory = withRules(tcp('2999-3001', '10.0.1.1/32'));
    const steps = stepsOf(inventory, aClientCut({ established: 'sever' }));

    expect(steps.map(({ phase, kind }) => `${phase} ${kind}`)).toEqual([
      '2 add-rules',
      '4 edit-rules',
      '8 sever',
      '8 sever',
    ]);
  });

  test('marks whatever it adds or changes, and nothing it does not', () => {
    const steps = stepsOf(withRules(tcp('2999-3001', '10.0.1.1/32', 'ours')));
    const marks = steps.flatMap((step) => {
      if (step.kind === 'add-rules') return step.rules.map(({ description }) => description);
      return step.kind === 'edit-rules' ? step.edits.map(({ during }) => during.description) : [];
    });

    expect(marks).toEqual(['aerofault:run1', 'aerofault:run1']);
  });

  test('edits every group that admits the port, of every interface', () => {
    const inventory = anInventory({
      instances: [aNode(1, { groupIds: ['sg-nodes', 'sg-legacy'] }), aClient(1)],
      groups: [
        aGroup('nodes', [tcp('3000', groupPeer('sg-clients'))]),
        aGroup('legacy', [tcp('3000', '10.0.1.1/32')]),
        aGroup('clients', []),
      ],
    });

    expect(stepsOf(inventory).map(({ id }) => id)).toEqual([
      'edit-rules/sg-nodes',
      'edit-rules/sg-legacy',
    ]);
  });

  test('leaves a group alone that does not admit the port, tagged or not', () => {
    const inventory = anInventory({
      instances: [aNode(1, { groupIds: ['sg-nodes', 'sg-ops'] }), aClient(1)],
      groups: [
        aGroup('nodes', [tcp('3000', '10.0.1.1/32')]),
        aGroup('ops', [tcp('22', '0.0.0.0/0')], {}),
      ],
      bystanders: [aBystander(['sg-ops'])],
    });

    expect(stepsOf(inventory).map(({ id }) => id)).toEqual(['edit-rules/sg-nodes']);
  });

  test('of one client of two leaves the other its rule', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1), aClient(2)],
      groups: [aGroup('nodes', [tcp('3000', '10.0.1.0/30')]), aGroup('clients', [])],
    });
    const { edits, adds } = changesOf(stepsOf(inventory, aClientCut({}, { clients: ['c1'] })));

    expect([...edits, ...adds]).toEqual([
      'sgr-nodes-1: tcp 3000 10.0.1.0/32',
      'tcp 3000 10.0.1.2/31',
    ]);
  });

  test('of two clients keeps for each the ports that are not cut', () => {
    const inventory = anInventory({
      instances: [aNode(1), aClient(1), aClient(2)],
      groups: [aGroup('nodes', [tcp('3000-3001', '10.0.1.0/30')]), aGroup('clients', [])],
    });

    expect(changesOf(stepsOf(inventory))).toEqual({
      edits: ['sgr-nodes-1: tcp 3001 10.0.1.0/30'],
      adds: ['tcp 3000 10.0.1.0/32', 'tcp 3000 10.0.1.3/32'],
    });
  });

  test('says a client address once that two interfaces share', () => {
    const client = aClient(1, { addresses: ['10.0.1.1', '10.0.1.1'] });
    const inventory = anInventory({
      instances: [aNode(1), client],
      groups: [aGroup('nodes', [tcp('3000-3001', '10.0.1.0/31')])],
    });

    expect(changesOf(stepsOf(inventory)).adds).toEqual(['tcp 3000 10.0.1.0/32']);
  });

  test('with sever closes what stands, on every node, and predicts a full cut', () => {
    const inventory = withRules(tcp('3000', '10.0.1.1/32'));
    const made = plan(aClientCut({ established: 'sever' }), inventory, 'run1');

    expect(made.steps.slice(1)).toEqual(
      ['n1', 'n2'].map((name) => ({
        id: `sever/i-${name}`,
        kind: 'sever',
        phase: 8,
        says: `${name}: close connections on port 3000 with 1 machine(s)`,
        instanceId: `i-${name}`,
        peers: ['10.0.1.1'],
        ports: [3000],
      })),
    );
    expect(made.hosts).toEqual(['i-n1', 'i-n2']);
    expect(made.prediction).toEqual({ clusterSizes: [2], connections: 'full', falls: made.cuts });
    expect(made.warnings).toEqual([]);
    expect(Plan.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  test('may fill a group to sixty rules', () => {
    const others = Array.from({ length: 58 }, (_, index) => tcp(`${5000 + index}`, '10.0.0.0/8'));
    const inventory = withRules(tcp('2999-3001', '10.0.1.1/32'), ...others);

    expect(changesOf(stepsOf(inventory)).adds).toEqual(['tcp 3001 10.0.1.1/32']);
  });

  test('may park a rule in a group that is full', () => {
    const others = Array.from({ length: 59 }, (_, index) => tcp(`${5000 + index}`, '10.0.0.0/8'));
    expect(() => stepsOf(withRules(tcp('3000', '10.0.1.1/32'), ...others))).not.toThrow();
  });

  test('counts the rules of each family apart', () => {
    const sixes = Array.from({ length: 59 }, (_, index) => tcp(`${5000 + index}`, '2001:db8::/32'));
    const inventory = withRules(tcp('2999-3001', '10.0.1.1/32'), ...sixes);

    expect(() => stepsOf(inventory)).not.toThrow();
  });
});
