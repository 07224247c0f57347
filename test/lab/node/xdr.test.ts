import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { NodeSettings } from '../../../lab/node/config.ts';
import { nodeConfigSchema } from '../../../lab/node/config.ts';
import { StandInNode } from '../../../lab/node/node.ts';
import { freePort } from './free-port.ts';
import { fieldsOf, InfoClient } from './info-client.ts';

/** Shipping between two stand-in nodes on loopback. */

const ended: (() => void)[] = [];
afterEach(() => {
  for (const end of ended.splice(0)) end();
});

async function startNode(more: Partial<NodeSettings>): Promise<number> {
  const [service = 0, fabric = 0, heartbeat = 0, admin = 0] = await Promise.all(
    Array.from({ length: 4 }, freePort),
  );
  const config = nodeConfigSchema.parse({
    id: 'A1',
    address: '127.0.0.1',
    ports: { service, fabric, heartbeat, admin },
    seeds: ['127.0.0.1'],
    clusterName: 'one',
    namespaces: [{ name: 'test', replicationFactor: 1 }],
    ...more,
  });
  const node = new StandInNode(config);
  await node.start();
  ended.push(() => node.stop());
  return service;
}

async function shipping(build = '8.1.2.0') {
  const port = await startNode({ id: 'D1' });
  const nodes = [{ address: '127.0.0.1', port }];
  const destinations = [{ dc: 'reporting', namespaces: ['test'], nodes }];
  const client = new InfoClient('127.0.0.1', await startNode({ destinations, build }));
  ended.push(() => client.close());
  return async (name: string) => (await client.ask(name)).get(name) ?? '';
}

async function until(ask: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if (await ask()) return;
    await sleep(100);
  }
  throw new Error('Cannot go on as it must come true within 10 s: found it did not');
}

const statistics = 'get-stats:context=xdr;dc=reporting';
const numberIn = async (ask: (name: string) => Promise<string>, name: string, field: string) =>
  Number(fieldsOf(await ask(name)).get(field));

describe('from 5.0 on', () => {
  test('a namespace is shipped, removed, and added again with a rewind that shows as lag', async () => {
    const ask = await shipping();
    const config = 'get-config:context=xdr;dc=reporting';
    const command = 'set-config:context=xdr;dc=reporting;namespace=test';

    await until(async () => (await numberIn(ask, statistics, 'success')) > 1);
    expect(await numberIn(ask, statistics, 'lag')).toBe(0);
    expect(fieldsOf(await ask(config)).get('namespaces')).toBe('test');

    expect(await ask(`${command};action=remove`)).toBe('ok');
    expect(fieldsOf(await ask(config)).get('namespaces')).toBe('');
    const shipped = await numberIn(ask, statistics, 'success');
    await sleep(700);
    expect(await numberIn(ask, statistics, 'success')).toBe(shipped);
    expect(await ask(`${command};action=remove`)).toMatch(/^ERROR/);

    expect(await ask(`${command};action=add;rewind=30`)).toBe('ok');
    expect(await numberIn(ask, statistics, 'recoveries')).toBe(1);
    await until(async () => (await numberIn(ask, statistics, 'success')) > shipped);
    await until(async () => (await numberIn(ask, statistics, 'lag')) === 0);
  });

  test('what is not there is an error, and so are the commands of old servers', async () => {
    const ask = await shipping();

    expect(await ask('get-config:context=xdr;dc=nowhere')).toMatch(/^ERROR/);
    expect(await ask('set-config:context=xdr;dc=reporting;namespace=no;action=add')).toMatch(
      /^ERROR/,
    );
    expect(await ask('xdr-command:force-linkdown=true;dc=reporting')).toMatch(/^ERROR/);
    expect(await ask('get-config:context=xdr')).toContain('dcs=reporting');
  });
});

test('to 4.9 the link is held down and let go, and lag grows meanwhile', async () => {
  const ask = await shipping('4.9.0.36');
  const state = async () => fieldsOf(await ask('dc/reporting')).get('dc_state');
  const command = (held: boolean) => ask(`xdr-command:force-linkdown=${held};dc=reporting`);

  await until(async () => (await state()) === 'CLUSTER_UP');
  expect(await command(true)).toBe('ok');
  expect(await state()).toBe('CLUSTER_DOWN');
  await until(async () => (await numberIn(ask, 'dc/reporting', 'dc_timelag')) >= 2);
  expect(await command(false)).toBe('ok');
  await until(async () => (await state()) === 'CLUSTER_UP');
  expect(await ask('get-dc-config')).toContain('dc-name=reporting');
  expect(await ask('set-config:context=xdr;dc=reporting;namespace=test;action=remove')).toMatch(
    /^ERROR/,
  );
});
