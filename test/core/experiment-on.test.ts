import { describe, expect, test } from 'vitest';
import { experimentOn } from '../../core/experiment-on.ts';
import { numbersOf, parseExperiment, portNumbersOf } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import type { Inventory } from '../../core/inventory.ts';
import { plan } from '../../core/plan/plan.ts';
import { aClientCut, aPartition, anInventory, refusalOf, someNodes } from './inventories.ts';
import { aDestination } from './plans.ts';
import { aSurvey, nodeWords } from './surveys.ts';

const fromNodes = { portNumbers: 'node' };
const usual = { service: 3000, fabric: 3001, heartbeat: 3002 };

function listening(...ports: Record<string, number>[]): Inventory {
  const nodes = someNodes(ports.length);
  return {
    ...anInventory({ instances: nodes }),
    surveys: nodes.map(({ id }, at) => aSurvey(id, { node: nodeWords({ ports: ports[at]! }) })),
  };
}

const on = (inventory: Inventory, experiment: Experiment = aPartition(fromNodes)): Experiment =>
  experimentOn(experiment, inventory);

describe('experimentOn()', () => {
  test('takes the numbers that all nodes have', () => {
    const own = { service: 4000, fabric: 4001, heartbeat: 4002, admin: 4008 };

    expect(on(listening(own, own)).portNumbers).toEqual(own);
  });

  test('takes the twins that speak TLS with them', () => {
    const own = { ...usual, tlsFabric: 3011 };
    const experiment = on(listening(own, own));

    expect(experiment.portNumbers).toEqual(own);
    expect(numbersOf(['fabric', 'heartbeat'], experiment)).toEqual([3001, 3002, 3011]);
  });

  test('takes a listener that only speaks TLS for the one of its name', () => {
    const own = { service: 3000, tlsFabric: 3011, tlsHeartbeat: 3012 };

    expect(on(listening(own, own)).portNumbers).toEqual({
      service: 3000,
      fabric: 3011,
      heartbeat: 3012,
    });
  });

  test('says the same when asked twice', () => {
    const inventory = listening(usual, usual);
    const once = on(inventory);

    expect(experimentOn(once, inventory)).toBe(once);
  });

  test('leaves alone what says its numbers itself, or is content with the usual', () => {
    const [one, other] = [aPartition({ portNumbers: { fabric: 4001 } }), aPartition()];

    expect(on(anInventory(), one)).toBe(one);
    expect(on(anInventory(), other)).toBe(other);
  });

  test.each([
    {
      what: 'a node that did not answer',
      inventory: { ...listening(usual, usual), surveys: [aSurvey('i-n1')] },
      says: 'Cannot read port numbers from n2 as its node must answer: found no answer; give portNumbers',
    },
    {
      what: 'nodes that disagree',
      inventory: listening(usual, { ...usual, fabric: 4001 }, usual),
      says: 'Cannot read the port number of fabric as all nodes must have the same: found 3001 at n1, 4001 at n2',
    },
    {
      what: 'a listener that one of them lacks',
      inventory: listening({ ...usual, tlsFabric: 3011 }, usual),
      says: 'Cannot read the port number of tlsFabric as all nodes must have the same: found 3011 at n1, none at n2',
    },
    {
      what: 'no heartbeat by TCP',
      inventory: listening({ service: 3000, fabric: 3001 }),
      says: 'Cannot read the port number of heartbeat as every node must listen on it: found none that does',
    },
    {
      what: 'two listeners of one number',
      inventory: listening({ ...usual, admin: 3002 }),
      says: 'Cannot tell the listeners of "orders" apart as no two port numbers must be the same: found 3002 for heartbeat and admin',
    },
  ])('refuses $what', ({ inventory, says }) => {
    expect(refusalOf(() => on(inventory))).toBe(says);
  });

  test('asks for admin only where it is cut', () => {
    const experiment = aClientCut(fromNodes, { ports: ['admin'] });
    const sentence = refusalOf(() => on(listening(usual, usual), experiment));

    expect(sentence).toContain('the port number of admin as every node must listen on it');
  });

  test('of an xdr-cut asks the destinations that answered, too', () => {
    const inventory = listening(usual);
    const far = aDestination(1);
    const node = nodeWords({ ports: { ...usual, service: 4000 } });
    const ships = parseExperiment({
      name: 'cut-xdr',
      cluster: 'orders',
      fault: { kind: 'xdr-cut' },
      mechanism: 'iptables',
      holdSeconds: 15,
      portNumbers: 'node',
    });
    const instances = [...inventory.instances, far];
    const silent = { ...inventory, instances };
    const other = { ...silent, surveys: [...inventory.surveys!, aSurvey(far.id, { node })] };

    expect(on(silent, ships).portNumbers).toEqual(usual);
    expect(refusalOf(() => on(other, ships))).toContain('found 3000 at n1, 4000 at d1');
    expect(on(other).portNumbers).toEqual(usual);
  });
});

describe('port numbers that nobody asked for', () => {
  test('are never silently the usual ones', () => {
    expect(() => portNumbersOf(aPartition(fromNodes))).toThrow(
      "Cannot read port numbers as the nodes must have been asked for them: found 'node'",
    );
    expect(() => numbersOf(['fabric'], aPartition(fromNodes))).toThrow("found 'node'");
  });

  test('are asked for by plan() itself', () => {
    const own = { service: 4000, fabric: 4001, heartbeat: 4002, tlsHeartbeat: 4012 };
    const { cuts } = plan(aPartition(fromNodes), listening(own, own), 'run1');

    expect(cuts[0]?.ports).toEqual([4001, 4002, 4012]);
  });
});

test('a cut of a listener takes the number of its TLS twin, where the experiment gives one', () => {
  const experiment = aPartition({ portNumbers: { tlsHeartbeat: 3012, tlsService: 4333 } });

  expect(numbersOf(['heartbeat', 'fabric', 'heartbeat'], experiment)).toEqual([3001, 3002, 3012]);
  expect(numbersOf(['service'], experiment)).toEqual([3000, 4333]);
  expect(numbersOf(['admin'], experiment)).toEqual([3003]);
});
