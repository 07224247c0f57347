import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from 'vitest';
import { frame } from '../../../lab/node/info-frame.ts';
import { freePort } from './free-port.ts';
import { InfoClient } from './info-client.ts';

type Child = ChildProcessByStdio<null, Readable, Readable>;

const children: Child[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.kill('SIGKILL')) await once(child, 'exit');
  }
});

async function aConfig() {
  const [service, fabric, heartbeat, admin] = await Promise.all(
    Array.from({ length: 4 }, freePort),
  );
  return {
    id: 'A1',
    address: '127.0.0.1',
    ports: { service: service!, fabric: fabric!, heartbeat: heartbeat!, admin: admin! },
    seeds: ['127.0.0.1'],
    clusterName: 'rehearsal',
    namespaces: [{ name: 'test', replicationFactor: 2 }],
  };
}

function launch(config: string): Child {
  const node = 'node_modules/.bin/node';
  const child = spawn(node, ['lab/node/main.ts', config], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return child;
}

async function launchReady() {
  const config = await aConfig();
  const child = launch(JSON.stringify(config));
  const [line] = await once(child.stdout, 'data');
  expect(String(line)).toBe('ready\n');
  return { child, ports: config.ports };
}

describe('main.ts', () => {
  test('prints ready, answers on the service and the admin port, and ends on SIGTERM', async () => {
    const { child, ports } = await launchReady();
    for (const port of [ports.service, ports.admin]) {
      const client = new InfoClient('127.0.0.1', port);
      expect(await client.ask('node', 'status')).toEqual(
        new Map([
          ['node', 'A1'],
          ['status', 'ok'],
        ]),
      );
      expect((await client.ask('build')).get('build')).toBe('8.1.2.0');
      client.close();
    }
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  test('a node with nobody around becomes a cluster of one', async () => {
    const { ports } = await launchReady();
    const client = new InfoClient('127.0.0.1', ports.service);
    const deadline = performance.now() + 8000;
    let stable = '';
    while (!/^[0-9A-F]+$/.test(stable) && performance.now() < deadline) {
      stable = (await client.ask('cluster-stable:size=1')).get('cluster-stable:size=1') ?? '';
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(stable).toMatch(/^[0-9A-F]+$/);
    client.close();
  });

  test('bytes that make no sense close that connection and nothing else', async () => {
    const { ports } = await launchReady();
    const bystander = new InfoClient('127.0.0.1', ports.service);
    const nonsense = [
      [ports.service, 'GET / HTTP/1.1\r\n\r\n'],
      [ports.admin, '\u0002\u0002\0\0\0\0\0\0'],
      [ports.heartbeat, 'hello\n'],
      [ports.heartbeat, `{"kind":"pulse","id":"zz"}\n`],
      [ports.heartbeat, 'x'.repeat(70_000)],
      [ports.fabric, '{"kind":"message","number":1,"body":{"kind":"join"}}\n'],
      [ports.fabric, '[]\n'],
    ] as const;
    for (const [port, bytes] of nonsense) {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => socket.destroy());
      socket.write(bytes);
      await once(socket, 'close');
    }
    expect((await bystander.ask('status')).get('status')).toBe('ok');
    bystander.close();
  });

  test('many connections are served at once, a request in two pieces too', async () => {
    const { ports } = await launchReady();
    const clients = Array.from({ length: 200 }, () => new InfoClient('127.0.0.1', ports.service));
    const answers = await Promise.all(clients.map((client) => client.ask('node')));
    expect(answers.every((answer) => answer.get('node') === 'A1')).toBe(true);
    for (const client of clients) client.close();

    const socket = connect({ host: '127.0.0.1', port: ports.service });
    const request = frame('node\n');
    socket.write(request.subarray(0, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(request.subarray(5));
    const [reply] = await once(socket, 'data');
    expect(reply).toEqual(frame('node\tA1\n'));
    socket.destroy();
  });

  test.each([
    ['is no JSON', 'nonsense', /JSON/],
    ['lacks ports', '{"id":"A1"}', /^Cannot start a node as its configuration must fit/],
  ])('ends with status 1 and a reason when the configuration %s', async (_, config, reason) => {
    const child = launch(config);
    const [text] = await once(child.stderr, 'data');
    const [status] = await once(child, 'exit');
    expect(String(text)).toMatch(reason);
    expect(status).toBe(1);
  });

  test('ends with status 1 and a reason when a port cannot be had', async () => {
    const config = await aConfig();
    const holder = createServer().listen(config.ports.fabric, '127.0.0.1');
    await once(holder, 'listening');
    const child = launch(JSON.stringify(config));
    const [text] = await once(child.stderr, 'data');
    holder.close();
    expect(String(text)).toMatch(
      /^Cannot start a node as it must listen on 127.0.0.1: .*EADDRINUSE/,
    );
    expect(await once(child, 'exit')).toEqual([1, null]);
  });
});
