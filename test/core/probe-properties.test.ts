import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connectionsOf, within } from '../../core/cut.ts';
import type { Cut } from '../../core/cut.ts';
import { nodesOf } from '../../core/inventory.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from '../../core/probe.ts';
import type { ConnectionQuestion, Subject } from '../../core/probe.ts';
import { aBystander, aClient, aGroup, aPartition, anInventory, someNodes } from './inventories.ts';
import { aCut, aDestination, aPlan, withSix } from './plans.ts';

const names = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

/** Long addresses of both families, as the worst case of an answer's length. */
const longSix = (n: number): string =>
  `2001:db8:aaaa:bbbb:cccc:dddd:eeee:${(0x1000 + n).toString(16)}`;

interface Case {
  readonly nodes: number;
  readonly clients: number;
  readonly destinations: number;
  readonly six: 'none' | 'some' | 'long';
  readonly ports: readonly number[];
  readonly shape: 'isolate' | 'halves' | 'pairs' | 'ring' | 'clients' | 'xdr' | 'inbound';
}

const aCase: fc.Arbitrary<Case> = fc.record({
  nodes: fc.integer({ min: 2, max: 24 }),
  clients: fc.integer({ min: 1, max: 6 }),
  destinations: fc.integer({ min: 1, max: 4 }),
  six: fc.constantFrom('none', 'some', 'long'),
  ports: fc.subarray([3000, 3001, 3002, 3003], { minLength: 1 }),
  shape: fc.constantFrom('isolate', 'halves', 'pairs', 'ring', 'clients', 'xdr', 'inbound'),
});

function cutsOf({ nodes, clients, destinations, ports, shape }: Case): Cut[] {
  const all = names('n', nodes);
  const both = (one: readonly string[], other: readonly string[]): Cut[] => [
    aCut(one.join(), other.join(), ...ports),
    aCut(other.join(), one.join(), ...ports),
  ];
  switch (shape) {
    case 'isolate':
      return both(all.slice(0, 1), all.slice(1));
    case 'halves':
      return both(all.slice(0, nodes / 2), all.slice(nodes / 2));
    case 'inbound':
      return both(all.slice(0, 1), all.slice(1)).slice(0, 1);
    case 'pairs':
      return all.slice(1).flatMap((name, index) => both([all[index]!], [name]));
    case 'ring':
      return all.flatMap((name, index) => {
        const others = all.filter((_, other) => Math.abs(other - index) > 1);
        return others.length === 0 ? [] : [aCut(name, others.join(), ...ports)];
      });
    case 'clients':
      return [aCut(names('c', clients).join(), all.join(), ...ports)];
    case 'xdr':
      return [aCut(all.join(), names('d', destinations).join(), ...ports)];
  }
}

function subjectOf(one: Case): Subject {
  const instances = [
    ...someNodes(one.nodes),
    ...Array.from({ length: one.clients }, (_, index) => aClient(index + 1)),
    ...Array.from({ length: one.destinations }, (_, index) => aDestination(index + 1)),
  ].map((instance, index) => {
    if (one.six === 'long') {
      const address = `10.100.100.${100 + index}`;
      return { ...instance, address, addresses: [address, longSix(index)] };
    }
    return one.six === 'some' && index % 3 > 0 ? withSix(instance) : instance;
  });
  const inventory = anInventory({
    instances,
    groups: [aGroup('nodes', [])],
    bystanders: [aBystander(['sg-nodes'])],
  });
  return { experiment: aPartition(), inventory, plan: aPlan(cutsOf(one), {}) };
}

const all = (subject: Subject): ConnectionQuestion[] => [
  ...cutQuestions(subject),
  ...controlQuestions(subject),
  ...canaryQuestions(subject, 'kept'),
];

const byVantage = <One extends { readonly from: string }>(questions: readonly One[]): One[][] => [
  ...Map.groupBy(questions, ({ from }) => from).values(),
];

const holds = (name: string, check: (subject: Subject, one: Case) => void): void =>
  test(name, () => {
    fc.assert(
      fc.property(aCase, (one) => check(subjectOf(one), one)),
      { numRuns: 100 },
    );
  });

