import { describe, expect, test } from 'vitest';
import type { Survey } from '../../core/inventory.ts';
import { countersFinding, inForceFindings } from '../../core/judge.ts';
import { controlQuestions, cutQuestions, partQuestions } from '../../core/probe.ts';
import type { Question, Subject } from '../../core/probe.ts';
import type { HostCut, HostRoute } from '../../core/step.ts';
import { worst } from '../../core/verdict.ts';
import { aPartition, anInventory, someNodes } from './inventories.ts';
import { aHostCut, aPart, before, inParts, injectAt, lookAt, looksAt } from './part-answers.ts';
import { aCut, aPlan, aSubjectOf, bothWays } from './plans.ts';

const asked = (questions: readonly Question[]): string[] =>
  questions.map(({ from, item }) => `${from} ${item}`);

const surveyed = (instanceId: string, fabricAddresses: string[]): Survey => ({
  instanceId,
  tools: [],
  abilities: [],
  timer: 'systemd',
  container: false,
  listens: [],
  findings: [],
  node: { id: 'A1', build: '8.1.2.0', principal: 'A1', ports: {}, fabricAddresses, strong: [] },
});

/** n1 loses the others on one link, whole and for the whole hold: a plan without parts. */
function linkDown(local: NonNullable<HostCut['local']>): Subject {
  const inventory = {
    ...anInventory({ instances: someNodes(3) }),
    surveys: [surveyed('i-n1', ['10.0.0.1', '10.9.0.1'])],
  };
  const plan = aPlan(bothWays('n2,n3', 'n1', 3001), {}, { steps: [aHostCut({ local })] });
  return { ...aSubjectOf(aPartition(), inventory, plan), injectAt };
}

describe('a link that is taken down', () => {
  const subject = linkDown({ address: '10.9.0.1' });

  test('is dialled at its own address, by others: how the node itself dials its routes decide', () => {
    expect(asked(cutQuestions(subject))).toEqual([
      'i-n2 new/10.9.0.1/3001',
      'i-n3 new/10.9.0.1/3001',
    ]);
  });

  test('has the other link, on the same port, for a control', () => {
    const controls = asked(controlQuestions(subject));
    expect(controls).toContain('i-n2 new/10.0.0.1/3001');
    expect(controls).toContain('i-n3 new/10.0.0.1/3001');
    expect(controls.some((one) => one.includes('10.9.0.1'))).toBe(false);
  });

  test('that stops the other link, too, is overreach', () => {
    const both = lookAt(subject, 20_000, {
      answering: ({ item, purpose }) =>
        purpose === 'cut' || item.includes('/10.0.0.1/3001') ? 'timed-out' : 'as planned',
    });
    const one = lookAt(subject, 20_000, {
      answering: ({ purpose }) => (purpose === 'cut' ? 'timed-out' : 'as planned'),
    });
    const judged = (now: typeof one) => worst(inForceFindings(subject, before(subject), now));

    expect(judged(one).answer).toBe('confirmed');
    expect(judged(both).evidence[0]).toContain('overreach');
    expect(judged(lookAt(subject, 20_000)).answer).toBe('refuted');
  });

  test('by its device is nowhere to be dialled: the rules of the host tell', () => {
    const device = linkDown({ device: 'eth1' });
    const judged = (hit: number | undefined) =>
      worst(
        inForceFindings(
          device,
          before(device),
          lookAt(device, 20_000, {
            hits: hit === undefined ? [] : [{ part: 0, seen: hit, hit }],
          }),
        ),
      ).answer;

    expect(cutQuestions(device)).toEqual([]);
    expect(controlQuestions(device).length).toBeGreaterThan(0);
    expect([judged(12), judged(0), judged(undefined)]).toEqual([
      'confirmed',
      'inconclusive',
      'inconclusive',
    ]);
  });

  test('of one part of several is judged by that address, too', () => {
    const parts = inParts([aPart()], {
      steps: [aHostCut({ local: { address: '10.9.0.1' } })],
      inventory: subject.inventory,
    });
    expect(asked(cutQuestions(parts))).toEqual(asked(cutQuestions(subject)));
    const stopped = lookAt(parts, 20_000);
    expect(
      stopped.seen.filter(({ result }) => 'answer' in result && result.answer === 'timed-out'),
    ).toHaveLength(2);
    expect(worst(inForceFindings(parts, before(parts), stopped)).answer).toBe('confirmed');
  });
});

describe('a pair without a route', () => {
  const route: HostRoute = {
    id: 'host-route/i-n1',
    kind: 'host-route',
    phase: 1,
    says: '',
    instanceId: 'i-n1',
    peers: ['10.0.0.2'],
    how: 'blackhole',
  };
  const plan = aPlan([aCut('n2', 'n1', 3001, 3002)], {}, { steps: [route] });
  const subject = aSubjectOf(aPartition(), anInventory({ instances: someNodes(3) }), plan);

  test('has no port left for a control; other pairs have', () => {
    const controls = asked(controlQuestions(subject));
    expect(controls.filter((one) => one.startsWith('i-n1') && one.includes('10.0.0.2'))).toEqual(
      [],
    );
    expect(controls.filter((one) => one.startsWith('i-n2') && one.includes('10.0.0.1'))).toEqual(
      [],
    );
    expect(controls).toContain('i-n3 new/10.0.0.1/3000');
  });

  test('has no rules whose counters could be asked', () => {
    expect(partQuestions(subject, 'during')).toEqual([]);
  });
});

describe("the hosts' own counters", () => {
  const plan = aPlan(bothWays('n2,n3', 'n1', 3001), {}, { steps: [aHostCut()] });
  const subject = {
    ...aSubjectOf(aPartition(), anInventory({ instances: someNodes(3) }), plan),
    injectAt,
  };

  test('are asked where packets are filtered, during the fault alone', () => {
    expect(asked(partQuestions(subject, 'during'))).toEqual(['i-n1 hits']);
    expect(partQuestions(subject, 'before')).toEqual([]);
  });

  test('tell of a whole cut that it was our rules who stopped it', () => {
    const told = (hit: number) =>
      countersFinding(
        looksAt(subject, [lookAt(subject, 20_000, { hits: [{ part: 0, seen: hit, hit }] })]),
      );
    expect(told(7)).toEqual([{ answer: 'confirmed', saw: 'rules of ours stopped 7 packets' }]);
    expect(told(0)[0]).toMatchObject({ answer: 'inconclusive' });
    expect(countersFinding(looksAt(subject, [lookAt(subject, 20_000)]))).toEqual([]);
  });
});

test('what parts ask leaves room on the line for what all must ask', () => {
  const share = { percent: 30, per: 'connection' } as const;
  const many = Array.from({ length: 16 }, (_, part) => aPart({ part, intensity: share }));
  const subject = inParts(many, { steps: [aHostCut({ intensity: share })] });
  const own = [
    ...cutQuestions(subject),
    ...controlQuestions(subject),
    ...partQuestions(subject, 'during'),
  ].filter(({ from }) => from === 'i-n1');

  expect(own.filter(({ purpose }) => purpose === 'counted')).toHaveLength(8);
  expect(own.filter(({ purpose }) => purpose === 'cut').length).toBeGreaterThan(0);
});
