import { describe, expect, test } from 'vitest';
import { cellsOf } from '../../../core/audit/cells.ts';
import { portsOf } from '../../../core/audit/ports.ts';
import { counterQuestions, dialQuestions, peerQuestions } from '../../../core/audit/questions.ts';
import { connectionsOf, countersOf } from '../../../core/audit/tables.ts';
import { usual } from './audits.ts';

const ports = portsOf(usual(), 3000);
const addresses = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `10.100.${Math.floor(n / 200)}.${n % 200}`);

describe('questions', () => {
  test('a hundred targets on four ports are one script run, of fewer than 3,000 characters', () => {
    const [only, ...more] = dialQuestions(addresses(100), ports);
    expect(more).toEqual([]);
    expect(only?.item.length).toBeLessThan(3_000);
    expect(only?.item).toMatch(/^all\/10\.100\.0\.0_.*\/3000_3001_3002_3003$/);
  });

  test.each([1, 128, 129, 400])('%i addresses are asked about once each', (count) => {
    const all = addresses(count);
    const [service] = ports;
    for (const made of [
      dialQuestions(all, ports),
      peerQuestions(all, ports),
      counterQuestions(all, service!),
    ]) {
      expect(made.flatMap((one) => one.addresses)).toEqual(all);
      for (const { item, addresses: asked } of made) {
        expect(item.length).toBeLessThanOrEqual(3_000);
        expect(item.split('/')[1]).toBe(asked.join('_'));
      }
    }
    for (const one of dialQuestions(all, ports)) {
      expect(one.addresses.length * ports.length).toBeLessThanOrEqual(512);
    }
  });

  test('nobody to dial is no question', () => {
    expect(dialQuestions([], ports)).toEqual([]);
  });
});

describe('answers', () => {
  test('letters become cells; what was not said, or is one’s own, is unknown', () => {
    const inventory = usual();
    const [question] = dialQuestions(['10.0.0.1', '10.0.0.2'], ports);
    const cells = cellsOf(inventory, ports, [
      { from: 'i-n1', question: question!, letters: '----ORTU' },
      { from: 'i-c1', question: question!, letters: 'X???OO' },
    ]);
    const of = (from: string, to: string): string[] =>
      cells.filter((one) => one.from === from && one.to === to).map(({ answer }) => answer);
    expect(of('i-n1', 'i-n2')).toEqual(['open', 'refused', 'timed-out', 'unreachable']);
    expect(of('i-c1', 'i-n1')).toEqual(['reset', 'unknown', 'unknown', 'unknown']);
    expect(of('i-c1', 'i-n2')).toEqual(['open', 'open', 'unknown', 'unknown']);
    expect(of('i-n2', 'i-n1')).toEqual(Array.from({ length: 4 }, () => 'unknown'));
    expect(of('i-n1', 'i-n1')).toEqual([]);
  });

  test('connections are rows by peer, strangers among them', () => {
    const [question] = peerQuestions(['10.0.0.1', '10.0.0.2'], ports);
    const rows = connectionsOf(usual(), ports, [
      {
        host: 'i-n1',
        question: question!,
        links: ';0,24,1,0',
        others: [
          ['10.0.1.1', '3,0,0,0'],
          ['192.0.2.9', '1,0,0,0'],
        ],
      },
    ]);
    expect(rows).toEqual([
      { host: 'i-n1', peer: '10.0.0.2', peerId: 'i-n2', byPort: { fabric: 24, heartbeat: 1 } },
      { host: 'i-n1', peer: '10.0.1.1', peerId: 'i-c1', byPort: { service: 3 } },
      { host: 'i-n1', peer: '192.0.2.9', peerId: null, byPort: { service: 1 } },
    ]);
  });

  test('changes of counters leave out the audit’s own connection, and what only one look has', () => {
    const before = {
      at: 1_000,
      figures: { client_connections: 5, client_connections_opened: 10, began_anew: 9, gone: 1 },
    };
    const after = {
      at: 4_000,
      figures: {
        client_connections: 3,
        client_connections_opened: 13,
        client_proxy_complete: 2,
        began_anew: 1,
      },
    };
    expect(countersOf('i-n1', before, after)).toEqual({
      node: 'i-n1',
      seconds: 3,
      figures: {
        client_connections: { value: 3, change: -2 },
        client_connections_opened: { value: 13, change: 2 },
      },
    });
  });
});
