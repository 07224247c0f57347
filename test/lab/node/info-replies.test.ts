import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { committed, orphaned, unclustered } from '../../../lab/node/cluster-view.ts';
import { nodeConfigSchema } from '../../../lab/node/config.ts';
import { answer, replyTo } from '../../../lab/node/info-replies.ts';
import type { Snapshot } from '../../../lab/node/info-snapshot.ts';
import { Shipping } from '../../../lab/node/shipping.ts';
import { fieldsOf } from './info-client.ts';

const members = ['A3', 'A2', 'A1'];
const view = committed(unclustered, { key: '33B6753569CE', members, migrateMs: 0 }, 2000);
const healthy: Snapshot = {
  config: nodeConfigSchema.parse({
    id: 'A1',
    address: '10.77.0.1',
    ports: { service: 3000, fabric: 3001, heartbeat: 3002, admin: 3003 },
    seeds: ['10.77.0.1', '10.77.0.2', '10.77.0.3'],
    clusterName: 'rehearsal',
    namespaces: [{ name: 'test', replicationFactor: 2 }],
  }),
  view: { ...view, peersGeneration: 4 },
  isPrincipal: false,
  addresses: new Map([
    ['A2', ['10.77.0.2']],
    ['A3', ['10.77.0.3']],
  ]),
  fabrics: new Map([
    ['A2', ['10.77.0.2']],
    ['A3', ['10.77.0.3']],
  ]),
  racksHeard: new Map(),
  shipping: new Shipping([], () => 30_500),
  connections: {
    client: { open: 1, opened: 2, closed: 1 },
    admin: { open: 0, opened: 0, closed: 0 },
    heartbeat: { open: 2, opened: 4, closed: 2 },
    fabric: { open: 48, opened: 48, closed: 0 },
  },
  heartbeatsReceived: 386,
  requests: 1,
  uptimeMs: 30_500,
  now: 30_500,
};
const migrating: Snapshot = { ...healthy, view: { ...view, migratesUntil: 40_000 } };
const orphan: Snapshot = { ...healthy, view: orphaned(view, 30_000) };

/** What a real node A1 of three said, healthy and idle, by the name it was asked for. */
const recorded = new Map(
  readFileSync('test/recorded/healthy.n1.txt', 'utf8')
    .split('\n')
    .filter((line) => line.includes('\t'))
    .map(
      (line) => [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)] as const,
    ),
);
const ofTheMoment = new Set(
  [
    'heartbeat_received_self',
    'current_time',
    'deprecated_requests',
    'migrate_fresh_partitions',
  ].concat(['system_total_cpu_pct', 'system_user_cpu_pct', 'system_kernel_cpu_pct']),
);
const comparable = (fields: ReadonlyMap<string, string>) =>
  [...fields].filter(([name]) => !ofTheMoment.has(name));

describe('a healthy node answers as the real one did', () => {
  const whole = new Set([
    'statistics',
    'namespace/test',
    'get-config:context=namespace;namespace=test',
  ]);
  const names = [...recorded.keys()].filter((name) => !whole.has(name));

  test.each(names)('%s', (name) => {
    expect(answer(name, healthy)).toBe(recorded.get(name));
  });

  test.each(['statistics', 'namespace/test'])('%s, field by field and in order', (name) => {
    const [said, real] = [fieldsOf(answer(name, healthy)), fieldsOf(recorded.get(name))];
    expect([...said.keys()]).toEqual([...real.keys()]);
    expect(comparable(said)).toEqual(comparable(real));
  });
});

describe('cluster-stable', () => {
  test.each([
    ['cluster-stable:', healthy, '33B6753569CE'],
    ['cluster-stable:size=3', healthy, '33B6753569CE'],
    ['cluster-stable:size=3;ignore-migrations=true', healthy, '33B6753569CE'],
    ['cluster-stable:size=2', healthy, 'ERROR:7:cluster not specified size'],
    ['cluster-stable:size=three', healthy, 'ERROR:4:bad size'],
    ['cluster-stable:ignore-migrations=yes', healthy, 'ERROR:4:bad ignore migrations'],
    ['cluster-stable:', migrating, 'ERROR:7:unstable cluster'],
    ['cluster-stable:size=2', migrating, 'ERROR:7:cluster not specified size'],
    ['cluster-stable:size=3;ignore-migrations=true', migrating, '33B6753569CE'],
    ['cluster-stable:size=3;ignore-migrations=true', orphan, 'ERROR:7:unstable cluster'],
  ])('%s', (name, snapshot, expected) => {
    expect(answer(name, snapshot)).toBe(expected);
  });
});

test('a node alone names no peers, as recorded of the isolated one', () => {
  const alone = committed(view, { key: '76A4E430582D', members: ['A1'], migrateMs: 0 }, 30_000);
  const snapshot = { ...healthy, view: { ...alone, peersGeneration: 10 } };
  expect(answer('peers-clear-std', snapshot)).toBe('10,3000,[]');
  expect(answer('services', snapshot)).toBe('');
  expect(fieldsOf(answer('namespace/test', snapshot)).get('effective_replication_factor')).toBe(
    '1',
  );
});

test('the principal, and only it, does what recluster asks', () => {
  expect(answer('recluster:', { ...healthy, isPrincipal: true })).toBe('ok');
});

test('while partitions move, statistics and the namespace say how many are left', () => {
  const at = (now: number) => fieldsOf(answer('statistics', { ...migrating, now }));
  expect(at(21_000).get('migrate_partitions_remaining')).toBe('2048');
  expect(at(40_000).get('migrate_partitions_remaining')).toBe('0');
  const namespace = fieldsOf(answer('namespace/test', { ...migrating, now: 21_000 }));
  expect(namespace.get('migrate_tx_partitions_remaining')).toBe('1024');
  expect(namespace.get('migrate_rx_partitions_remaining')).toBe('1024');
});

test('names are answered in order and echoed as sent; an unterminated last one is not answered', () => {
  expect(replyTo('node\nbogus:a=b\nstatus\nbuild', healthy)).toBe(
    'node\tA1\nbogus:a=b\tERROR:4:unrecognized command\nstatus\tok\n',
  );
});

test('names that every object has are commands no more than others', () => {
  expect(replyTo('constructor\n__proto__\n\n', healthy)).toBe(
    'constructor\tERROR:4:unrecognized command\n__proto__\tERROR:4:unrecognized command\n' +
      '\tERROR:4:unrecognized command\n',
  );
});
