import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ProbeReply } from '../../core/observation.ts';
import { answerTo, probe } from './ask.ts';
import { nodeBesideNode } from './host-beside-node.ts';
import { namespace, statistics } from './info-server.ts';
import { describeOnKernel, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

const { p1, p2 } = peers;

describeOnKernel('probe asks what it is asked', () => {
  let host: Host;
  let own: Actor;
  let node: Actor;
  beforeAll(async () => {
    ({ host, own, node } = await nodeBesideNode());
  });
  afterAll(() => host.end());

  test('new tells open, refused, timed out and unreachable apart, side by side', async () => {
    await host.sh(`
      ip netns exec p2 iptables -A INPUT -p tcp --dport 4000 -j DROP
      ip netns exec p2 iptables -A INPUT -p tcp --dport 4001 -j REJECT
      ip netns exec p2 iptables -A INPUT -p tcp --dport 4002 -j REJECT --reject-with tcp-reset
      ip netns exec p2 iptables -A INPUT -p tcp --dport 4003 -j REJECT --reject-with icmp-host-unreachable
      ip netns exec p2 ip6tables -A INPUT -p tcp --dport 4000 -j DROP`);
    const began = Date.now();
    const results = await probe(host, [
      `new/${p1.ip4}/3001`,
      `new/${p1.ip6}/3001`,
      `new/${p1.ip4}/3999`,
      `new/${p2.ip4}/4000`,
      `new/${p2.ip4}/4001`,
      `new/${p2.ip4}/4002`,
      `new/${p2.ip4}/4003`,
      'new/192.0.2.1/3000',
      `new/${p2.ip6}/4000`,
      `new/${p1.host4}/3000`,
    ]);
    expect(Date.now() - began).toBeLessThan(4_000);
    expect(results.map(({ answer }) => answer)).toEqual([
      'open',
      'open',
      'refused',
      'timed-out',
      'refused',
      'refused',
      'unreachable',
      'unreachable',
      'timed-out',
      'open',
    ]);
    expect(results.map(({ probe: item }) => item)[1]).toBe(`new/${p1.ip6}/3001`);
    expect(results[3]).toMatchObject({ ms: 2_000 });
    expect(Number(results[0]?.['ms'])).toBeLessThan(1_500);
  });

  test('view reads a healthy node, through zero bytes and newlines in the header', async () => {
    expect(await answerTo(host, `view/${p1.ip4}/3000/3`)).toEqual({
      probe: `view/${p1.ip4}/3000/3`,
      answer: 'ok',
      node: 'A1',
      build: '8.1.2.0',
      size: 3,
      key: '33B6753569CE',
      principal: 'A3',
      integrity: true,
      member: true,
      heartbeats: 2,
      fabric: 48,
      migrations: 0,
      stable: true,
      settled: true,
      unavailable: 0,
      dead: 0,
      stopWrites: false,
    });
    expect(await answerTo(host, `view/${p1.ip6}/3000/3`)).toMatchObject({ answer: 'ok', size: 3 });
  });

  test('view reads what a real node sent', async () => {
    const recorded = readFileSync(new URL('../recorded/healthy.n1.txt', import.meta.url), 'utf8');
    const values = Object.fromEntries(
      recorded.split('\n').flatMap((line) => {
        const [question, answer] = line.split('\t');
        return question && answer !== undefined ? [[question, answer]] : [];
      }),
    );
    const real = await startActor(host, 'p2');
    await real.tell({ order: 'info', port: 3000 });
    await real.tell({ order: 'tell', values });
    expect(await answerTo(host, `view/${p2.ip4}/3000/3`)).toMatchObject({
      answer: 'ok',
      node: 'A1',
      build: '8.1.2.0',
      size: 3,
      heartbeats: 2,
      fabric: 48,
      migrations: 0,
      stopWrites: false,
    });
  });

  test('view sums over the namespaces, and takes the worst where a sum means nothing', async () => {
    await node.tell({
      order: 'tell',
      values: {
        'namespace/test': namespace({
          migrate_tx_partitions_remaining: '7',
          migrate_rx_partitions_remaining: '5',
          unavailable_partitions: '4096',
        }),
        'namespace/bar': namespace({
          migrate_rx_partitions_remaining: '100',
          dead_partitions: '08',
          stop_writes: 'true',
        }),
      },
    });
    expect(await answerTo(host, `view/${p1.ip4}/3000/3`)).toMatchObject({
      migrations: 112,
      unavailable: 4096,
      dead: 8,
      stopWrites: true,
    });
    await node.tell({
      order: 'tell',
      values: { 'namespace/test': namespace(), 'namespace/bar': namespace() },
    });
  });

  test.each([
    { build: '8.1.2.0', unstable: 'ERROR:7:cluster not specified size' },
    { build: '7.1.0.0', unstable: 'ERROR::cluster-not-specified-size' },
    { build: '4.9.0.3', unstable: 'ERROR::unstable-cluster' },
    { build: '4.9.0.3', unstable: 'FAIL:4:no such size' },
  ])('view of $build: "$unstable" means not stable', async ({ build, unstable }) => {
    await node.tell({
      order: 'tell',
      values: {
        build,
        'cluster-stable:size=2;ignore-migrations=true': '33B6753569CE',
        'cluster-stable:size=2': unstable,
        'cluster-stable:size=4;ignore-migrations=true': unstable,
        'cluster-stable:size=4': unstable,
      },
    });
    expect(await answerTo(host, `view/${p1.ip4}/3000/2`)).toMatchObject({
      build,
      stable: true,
      settled: false,
    });
    expect(await answerTo(host, `view/${p1.ip4}/3000/4`)).toMatchObject({
      build,
      stable: false,
      settled: false,
    });
  });

  test.each([
    { says: 'roster=A3@1,A2,A1:pending_roster=A1,A2,A3:observed_nodes=M1|A3@1,A2@2,A1@2', is: [] },
    { says: 'roster=A1,A2:pending_roster=A1,A2,A3:observed_nodes=A1,A2', is: 'pending' },
    { says: 'roster=A1,A2,A3:pending_roster=A1,A2,A3:observed_nodes=A1,A2', is: 'observed' },
    { says: 'roster=null:pending_roster=null:observed_nodes=A1,A2', is: 'observed' },
    { says: 'roster=A1:pending_roster=A1,A2:observed_nodes=A1,A2,A3', is: 'both' },
    { says: 'ERROR:81:role violation', is: 'unknown' },
    { says: 'roster=A1:pending_roster=A1', is: 'unknown' },
    { says: 'roster=A1:pending_roster=A1:observed_nodes=A1","x":"', is: 'unknown' },
  ])('view of a strongly consistent namespace that tells $says', async ({ says, is }) => {
    const strong = { 'namespace/test': namespace({ 'strong-consistency': 'true' }) };
    await node.tell({ order: 'tell', values: { ...strong, 'roster:namespace=test': says } });
    expect(await answerTo(host, `view/${p1.ip4}/3000/3`)).toMatchObject({
      answer: 'ok',
      rosters: { of: 1, amiss: typeof is === 'string' ? [['test', is]] : [] },
    });
    await node.tell({ order: 'tell', values: { 'namespace/test': namespace() } });
  });

  test('view of an orphan that has stopped serving', async () => {
    await node.tell({
      order: 'tell',
      values: {
        statistics: statistics({
          cluster_size: '0',
          cluster_key: '0',
          cluster_principal: '0',
          cluster_is_member: 'false',
        }),
      },
    });
    expect(await answerTo(host, `view/${p1.ip4}/3000/3`)).toMatchObject({
      answer: 'ok',
      size: 0,
      key: '0',
      principal: '0',
      member: false,
    });
    await node.tell({ order: 'tell', values: { statistics: statistics() } });
  });

  test('view says why a node is silent', async () => {
    const began = Date.now();
    // The last one is an echo: right in form, but no node.
    expect(
      await probe(host, [
        `view/${p1.ip4}/3999/3`,
        `view/${p2.ip4}/4000/3`,
        `view/${p1.ip4}/3001/3`,
      ]),
    ).toMatchObject([
      { answer: 'silent', reason: 'refused' },
      { answer: 'silent', reason: 'timed-out' },
      { answer: 'silent', reason: 'incomplete:namespaces' },
    ]);
    expect(Date.now() - began).toBeLessThan(3_500);
    await node.tell({ order: 'tell', values: { statistics: 'ERROR:80:not authenticated' } });
    expect(await answerTo(host, `view/${p1.ip4}/3000/3`)).toMatchObject({
      answer: 'silent',
      reason: 'not-allowed',
    });
    await node.tell({ order: 'tell', values: { statistics: 'cluster_size=3";rm' } });
    expect(await answerTo(host, `view/${p1.ip4}/3000/3`)).toMatchObject({
      answer: 'silent',
      reason: 'incomplete:size',
    });
    await node.tell({ order: 'tell', values: { statistics: statistics() } });
    await node.tell({ order: 'mute', muted: true });
    expect(await answerTo(host, `view/${p1.ip4}/3000/3`)).toMatchObject({
      answer: 'silent',
      reason: 'timed-out',
    });
    await node.tell({ order: 'mute', muted: false });
  });

  test('a reply about many stays one line under 2,500 characters and says what it left out', async () => {
    const items = Array.from({ length: 12 }, () => `view/${p1.ip4}/3000/3`);
    const { json } = await host.script('probe', {
      RunId: 'run1',
      Until: String(Date.now() + 60_000),
      Probes: items.join(','),
    });
    const { results } = ProbeReply.parse(json);
    expect(results.length).toBeGreaterThan(5);
    expect(Number(json['left'])).toBe(12 - results.length);
  });

  test('links counts established connections with a peer, whoever dialled', async () => {
    const item = `links/${p1.ip4}/3001`;
    const { established: before } = await answerTo(host, item);
    await own.link(p1.ip4, 3001);
    expect(await answerTo(host, item)).toEqual({ probe: item, established: Number(before) + 1 });
    await node.link(p1.host4, 3000);
    expect(await answerTo(host, `links/${p1.ip4}/3000`)).toMatchObject({ established: 1 });
    expect(await answerTo(host, `links/${p2.ip4}/3000`)).toMatchObject({ established: 0 });
  });

  test('a probe does not wait for the lock of the run, and leaves nothing that it does not need', async () => {
    await host.sh(
      'mkdir -p /run/aerofault; (flock 9; exec sleep 4) 9>/run/aerofault/run9.lock >/dev/null 2>&1 &',
    );
    const began = Date.now();
    await answerTo(host, `new/${p1.ip4}/3001`, { RunId: 'run9' });
    expect(Date.now() - began).toBeLessThan(1_500);
    expect(await host.sh('ls /run/aerofault')).toBe('run9.lock\n');
  });
});
