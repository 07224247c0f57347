/** Long, for every topology is held to the same properties, with the helpers that read them off a plan. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionsOf } from '../../../core/cut.ts';
import type { Connection } from '../../../core/cut.ts';
import { runTag } from '../../../core/inventory.ts';
import type { Inventory } from '../../../core/inventory.ts';
import { Plan, plan } from '../../../core/plan/plan.ts';
import type { HostCut, Step } from '../../../core/step.ts';
import {
  aClient,
  aGroup,
  aNode,
  aPartition,
  anInventory,
  cidr,
  refusalOf,
  someNodes,
  tcp,
} from '../inventories.ts';

const three = anInventory({ instances: [...someNodes(3), aClient(1)] });
const five = anInventory({ instances: someNodes(5) });
const isolating = (topology: object): { topology: object } => ({
  topology: { kind: 'isolate', ...topology },
});

describe('a partition', () => {
  test('of one node of three edits that node alone, against both others', () => {
    const made = plan(aPartition(), three, 'run1');
    const { steps, cuts, hosts, targets, prediction, warnings } = made;

    expect(steps).toEqual([
      {
        id: 'host-cut/i-n1',
        kind: 'host-cut',
        phase: 1,
        says: 'n1: drop ports 3001, 3002 from and to n2, n3',
        instanceId: 'i-n1',
        peers: ['10.0.0.2', '10.0.0.3'],
        ports: [3001, 3002],
        packets: 'drop',
        direction: 'both',
      },
    ]);
    expect(cuts).toEqual([
      { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports: [3001, 3002] },
      { from: ['i-n1'], to: ['i-n2', 'i-n3'], ports: [3001, 3002] },
    ]);
    expect(hosts).toEqual(['i-n1']);
    expect(targets).toEqual(['i-n1']);
    expect(prediction).toEqual({ clusterSizes: [1, 2], connections: 'full', falls: cuts });
    expect(made.calls).toEqual({ inject: 0, restore: 0 });
    expect(warnings).toEqual([]);
  });

  test('edits the smaller side, whichever was chosen', () => {
    const { hosts, targets, prediction, steps } = plan(
      aPartition({}, isolating({ count: 3 })),
      five,
      'run1',
    );

    expect(hosts).toEqual(['i-n4', 'i-n5']);
    expect(targets).toEqual(['i-n1', 'i-n2', 'i-n3']);
    expect(prediction.clusterSizes).toEqual([2, 3]);
    expect(steps[0]).toMatchObject({ peers: ['10.0.0.1', '10.0.0.2', '10.0.0.3'] });
  });

  test('of equal sides edits the chosen', () => {
    const four = anInventory({ instances: someNodes(4) });
    const { hosts } = plan(aPartition({}, isolating({ nodes: ['n3', 'n4'] })), four, 'run1');

    expect(hosts).toEqual(['i-n3', 'i-n4']);
  });

  test('inbound edits the chosen, who accept, even where they are more; and warns', () => {
    const experiment = aPartition(
      { direction: 'inbound', packets: 'reject' },
      isolating({ count: 3 }),
    );
    const { hosts, cuts, steps, warnings } = plan(experiment, five, 'run1');

    expect(hosts).toEqual(['i-n1', 'i-n2', 'i-n3']);
    expect(cuts).toHaveLength(1);
    expect(steps[0]?.says).toBe('n1: reject ports 3001, 3002 dialled from n4, n5');
    expect(warnings).toEqual([
      'a cut of one direction does not last: heartbeat is redialled from the other end',
    ]);
  });

  test('names the addresses of both families of every peer', () => {
    const dual = [1, 2].map((n) => aNode(n, { addresses: [`10.0.0.${n}`, `2001:db8::${n}`] }));
    const { steps } = plan(aPartition(), anInventory({ instances: dual }), 'run1');

    expect(steps[0]).toMatchObject({ peers: ['10.0.0.2', '2001:db8::2'] });
  });

  test.each([
    { ports: ['fabric'], sizes: [3] },
    { ports: ['service'], sizes: [3] },
    { ports: ['heartbeat'], sizes: [1, 2] },
    { ports: ['service', 'heartbeat'], sizes: [1, 2] },
  ])('of $ports predicts clusters of $sizes', ({ ports, sizes }) => {
    expect(plan(aPartition({}, { ports }), three, 'run1').prediction.clusterSizes).toEqual(sizes);
  });

  test('predicts what it will do, whatever its author expects of the cluster', () => {
    const experiment = aPartition({ expect: { clusterSizes: [3] } });
    expect(plan(experiment, three, 'run1').prediction.clusterSizes).toEqual([1, 2]);
  });

  test("cuts the cluster's own port numbers, each once and in order", () => {
    const experiment = aPartition(
      { portNumbers: { heartbeat: 4002, fabric: 5001 } },
      { ports: ['fabric', 'heartbeat', 'fabric'] },
    );
    expect(plan(experiment, three, 'run1').cuts[0]?.ports).toEqual([4002, 5001]);
  });

  test('is the same plan, byte for byte, whatever the order in which things were seen', () => {
    const backwards = { ...three, instances: three.instances.toReversed() };
    const [one, other] = [three, backwards].map((seen) => plan(aPartition(), seen, 'run1'));

    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });

  test('survives the journal', () => {
    const made = plan(aPartition(), three, 'run1');
    expect(Plan.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });
});

/** Who is edited against whom, by name: 'n1: n2 n3'. */
function edits(topology: object, inventory: Inventory, changes: object = {}): string[] {
  const { steps } = plan(aPartition({ ...changes }, { topology }), inventory, 'run1');
  return steps.map((step) => {
    const { instanceId, peers } = hostCutOf(step);
    return `${instanceId.slice(2)}: ${peers.map((peer) => `n${peer.slice(7)}`).join(' ')}`;
  });
}

