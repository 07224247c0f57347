import { describe, expect, test } from 'vitest';
import { Plan, plan } from '../../../core/plan/plan.ts';
import { runTag } from '../../../core/inventory.ts';
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
    const { steps, cuts, hosts, targets, prediction, warnings } = plan(aPartition(), three, 'run1');

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
    expect(prediction).toEqual({ clusterSizes: [1, 2], connections: 'full' });
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

  test('expects what the experiment says, where it says so', () => {
    const experiment = aPartition({ expect: { clusterSizes: [3] } });
    expect(plan(experiment, three, 'run1').prediction.clusterSizes).toEqual([3]);
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

  test('nothing for a description that only resembles a mark', () => {
    const spec = tcp('3000', cidr('10.0.0.0/8'), 'aerofault: our database');
    const inventory = anInventory({ groups: [aGroup('nodes', [spec])] });

    expect(() => plan(aPartition(), inventory, 'run1')).not.toThrow();
  });
});