describe('whatever is cut', () => {
  holds('cut questions are of the cut, controls are not, and nobody asks itself', (subject) => {
    const isCut = within(subject.plan.cuts);
    expect(cutQuestions(subject).filter((one) => !isCut(one))).toEqual([]);
    expect(controlQuestions(subject).filter(isCut)).toEqual([]);
    expect(all(subject).filter(({ from, to }) => from === to)).toEqual([]);
  });

  holds('a dozen of a kind from one machine at most, and none twice', (subject) => {
    for (const ask of [cutQuestions, controlQuestions, canariesKept]) {
      for (const asked of byVantage(ask(subject))) {
        expect(asked.length).toBeLessThanOrEqual(12);
        expect(new Set(asked.map(({ item }) => item)).size).toBe(asked.length);
      }
    }
  });

  holds('the answers of one machine fit the line, with its view', (subject) => {
    const nodes = new Set(nodesOf(subject.inventory).map(({ id }) => id));
    for (const asked of byVantage(all(subject))) {
      const view = nodes.has(asked[0]!.from) ? longestView : '';
      const line = [view, ...asked.map(longestAnswer)].join();
      expect(line.length).toBeLessThanOrEqual(2_380);
    }
  });

  holds(
    'every machine that dials is asked, and every machine that accepts is asked for',
    (subject) => {
      const questions = cutQuestions(subject);
      for (const { from, to } of subject.plan.cuts) {
        const asked = new Set(questions.map((one) => `${one.from} ${one.to}`));
        expect(from.filter((id) => !questions.some((one) => one.from === id))).toEqual([]);
        // A machine asks a dozen; fewer machines than that need cannot cover all.
        if (from.length * 6 < to.length) continue;
        expect(to.filter((id) => ![...asked].some((pair) => pair.endsWith(` ${id}`)))).toEqual([]);
      }
    },
  );

  holds('every port of the cut is tried, over every family that both ends have', (subject, one) => {
    const asked = new Set(
      cutQuestions(subject).map(({ item, port }) => `${port} ${item.includes(':') ? 6 : 4}`),
    );
    const families = one.six === 'long' ? [4, 6] : [4];
    for (const port of one.ports.filter(() => subject.plan.cuts.length > 0)) {
      for (const family of families) expect(asked).toContain(`${port} ${family}`);
    }
  });

  holds('where there is room, nothing of the cut is left out', (subject, one) => {
    if (one.six !== 'none') return;
    const wanted = connectionsOf(subject.plan.cuts);
    const most = Math.max(0, ...byVantage(wanted).map(({ length }) => length));
    if (most <= 8) expect(cutQuestions(subject)).toHaveLength(wanted.length);
  });

  holds('canaries are on the service port, the same to be held and to be looked at', (subject) => {
    const held = canaryQuestions(subject, 'keep');
    expect(held.filter(({ port }) => port !== 3000)).toEqual([]);
    expect(held.map(({ item }) => item.replace('keep', 'kept'))).toEqual(
      canariesKept(subject).map(({ item }) => item),
    );
  });
});

test('a thousand nodes in halves are asked within seconds', () => {
  const [one, other] = [names('n', 500), names('n', 1_000).slice(500)].map((side) => side.join());
  const cuts = [aCut(one!, other!, 3001, 3002), aCut(other!, one!, 3001, 3002)];
  const instances = Array.from(
    { length: 1_000 },
    (_, index) =>
      someNodes(1).map((node) => {
        const address = `10.${1 + Math.floor(index / 250)}.0.${index % 250}`;
        return {
          ...node,
          id: `i-n${index + 1}`,
          name: `n${index + 1}`,
          address,
          addresses: [address],
        };
      })[0]!,
  );
  const subject = {
    experiment: aPartition(),
    inventory: anInventory({ instances }),
    plan: aPlan(cuts, {}),
  };
  const began = performance.now();
  const questions = cutQuestions(subject);

  expect(performance.now() - began).toBeLessThan(3_000);
  expect(new Set(questions.map(({ from }) => from)).size).toBe(1_000);
  expect(new Set(questions.map(({ to }) => to)).size).toBe(1_000);
});

const canariesKept = (subject: Subject): ConnectionQuestion[] => canaryQuestions(subject, 'kept');

const longestAnswer = ({ item }: ConnectionQuestion): string =>
  JSON.stringify(
    item.startsWith('kept')
      ? { probe: item, answer: 'dead', lastAt: 1_700_000_000_000, how: 'timed-out' }
      : { probe: item, answer: 'unreachable', ms: 2_000 },
  );

const longestView = JSON.stringify({
  probe: 'view/10.100.100.100/3000/1000',
  answer: 'ok',
  node: 'BB9040011AC4202',
  build: '8.1.2.0-100-gabcdef0',
  size: 1_000,
  key: 'FFFFFFFFFFFFFFFF',
  principal: 'BB9040011AC4202',
  integrity: false,
  member: false,
  heartbeats: 999_999,
  fabric: 999_999,
  migrations: 999_999_999,
  stable: false,
  settled: false,
  unavailable: 999_999,
  dead: 999_999,
  stopWrites: false,
  rosters: { of: 32, amiss: Array.from({ length: 4 }, () => ['n'.repeat(31), 'observed']) },
});