function hostCutOf(step: Step): HostCut {
  if (step.kind !== 'host-cut') throw new Error('Expected a host-cut');
  return step;
}

describe('a partition of any topology edits the fewest hosts, each against exactly whom it loses', () => {
  const zoned = anInventory({
    instances: ['a', 'b', 'b', 'c', 'c'].map((zone, at) => aNode(at + 1, { zone })),
  });

  test.each([
    { kind: 'halves', hosts: ['n1: n3 n4 n5', 'n2: n3 n4 n5'] },
    { kind: 'bridge', hosts: ['n1: n4 n5', 'n2: n4 n5'] },
    { kind: 'zones', hosts: ['n1: n2 n3 n4 n5', 'n2: n1 n4 n5', 'n3: n1 n4 n5'] },
    { kind: 'ring', hosts: expect.toSatisfy((hosts: string[]) => hosts.length === 3) },
    {
      kind: 'pairs',
      pairs: [
        ['n1', 'n5'],
        ['n2', 'n5'],
        ['n5', 'n3'],
      ],
      hosts: ['n5: n1 n2 n3'],
    },
    {
      kind: 'pairs',
      pairs: [
        ['n1', 'n2'],
        ['n3', 'n4'],
      ],
      hosts: ['n1: n2', 'n3: n4'],
    },
  ])('$kind of 5: $hosts', ({ hosts, ...topology }) => {
    expect(edits(topology, zoned)).toEqual(hosts);
  });

  test('inbound edits every host that accepts, and warns only where somebody may still dial', () => {
    const experiment = aPartition({ direction: 'inbound' }, { topology: { kind: 'ring' } });

    expect(edits({ kind: 'ring' }, five, { direction: 'inbound' })).toEqual([
      'n1: n3 n4',
      'n2: n4 n5',
      'n3: n1 n5',
      'n4: n1 n2',
      'n5: n2 n3',
    ]);
    expect(plan(experiment, five, 'run1').warnings).not.toContainEqual(
      expect.stringContaining('one direction'),
    );
  });

  test('no choice of fewer hosts would cover the cuts', () => {
    const pair = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }));
    const pairs = fc.array(
      pair.filter(([one, other]) => one !== other),
      { minLength: 1, maxLength: 10 },
    );
    const six = anInventory({ instances: someNodes(6) });

    fc.assert(
      fc.property(pairs, (chosen) => {
        const named = chosen.map(([one, other]) => [`n${one}`, `n${other}`]);
        const { hosts, cuts, steps } = plan(
          aPartition({}, { topology: { kind: 'pairs', pairs: named } }),
          six,
          'run1',
        );
        const cut = connectionsOf(cuts);

        expect(hosts).toHaveLength(fewest(cut));
        for (const { from, to } of cut)
          expect(hosts.includes(from) || hosts.includes(to)).toBe(true);
        for (const { instanceId, peers } of steps.map(hostCutOf)) {
          const lost = cut.filter(({ to }) => to === instanceId).map(({ from }) => from.slice(3));
          expect(peers.toSorted()).toEqual([...new Set(lost)].map((n) => `10.0.0.${n}`).toSorted());
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** The fewest of i-n1 … i-n6 that hold an end of every connection, by trying all choices. */
function fewest(cut: readonly Connection[]): number {
  const choices = Array.from({ length: 64 }, (_, bits) =>
    [1, 2, 3, 4, 5, 6].filter((n) => ((bits >> (n - 1)) & 1) === 1).map((n) => `i-n${n}`),
  );
  const covering = choices.filter((hosts) =>
    cut.every(({ from, to }) => hosts.includes(from) || hosts.includes(to)),
  );
  return Math.min(...covering.map(({ length }) => length));
}

describe('a partition where nodes see each other without all seeing each other', () => {
  const blocked =
    'nodes that hear only some of a cluster are left out of it: after about 10 s they serve nobody, in AP mode too';

  test.each([
    {
      of: 5,
      topology: { kind: 'bridge' },
      sizes: [0, 3],
      warnings: [blocked],
    },
    {
      of: 4,
      topology: { kind: 'bridge' },
      sizes: [0, 3],
      warnings: [
        blocked,
        'the cluster that goes on may have 2 nodes instead: the highest node id decides',
      ],
    },
    { of: 5, topology: { kind: 'ring' }, sizes: [0, 2], warnings: [blocked] },
    { of: 5, topology: { kind: 'halves' }, sizes: [2, 3], warnings: [] },
  ])('$topology.kind of $of predicts $sizes', ({ of, topology, sizes, warnings }) => {
    const made = plan(
      aPartition({ holdSeconds: 20 }, { topology }),
      anInventory({ instances: someNodes(of) }),
      'run1',
    );

    expect(made.prediction.clusterSizes).toEqual(sizes);
    expect(made.warnings).toEqual(warnings);
  });

  test('warns of a hold that is over before those who are left out say so', () => {
    const made = plan(
      aPartition({ holdSeconds: 19 }, { topology: { kind: 'ring' } }),
      five,
      'run1',
    );
    expect(made.warnings).toEqual([
      blocked,
      'they say so after 12 s: a hold of 19 s may be over before that is proven, 20 s are enough',
    ]);
  });

  test('splits nothing by fabric alone, and says nothing', () => {
    const made = plan(
      aPartition({}, { topology: { kind: 'ring' }, ports: ['fabric'] }),
      five,
      'run1',
    );

    expect(made.prediction.clusterSizes).toEqual([5]);
    expect(made.warnings).toEqual([]);
  });
});

describe('plan() refuses', () => {
  test.each([
    { topology: { count: 3 }, says: 'Cannot isolate 3 nodes' },
    { topology: { nodes: ['n1', 'n2', 'n3'] }, says: 'Cannot isolate 3 nodes' },
    { topology: { nodes: ['n7'] }, says: 'Cannot target node "n7"' },
    { topology: { nodes: ['c1'] }, says: 'Cannot target node "c1"' },
  ])('to isolate $topology of three nodes', ({ topology, says }) => {
    const experiment = aPartition({}, isolating(topology));
    expect(refusalOf(() => plan(experiment, three, 'run1'))).toContain(says);
  });

  test('a cluster nobody is tagged for', () => {
    const empty = anInventory({ instances: [] });
    expect(refusalOf(() => plan(aPartition({ cluster: 'ordres' }), empty, 'run1'))).toBe(
      'Cannot plan for cluster "ordres" as running instances must carry the tags aerofault:cluster=ordres and aerofault:role=node: found none',
    );
  });

  test('a cluster of clients alone', () => {
    const clients = anInventory({ instances: [aClient(1)] });
    expect(refusalOf(() => plan(aPartition(), clients, 'run1'))).toContain('found none');
  });

  const marks = {
    'in its description': { ...tcp('3000', '10.0.0.0/8', 'aerofault:run0'), tags: {} },
    'in its tags': { ...tcp('3000', '10.0.0.0/8'), tags: { [runTag]: 'run0' } },
  };

  test.each(Object.entries(marks))("a rule with another run's mark %s", (_, { tags, ...spec }) => {
    const group = aGroup('nodes', [tcp('22', '10.0.0.0/8'), spec]);
    const marked = { ...group, rules: group.rules.map((rule) => ({ ...rule, tags })) };
    const inventory = anInventory({ groups: [marked] });

    expect(refusalOf(() => plan(aPartition(), inventory, 'run1'))).toContain('marked by run run0');
  });

  test.each([
    {
      what: 'a group that another run made',
      inventory: anInventory({ groups: [aGroup('left', [], { [runTag]: 'run0' })] }),
      id: 'sg-left',
    },
    {
      what: 'a network ACL that another run made',
      inventory: {
        ...three,
        networkAcls: [
          {
            id: 'acl-left',
            vpcId: 'vpc-1',
            isDefault: false,
            subnetIds: [],
            entries: [],
            tags: { [runTag]: 'run0' },
          },
        ],
      },
      id: 'acl-left',
    },
  ])('$what', ({ inventory, id }) => {
    expect(refusalOf(() => plan(aPartition(), inventory, 'run1'))).toBe(
      `Cannot plan around ${id} as every group and network ACL must be the cluster's own: found it made by run run0; restore that run first`,
    );
  });

  test('nothing for a description that only resembles a mark', () => {
    const spec = tcp('3000', cidr('10.0.0.0/8'), 'aerofault: our database');
    const inventory = anInventory({ groups: [aGroup('nodes', [spec])] });

    expect(() => plan(aPartition(), inventory, 'run1')).not.toThrow();
  });
});
