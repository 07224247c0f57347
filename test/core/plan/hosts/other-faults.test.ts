import { describe, expect, test } from 'vitest';
import { Plan } from '../../../../core/plan/plan.ts';
import { aGroup, aPartition, groupPeer, refusalOf, tcp } from '../../inventories.ts';
import { nodeWords } from '../../surveys.ts';
import { saying } from '../../ways-to-refuse-on-hosts.ts';
import { all, isolation, planned, says, withInstance } from './host-plans.ts';

const cutsBy = (...ports: string[]) => {
  const rules = ports.map((one) => tcp(one, groupPeer('sg-nodes')));
  const groups = [aGroup('nodes', rules), aGroup('clients', []), aGroup('far', [])];
  return planned(isolation, { mechanism: 'route' }, { ...all, groups });
};

describe('a partition by routes', () => {
  test.each([
    ['drop', 'blackhole'],
    ['reject', 'unreachable'],
    ['host-unreachable', 'unreachable'],
    ['admin-prohibited', 'prohibit'],
  ])('%s is a route that is %s', (packets, how) => {
    const { steps } = planned(isolation, { mechanism: 'route', packets });

    expect(steps).toEqual([
      {
        id: 'host-route/i-n1',
        kind: 'host-route',
        phase: 1,
        says: `n1: ${how} routes to n2, n3, every port`,
        instanceId: 'i-n1',
        peers: ['10.0.0.2', '10.0.0.3'],
        how,
      },
    ]);
  });

  test('cuts all that nodes may dial of each other, and splits the cluster', () => {
    const made = cutsBy('3000-3002');

    expect(made.cuts).toEqual([
      { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports: [3000, 3001, 3002] },
      { from: ['i-n1'], to: ['i-n2', 'i-n3'], ports: [3000, 3001, 3002] },
    ]);
    expect(made.prediction).toEqual({
      clusterSizes: [1, 2],
      connections: 'full',
      falls: made.cuts,
    });
    expect(made.parts).toBeUndefined();
  });

  test('cuts no port that the rules keep shut anyhow', () => {
    expect(cutsBy('3001-3002').cuts.map(({ ports }) => ports)).toEqual([
      [3001, 3002],
      [3001, 3002],
    ]);
  });

  test('cuts what only some may dial from those', () => {
    const rules = [tcp('3001-3002', groupPeer('sg-nodes')), tcp('3000', '10.0.0.2/32')];
    const groups = [aGroup('nodes', rules), aGroup('clients', []), aGroup('far', [])];
    const { cuts } = planned(isolation, { mechanism: 'route' }, { ...all, groups });

    expect(cuts).toContainEqual({ from: ['i-n2'], to: ['i-n1'], ports: [3000] });
    expect(cuts.filter(({ ports }) => ports.includes(3000))).toHaveLength(1);
  });
});

describe('a reroute', () => {
  const reroute = { kind: 'reroute', peer: 'n2', to: '10.0.0.3' };

  test('turns what others dial to the peer, by connection whatever the share', () => {
    const made = planned(
      { ...reroute, nodes: ['n1'], source: '10.0.0.1' },
      { intensity: { percent: 50 } },
    );

    expect(made.steps).toEqual([
      {
        id: 'host-reroute/i-n1',
        kind: 'host-reroute',
        phase: 1,
        says: 'n1: turn 50 % of new connections on ports 3001 of n2 to 10.0.0.3 from 10.0.0.1',
        instanceId: 'i-n1',
        intensity: { percent: 50, per: 'connection' },
        peers: ['10.0.0.2'],
        ports: [3001],
        to: '10.0.0.3',
        source: '10.0.0.1',
      },
    ]);
    expect(made.parts).toMatchObject([
      {
        kind: 'reroute',
        cuts: [{ from: ['i-n1'], to: ['i-n2'], ports: [3001] }],
        targets: ['i-n2'],
        intensity: { percent: 50, per: 'connection' },
        clusterSizes: [3],
        says: 'reroute: 50 % of new connections to n2 on 3001, now to 10.0.0.3',
      },
    ]);
    expect(Plan.parse(JSON.parse(JSON.stringify(made)))).toEqual(made);
  });

  test('cuts nothing and nobody', () => {
    expect(planned(reroute)).toMatchObject({
      cuts: [],
      targets: [],
      prediction: { clusterSizes: [3], connections: 'new connections only', falls: [] },
      warnings: ['connections that were turned stay so after restore, until they end'],
    });
  });

  test('is dialled by all but the peer and whom they are turned to, where nobody is named', () => {
    expect(planned(reroute).hosts).toEqual(['i-n1']);
    const other = withInstance('i-n2', { addresses: ['10.0.0.2', '10.1.0.2'] });
    expect(planned({ ...reroute, to: '10.1.0.2' }, {}, other)).toMatchObject({
      hosts: ['i-n1', 'i-n3'],
      steps: [{ peers: ['10.0.0.2'] }, { peers: ['10.0.0.2'] }],
    });
  });

  test('turns only addresses of the family it turns them to', () => {
    const six = withInstance('i-n2', { addresses: ['10.0.0.2', 'fd00::2'] });
    expect(planned(reroute, {}, six).steps).toMatchObject([{ peers: ['10.0.0.2'] }]);
  });

  test('of a node to itself is refused, and so is a source of another', () => {
    expect(refusalOf(() => planned({ ...reroute, nodes: ['n3'] }))).toBe(
      'Cannot turn what n3 dials to n2 as a node must dial others than itself: found 10.0.0.3 to be its own',
    );
    expect(refusalOf(() => planned({ ...reroute, nodes: ['n2'] }))).toContain('what n2 dials');
    expect(refusalOf(() => planned({ ...reroute, nodes: ['n1'], source: '10.0.0.3' }))).toContain(
      'Cannot give connections of n1 the source 10.0.0.3',
    );
  });
});

