import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionsOf } from '../../../../core/cut.ts';
import { Plan } from '../../../../core/plan/plan.ts';
import { aClient, anInventory, someNodes } from '../../inventories.ts';
import { aSurvey } from '../../surveys.ts';
import { saying } from '../../ways-to-refuse-on-hosts.ts';
import { all, isolation, planned, says, withInstance } from './host-plans.ts';

describe('a client-cut on hosts', () => {
  const cut = { kind: 'client-cut' };

  test('is made where hosts are fewer: at the two clients of three nodes', () => {
    const made = planned(cut);

    expect(made.cuts).toEqual([
      { from: ['i-c1', 'i-c2'], to: ['i-n1', 'i-n2', 'i-n3'], ports: [3000] },
    ]);
    expect(says(made)).toEqual([
      'c1: drop ports 3000 from and to n1, n2, n3',
      'c2: drop ports 3000 from and to n1, n2, n3',
    ]);
    expect(made.targets).toEqual(['i-c1', 'i-c2']);
    expect(made.prediction).toEqual({ clusterSizes: [3], connections: 'full', falls: made.cuts });
    expect(made.parts).toBeUndefined();
  });

  test('of one node by two clients is made at the node', () => {
    expect(planned({ ...cut, nodes: ['n2'] }).hosts).toEqual(['i-n2']);
  });

  test('of as many nodes as clients is made at the clients', () => {
    expect(planned({ ...cut, nodes: ['n2', 'n3'] }).hosts).toEqual(['i-c1', 'i-c2']);
  });

  test('is made where the experiment says', () => {
    expect(planned({ ...cut, at: 'nodes' }).hosts).toEqual(['i-n1', 'i-n2', 'i-n3']);
    expect(planned({ ...cut, nodes: ['n2'], at: 'clients' }).hosts).toEqual(['i-c1', 'i-c2']);
  });
});

test('whoever is cut from whom, one end of each pair is edited, and the fewer hosts', () => {
  const counts = fc.record({
    nodes: fc.integer({ min: 1, max: 6 }),
    clients: fc.integer({ min: 1, max: 6 }),
  });
  fc.assert(
    fc.property(counts, ({ nodes, clients }) => {
      const inventory = anInventory({
        instances: [
          ...someNodes(nodes),
          ...Array.from({ length: clients }, (_, at) => aClient(at + 1)),
        ],
      });
      const { hosts, cuts, steps } = planned({ kind: 'client-cut' }, {}, inventory);
      const edited = new Set(hosts);

      expect(hosts).toHaveLength(Math.min(nodes, clients));
      expect(steps).toHaveLength(hosts.length);
      for (const { from, to } of connectionsOf(cuts)) {
        expect(edited.has(from) || edited.has(to)).toBe(true);
      }
    }),
  );
});

describe('an xdr-cut on hosts', () => {
  test('is made at the one destination of three nodes, against those alone', () => {
    const made = planned({ kind: 'xdr-cut' }, { packets: 'reject' });

    expect(says(made)).toEqual(['d1: reject ports 3000 from and to n1, n2, n3']);
    expect(made.cuts).toEqual([{ from: ['i-n1', 'i-n2', 'i-n3'], to: ['i-d1'], ports: [3000] }]);
  });

  test("of as many is made on the cluster's own hosts", () => {
    const one = { ...all, instances: all.instances.filter(({ id }) => !/^i-n[23]$/.test(id)) };

    expect(planned({ kind: 'xdr-cut' }, {}, one).hosts).toEqual(['i-n1']);
  });
});

describe('a link that is down', () => {
  const link = { kind: 'link-down', nodes: ['n1'] };

  test('by its address: only over that, against all other nodes', () => {
    const inventory = withInstance('i-n1', { addresses: ['10.0.0.1', '10.1.0.1'] });
    const made = planned({ ...link, address: '10.1.0.1' }, {}, inventory);

    expect(made.steps).toMatchObject([
      {
        says: 'n1: drop ports 3001 from and to n2, n3 over 10.1.0.1',
        peers: ['10.0.0.2', '10.0.0.3'],
        local: { address: '10.1.0.1' },
      },
    ]);
    expect(made.cuts).toEqual([
      { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports: [3001] },
      { from: ['i-n1'], to: ['i-n2', 'i-n3'], ports: [3001] },
    ]);
    expect(made).toMatchObject({ targets: ['i-n1'], prediction: { clusterSizes: [3] } });
  });

  test('by an address that only its node knows, and peers by those that theirs know', () => {
    const node = aSurvey('').node!;
    const told = saying('i-n1', { node: { ...node, fabricAddresses: ['10.7.0.1'] } }, all);
    const both = saying(
      'i-n2',
      { node: { ...node, fabricAddresses: ['10.0.0.2', '10.7.0.2', '127.0.0.1', 'any'] } },
      told,
    );
    const { steps } = planned({ ...link, address: '10.7.0.1' }, {}, both);

    expect(steps).toMatchObject([{ peers: ['10.0.0.2', '10.7.0.2', '10.0.0.3'] }]);
  });

  test('by its device, on every node named: no connection is cut twice', () => {
    const made = planned({ ...link, nodes: ['n1', 'n2'], device: 'eth1' });

    expect(says(made)).toEqual([
      'n1: drop ports 3001 from and to n2, n3 over eth1',
      'n2: drop ports 3001 from and to n1, n3 over eth1',
    ]);
    expect(made.cuts).toEqual([
      { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports: [3001] },
      { from: ['i-n1', 'i-n3'], to: ['i-n2'], ports: [3001] },
      { from: ['i-n1', 'i-n2'], to: ['i-n3'], ports: [3001] },
    ]);
  });

  test('inbound stops what is dialled to the node', () => {
    const made = planned({ ...link, device: 'eth1' }, { direction: 'inbound' });

    expect(made.cuts).toHaveLength(1);
    expect(made.steps).toMatchObject([{ direction: 'inbound', local: { device: 'eth1' } }]);
  });

  test('does not split the cluster: heartbeat may have another', () => {
    const made = planned({ ...link, device: 'eth1', ports: ['fabric', 'heartbeat'] });

    expect(made.prediction.clusterSizes).toEqual([3]);
  });
});

