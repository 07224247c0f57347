import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instance } from '../../core/inventory.ts';
import { infoTexts } from '../../core/probe/info-texts.ts';
import { hostsOfTextMax, questionTexts, questionTextMax } from '../../core/probe/question-texts.ts';
import type { HostAsked } from '../../core/probe/question-texts.ts';
import { hostParameters } from '../../host/parameters.ts';
import { ownQuestions } from '../fakes/own-questions.ts';

const addressOf = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;

const anItem: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('hits', 'stop'),
  fc
    .tuple(fc.constantFrom('new', 'keep', 'kept', 'links', 'lag'), fc.nat(300), fc.nat(3))
    .map(([verb, n, port]) => `${verb}/${addressOf(n)}/${3000 + port}`),
  fc.nat(300).map((n) => `new/2001:db8:aaaa:bbbb:cccc:dddd:eeee:${(4096 + n).toString(16)}/3001`),
);

/** Hosts with ids of their own; some share an address, as in two networks, some have none that tells them. */
const someHosts: fc.Arbitrary<HostAsked[]> = fc
  .array(
    fc.record({
      address: fc.oneof(
        { weight: 9, arbitrary: fc.nat(400).map(addressOf) },
        fc.constantFrom('', 'fd00::1'),
      ),
      items: fc.uniqueArray(anItem, { maxLength: 40 }),
    }),
    { maxLength: 130 },
  )
  .map((hosts) => hosts.map((host, n) => ({ id: `i-0${n.toString(16)}`, ...host })));

const hostsOf = (count: number, items: (n: number) => string[]): HostAsked[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `i-0123456789abc${(4096 + n).toString(16)}`,
    address: `10.120.${100 + (n >> 7)}.${100 + (n & 127)}`,
    items: items(n),
  }));

describe('questionTexts()', () => {
  test('gives each host exactly its items back, by its id and by its address', () => {
    fc.assert(
      fc.property(someHosts, (hosts) => {
        const texts = questionTexts(hosts);
        const asked = hosts.filter(({ items }) => items.length > 0);
        expect(texts.flatMap(({ ids }) => ids).toSorted()).toEqual(
          asked.map(({ id }) => id).toSorted(),
        );
        for (const { text, ids } of texts) {
          const own = asked.filter(({ id }) => ids.includes(id));
          for (const host of own) {
            expect(ownQuestions(text, host.id)).toEqual(host.items);
            if (text.includes(';')) expect(text.split(`@${host.address}=`)).toHaveLength(2);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  test('stays within both limits, and within what SSM takes', () => {
    const pattern = new RegExp(hostParameters.probe['Probes']!.allowedPattern);
    fc.assert(
      fc.property(someHosts, (hosts) => {
        for (const { text, ids } of questionTexts(hosts)) {
          expect(ids.length).toBeLessThanOrEqual(hostsOfTextMax);
          expect(text.length).toBeLessThanOrEqual(questionTextMax);
          expect(text).toMatch(pattern);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('fifty hosts that ask 25 things each about each other fit in one text', () => {
    const hosts = hostsOf(50, (n) =>
      Array.from({ length: 25 }, (_, i) => {
        const verb = i < 13 ? 'new' : 'kept';
        return `${verb}/10.120.100.${100 + ((n + 1 + (i % 13)) % 50)}/${3000 + (i % 3)}`;
      }),
    );
    const texts = questionTexts(hosts);
    expect(texts).toHaveLength(1);
    expect(texts[0]!.text.length).toBeGreaterThan(8_000);
  });

  test('splits where questions nobody shares would get too long, no oftener than that', () => {
    const hosts = hostsOf(50, (n) =>
      Array.from({ length: 25 }, (_, i) => `new/10.${100 + n}.${100 + i}.100/3001`),
    );
    const texts = questionTexts(hosts);
    expect(texts).toHaveLength(3);
    expect(Math.max(...texts.map(({ text }) => text.length))).toBeGreaterThan(15_000);
  });

  test('says the questions alone where all are asked the same, or one is', () => {
    expect(questionTexts(hostsOf(120, () => ['stop'])).map(({ text }) => text)).toEqual([
      'stop',
      'stop',
      'stop',
    ]);
    expect(questionTexts(hostsOf(1, () => ['hits', 'stop']))[0]!.text).toBe('hits,stop');
  });

  test('is as its docstring shows it', () => {
    const texts = questionTexts([
      { id: 'i-0a1b', address: '10.0.1.1', items: ['new/10.0.1.2/3001', 'view/10.0.1.1/3000/3'] },
      { id: 'i-0c2d', address: '10.0.1.3', items: ['new/10.0.1.2/3001'] },
    ]);
    expect(texts[0]!.text).toBe(
      'new/10.0.1.2/3001,view/10.0.1.1/3000/3;i-0a1b@10.0.1.1=1,2;i-0c2d@10.0.1.3=1',
    );
  });
});

const nodes = (count: number, addressOfNode = addressOf): Instance[] =>
  Array.from({ length: count }, (_, n) => ({
    id: `i-0${n.toString(16)}`,
    name: `n${n}`,
    role: 'node',
    zone: 'a',
    address: addressOfNode(n),
    addresses: [addressOfNode(n)],
    groupIds: [],
  }));

describe('infoTexts()', () => {
  test('is one text for every fifty nodes, each with one section there', () => {
    const texts = infoTexts(nodes(120), 3000);
    expect(new Set(texts.values()).size).toBe(3);
    for (const { id, address } of nodes(120)) {
      expect(
        texts
          .get(id)!
          .split(';')
          .filter((section) => section === `${id}@${address}=3000`),
      ).toHaveLength(1);
    }
    expect(texts.get('i-00')).toMatch(new RegExp(hostParameters.survey['Info']!.allowedPattern));
  });

  test('a node alone, and one whose address another has, is told its own', () => {
    expect([...infoTexts(nodes(1), 3000).values()]).toEqual(['10.0.0.0/3000']);
    const texts = infoTexts(
      nodes(4, (n) => addressOf(n < 2 ? 7 : n)),
      3000,
    );
    expect([texts.get('i-00'), texts.get('i-01')]).toEqual(['10.0.0.7/3000', '10.0.0.7/3000']);
    expect(texts.get('i-02')).toBe('i-02@10.0.0.2=3000;i-03@10.0.0.3=3000');
  });
});