const byServer = { mechanism: 'aerospike' };

describe('a service that is stopped or stands still', () => {
  test('stopped: nobody accepts there, and the others are one cluster', () => {
    const made = planned({ kind: 'service-stop', nodes: ['n2'] }, byServer);

    expect(made.steps).toEqual([
      {
        id: 'hold-service/i-n2',
        kind: 'hold-service',
        phase: 1,
        says: 'n2: stop the service aerospike',
        instanceId: 'i-n2',
        how: 'stop',
        name: 'aerospike',
      },
    ]);
    expect(made.cuts).toEqual([
      { from: ['i-n1', 'i-n3'], to: ['i-n2'], ports: [3001, 3002] },
      { from: ['i-c1', 'i-c2'], to: ['i-n2'], ports: [3000] },
    ]);
    expect(made).toMatchObject({
      targets: ['i-n2'],
      hosts: ['i-n2'],
      prediction: { clusterSizes: [2], connections: 'full', falls: made.cuts },
      parts: [{ kind: 'service', targets: ['i-n2'], clusterSizes: [2], says: 'service-stop: n2' }],
      warnings: ['a namespace that is only in memory comes back empty on a node that was stopped'],
    });
  });

  test('frozen: its kernel goes on accepting, and the others are one cluster', () => {
    const made = planned({ kind: 'service-freeze', nodes: ['n1', 'n3'] }, byServer);

    expect(says(made)).toEqual(['n1: let asd stand still', 'n3: let asd stand still']);
    expect(made).toMatchObject({
      cuts: [],
      targets: ['i-n1', 'i-n3'],
      prediction: { clusterSizes: [1] },
      parts: [{ kind: 'service', cuts: [], clusterSizes: [1] }],
    });
  });

  test('of where the cluster ships to leaves the cluster whole', () => {
    const made = planned({ kind: 'service-stop', of: 'xdr-destinations' }, byServer);

    expect(made).toMatchObject({
      hosts: ['i-d1'],
      cuts: [{ from: ['i-n1', 'i-n2', 'i-n3'], to: ['i-d1'], ports: [3000] }],
      prediction: { clusterSizes: [3] },
    });
  });

  test('of all nodes is refused', () => {
    const fault = { kind: 'service-freeze', nodes: ['n1', 'n2', 'n3'] };
    expect(refusalOf(() => planned(fault, byServer))).toBe(
      'Cannot do service-freeze to 3 nodes as at least one node of "orders" must go on: found 3 in all',
    );
  });
});

describe('XDR that is paused', () => {
  const pause = { kind: 'xdr-pause', dc: 'far', namespaces: ['test', 'bar'] };

  test('on every node, in the form that its build knows', () => {
    const old = saying('i-n2', { node: nodeWords({ build: '4.9.0.11' }) }, all);
    const made = planned(pause, byServer, old);

    expect(made.steps[0]).toEqual({
      id: 'pause-xdr/i-n1',
      kind: 'pause-xdr',
      phase: 1,
      says: 'n1: stop shipping test, bar to far',
      instanceId: 'i-n1',
      address: '10.0.0.1',
      port: 3000,
      how: 'remove-namespaces',
      dc: 'far',
      namespaces: ['test', 'bar'],
    });
    expect(made.steps[1]).toMatchObject({
      how: 'force-linkdown',
      says: 'n2: call the link to far down',
    });
    expect(made).toMatchObject({
      cuts: [],
      targets: [],
      hosts: ['i-n1', 'i-n2', 'i-n3'],
      parts: [
        {
          kind: 'xdr-pause',
          targets: ['i-n1', 'i-n2', 'i-n3'],
          says: 'xdr-pause: test, bar to far, on 3 nodes',
        },
      ],
      warnings: ['before server 5.0 a destination is paused whole, whichever namespaces are named'],
    });
  });

  test('at the port and with the rewind that the experiment says', () => {
    const changes = { ...byServer, portNumbers: { service: 4000 } };
    const { steps, warnings } = planned({ ...pause, rewind: 'all' }, changes);

    expect(steps).toMatchObject([1, 2, 3].map(() => ({ port: 4000, rewind: 'all' })));
    expect(warnings).toEqual([]);
  });
});

test('a plan by hosts needs no call to EC2', () => {
  expect(planned(isolation).calls).toEqual({ inject: 0, restore: 0 });
  expect(aPartition().mechanism).toBe('iptables');
});