describe('a share, and what flaps', () => {
  test('of packets: the step, its words and its part say which', () => {
    const made = planned(
      { ...isolation, ports: ['fabric'] },
      { intensity: { percent: 30 }, flapping: { onSeconds: 4, offSeconds: 8 } },
    );
    const part = {
      intensity: { percent: 30, per: 'packet' },
      flapping: { onSeconds: 4, offSeconds: 8 },
    };

    expect(made.steps).toMatchObject([
      {
        ...part,
        says: 'n1: drop 30 % of packets on ports 3001 from and to n2, n3, 4 s on and 8 s off in turn',
      },
    ]);
    expect(made.steps[0]).not.toHaveProperty('window');
    expect(made.parts).toEqual([
      {
        ...part,
        part: 0,
        kind: 'cut',
        cuts: made.cuts,
        targets: ['i-n1'],
        window: { startMs: 0, endMs: 24_000 },
        clusterSizes: [3],
        says: 'partition: 30 % of packets of n1 on 3001, drop, 4 s on and 8 s off in turn',
      },
    ]);
    expect(Plan.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  test.each([
    [{ percent: 30 }, 'drop', '30 % of packets'],
    [{ every: 3 }, 'drop', 'one packet in 3'],
    [{ percent: 9, per: 'connection' }, 'drop', '9 % of new connections'],
    [{ every: 2, per: 'connection' }, 'reject', 'one new connection in 2'],
  ])('%j of what is to %s: %s', (intensity, packets, words) => {
    const made = planned({ kind: 'client-cut', nodes: ['n1'] }, { intensity, packets });
    expect(says(made)[0]).toBe(`n1: ${packets} ${words} on ports 3000 from and to c1, c2`);
  });

  test.each([
    { intensity: { percent: 30, per: 'connection' }, connections: 'new connections only' },
    { intensity: { percent: 30 }, connections: 'partly established' },
    { flapping: { onSeconds: 3, offSeconds: 3 }, connections: 'partly established' },
  ])('does not make what stands fall for sure: $connections', ({ connections, ...changes }) => {
    const { prediction } = planned({ kind: 'client-cut' }, changes);
    expect(prediction).toMatchObject({ connections, falls: [] });
  });

  const stays = 'a share of heartbeat splits no cluster for sure: its size is predicted to stay';

  test.each([
    { changes: { intensity: { percent: 30 } }, sizes: [3], warnings: [stays] },
    { changes: { intensity: { every: 2 } }, sizes: [3], warnings: [stays] },
    {
      changes: { flapping: { onSeconds: 1, offSeconds: 5 } },
      sizes: [3],
      warnings: ['what is on for 1 s changes no membership: cluster size is predicted to stay'],
    },
    {
      changes: { flapping: { onSeconds: 2, offSeconds: 5 } },
      sizes: [1, 2],
      warnings: ['what is on for 2 s may be over before all nodes say so: they take 2 to 3 s'],
    },
    { changes: { flapping: { onSeconds: 4, offSeconds: 8 } }, sizes: [1, 2], warnings: [] },
    {
      changes: { intensity: { percent: 99 }, expect: { clusterSizes: [1, 2] } },
      sizes: [1, 2],
      warnings: [stays],
    },
  ])('of heartbeat: $changes predicts $sizes', ({ changes, sizes, warnings }) => {
    const made = planned(isolation, changes);

    expect(made.prediction.clusterSizes).toEqual(sizes);
    expect(made.parts?.map(({ clusterSizes }) => clusterSizes)).toEqual([sizes]);
    expect(made.warnings).toEqual(warnings);
  });

  test('of a bridge warns of nobody left out, for nobody is', () => {
    const made = planned(
      { ...isolation, topology: { kind: 'bridge' } },
      { intensity: { percent: 30 } },
    );
    expect(made.warnings).toEqual([stays]);
  });
});

const filters = (changes: object, tools: string[]): unknown[] =>
  planned(isolation, changes, saying('i-n1', { tools }, all)).steps.map(
    (step) => 'filter' in step && step.filter,
  );

describe('the filter', () => {
  test('is nft where it is asked for, or where iptables is missing; else left to the host', () => {
    expect(filters({}, ['iptables', 'nft'])).toEqual([false]);
    expect(filters({ mechanism: 'nft' }, ['iptables', 'nft'])).toEqual(['nft']);
    expect(filters({}, ['nft'])).toEqual(['nft']);
    expect(planned(isolation, {}, { ...all, surveys: [] }).steps[0]).not.toHaveProperty('filter');
  });
});

test.each([
  ['drop', 'n1: drop ports 3001, 3002 from and to n2, n3'],
  ['tcp-reset', 'n1: reset ports 3001, 3002 from and to n2, n3'],
  ['host-unreachable', 'n1: answer host-unreachable to ports 3001, 3002 from and to n2, n3'],
])('packets: %s is said as "%s"', (packets, words) => {
  expect(says(planned(isolation, { packets }))).toEqual([words]);
});
