import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../../core/experiment.ts';
import { partsOf } from '../../../core/experiment-parts.ts';
import type { Instance } from '../../../core/inventory.ts';
import { cutsOfFault } from '../../../core/plan/request-cuts.ts';
import type { FaultCuts } from '../../../core/plan/request-cuts.ts';
import { aClient, aNode, anInventory, refusalOf, someNodes } from '../inventories.ts';

const aDestination = (n: number): Instance =>
  aNode(n, { id: `i-d${n}`, name: `d${n}`, role: 'xdr-destination', address: `10.1.0.${n}` });

const all = anInventory({
  instances: [...someNodes(3), aClient(1), aClient(2), aDestination(1), aDestination(2)],
});

function cutsFor(fault: object, changes: object = {}, inventory = all): FaultCuts {
  const experiment = parseExperiment({
    name: 'cut',
    cluster: 'orders',
    fault,
    mechanism: 'security-group',
    holdSeconds: 15,
    ...changes,
  });
  const [part] = partsOf(experiment);
  return cutsOfFault({
    experiment: part!.experiment,
    inventory,
    runId: 'run1',
    ports: [3000, 3002],
  });
}

const ports = [3000, 3002];

describe('cutsOfFault() of a client-cut', () => {
  test('cuts all clients from all nodes, and the clients are the targets', () => {
    expect(cutsFor({ kind: 'client-cut' })).toEqual({
      cuts: [{ from: ['i-c1', 'i-c2'], to: ['i-n1', 'i-n2', 'i-n3'], ports }],
      targets: ['i-c1', 'i-c2'],
      clusterSizes: [3],
      warnings: [],
    });
  });

  test('or those that are named', () => {
    const { cuts, targets } = cutsFor({ kind: 'client-cut', clients: ['c2'], nodes: ['10.0.0.3'] });

    expect(cuts).toEqual([{ from: ['i-c2'], to: ['i-n3'], ports }]);
    expect(targets).toEqual(['i-c2']);
  });

  test('leaves the cluster whole even if it takes the heartbeat port', () => {
    expect(cutsFor({ kind: 'client-cut', ports: ['heartbeat'] }).clusterSizes).toEqual([3]);
  });

  test('is refused where there is no client', () => {
    const none = anInventory({ instances: someNodes(2) });

    expect(refusalOf(() => cutsFor({ kind: 'client-cut' }, {}, none))).toBe(
      'Cannot cut clients of "orders" as an instance must carry the tag aerofault:role=client: found none',
    );
  });
});

describe('cutsOfFault() of an xdr-cut', () => {
  test('cuts every node from every destination, and those are the targets', () => {
    expect(cutsFor({ kind: 'xdr-cut' })).toEqual({
      cuts: [{ from: ['i-n1', 'i-n2', 'i-n3'], to: ['i-d1', 'i-d2'], ports }],
      targets: ['i-d1', 'i-d2'],
      clusterSizes: [3],
      warnings: [],
    });
  });

  test('or from those that are named; a node of the cluster is none', () => {
    expect(cutsFor({ kind: 'xdr-cut', destinations: ['d2'] }).targets).toEqual(['i-d2']);
    expect(refusalOf(() => cutsFor({ kind: 'xdr-cut', destinations: ['n1'] }))).toBe(
      'Cannot target destination "n1" as it must name exactly one destination: found 0 among d1, d2',
    );
  });

  test('is refused where there is no destination', () => {
    const none = anInventory({ instances: someNodes(2) });

    expect(refusalOf(() => cutsFor({ kind: 'xdr-cut' }, {}, none))).toBe(
      'Cannot cut XDR of "orders" as an instance must carry the tag aerofault:role=xdr-destination: found none',
    );
  });
});

describe('cutsOfFault() of a partition', () => {
  const halves = { kind: 'partition', topology: { kind: 'halves' } };

  test('cuts by its topology and predicts the clusters', () => {
    expect(cutsFor(halves)).toEqual({
      cuts: [
        { from: ['i-n2', 'i-n3'], to: ['i-n1'], ports },
        { from: ['i-n1'], to: ['i-n2', 'i-n3'], ports },
      ],
      targets: ['i-n1'],
      clusterSizes: [1, 2],
      warnings: [],
    });
  });

  test('inbound cuts one direction', () => {
    expect(cutsFor(halves, { direction: 'inbound' }).cuts).toHaveLength(1);
  });

  test('predicts one cluster where heartbeat, by the port it has here, is not cut', () => {
    const other = { portNumbers: { heartbeat: 4002 } };

    expect(cutsFor(halves, other).clusterSizes).toEqual([3]);
  });
});

test.each([
  { kind: 'client-cut' },
  { kind: 'xdr-cut' },
  { kind: 'partition', topology: { kind: 'halves' } },
])('what the author of a $kind expects is not what is predicted', (fault) => {
  const sizes = cutsFor(fault).clusterSizes;
  expect(cutsFor(fault, { expect: { clusterSizes: [0, 1] } }).clusterSizes).toEqual(sizes);
});

test('but where more than one outcome is possible, the author says which', () => {
  const fault = { kind: 'partition', topology: { kind: 'bridge' } };
  const four = { ...all, instances: [...all.instances, aNode(4)] };
  const sizesFor = (clusterSizes: number[]) =>
    cutsFor(fault, { expect: { clusterSizes } }, four).clusterSizes;

  expect(cutsFor(fault, {}, four).clusterSizes).toEqual([0, 3]);
  expect([sizesFor([2, 0]), sizesFor([1, 3])]).toEqual([
    [0, 2],
    [0, 3],
  ]);
});
