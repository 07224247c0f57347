import { describe, expect, test } from 'vitest';
import { inForceFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import { cutQuestions } from '../../core/probe.ts';
import type { Subject } from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import {
  cutSample,
  except,
  leaving,
  openSample,
  partition,
  recipe,
  severing,
  splitViews,
} from './answers.ts';
import {
  aClient,
  aClientCut,
  aGroup,
  aPartition,
  aRule,
  anInventory,
  cidr,
  groupPeer,
  someNodes,
  tcp,
} from './inventories.ts';
import { aCut, aPlan, aSubjectOf, bothWays } from './plans.ts';

const whyOf = (subject: Subject, now: Sample): readonly string[] =>
  worst(inForceFindings(subject, openSample(subject), now)).evidence.filter((saw) =>
    saw.startsWith('why: '),
  );
const egress = (groupId: string) => ({
  ...aRule(groupId, 99, { protocol: '-1', peer: cidr('0.0.0.0/0') }),
  direction: 'egress' as const,
});
const grouped = (groupIds: string[]): Subject => {
  const groups = [
    aGroup('nodes', [tcp('3000', '10.0.1.1/32')]),
    aGroup('clients', []),
    aGroup('other', [tcp('2000-4000', groupPeer('sg-clients'))]),
  ].map((group) => ({ ...group, rules: [...group.rules, egress(group.id)] }));
  const nodes = someNodes(3).map((node) => ({ ...node, groupIds }));
  const inventory = anInventory({ instances: [...nodes, aClient(1)], groups });
  const before = tcp('3000', '10.0.1.1/32');
  const edit = { ruleId: 'sgr-nodes-1', before, during: { ...before, fromPort: 0, toPort: 0 } };
  const plan = aPlan(
    [aCut('c1', 'n1,n2,n3', 3000)],
    { connections: 'new connections only', falls: [] },
    {
      steps: [
        { id: 'e', kind: 'edit-rules', phase: 4, says: '', groupId: 'sg-nodes', edits: [edit] },
      ],
    },
  );
  return aSubjectOf(aClientCut(), inventory, plan);
};
const leaky = (subject: Subject): Sample =>
  except(cutSample(subject), cutQuestions(subject)[1], 'open');

describe('why it did not bite', () => {
  test('another group that admits the flow is named with its rule', () => {
    const subject = grouped(['sg-nodes', 'sg-other']);
    expect(whyOf(subject, leaky(subject))).toEqual([
      'why: c1 to n2 port 3000 is admitted by rule sgr-other-1 of group sg-other',
    ]);
  });

  test('a group whose rules nobody has seen is named', () => {
    const subject = grouped(['sg-nodes', 'sg-secret']);
    expect(whyOf(subject, leaky(subject))).toEqual([
      'why: c1 to n2 port 3000 may be admitted by group sg-secret on eni-i-n2, whose rules nobody has seen',
    ]);
  });

  test('where the plan admits nothing any more, it has not spread or was changed', () => {
    const subject = grouped(['sg-nodes']);
    expect(whyOf(subject, leaky(subject))).toEqual([
      'why: no rule of the plan admits c1 to n2 port 3000: it has not spread yet, or others changed it',
    ]);
  });

  test('a one-ended cut: who still dials whom', () => {
    expect(whyOf(recipe, cutSample(recipe))).toEqual([
      'why: the cut is one-ended: n1 still dials n2, and one heartbeat link a pair is enough',
    ]);
  });

  test('a split that was expected of the fabric alone', () => {
    const plan = aPlan(bothWays('n2,n3', 'n1', 3001), { clusterSizes: [1, 2] });
    const fabric = aSubjectOf(aPartition(), partition.inventory, plan);

    expect(whyOf(fabric, cutSample(fabric))).toEqual([
      'why: heartbeat (port 3002) is not cut, and it alone decides who is in the cluster',
    ]);
  });

  test('sockets that were to be closed and stand', () => {
    const steps = [
      {
        id: 'sever/i-n1',
        kind: 'sever' as const,
        phase: 8,
        says: '',
        instanceId: 'i-n1',
        peers: ['10.0.1.1'],
        ports: [3000],
      },
    ];
    const subject = { ...severing, plan: { ...severing.plan, steps } };
    expect(whyOf(subject, cutSample(subject))).toEqual([
      'why: tracked connections outlive their rules, and those that stand were not closed or came back',
    ]);
  });

  test('nothing is said where all is as predicted, or only unknown', () => {
    expect(whyOf(leaving, cutSample(leaving))).toEqual([]);
    expect(whyOf(leaving, { seen: [], views: [] })).toEqual([]);
    expect(whyOf(partition, cutSample(partition, { views: splitViews(partition) }))).toEqual([]);
  });
});
