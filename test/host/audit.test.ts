import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  CountersAnswer,
  DialsAnswer,
  HereAnswer,
  PeersAnswer,
  RoutesAnswer,
} from '../../core/audit/answers.ts';
import { nodeBesideNode } from './host-beside-node.ts';
import { namespace, statistics } from './info-server.ts';
import { describeOnKernel, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import type { Actor } from './start-actor.ts';

const { p1, p2 } = peers;

/** Asks what an audit asks; one question a script run. */
async function asked(host: Host, item: string): Promise<unknown> {
  const { code, json } = await host.script('probe', {
    RunId: 'audit1',
    Until: String(Date.now() + 60_000),
    Probes: item,
  });
  expect(code).toBe(0);
  const [result] = Array.isArray(json['results']) ? json['results'] : [];
  return result;
}

describeOnKernel('what an audit asks of a host', () => {
  let host: Host;
  let own: Actor;
  beforeAll(async () => {
    ({ host, own } = await nodeBesideNode());
  });
  afterAll(() => host.end());

  test('all dials every port of every address, and not its own', async () => {
    await host.sh(`
      ip netns exec p2 iptables -A INPUT -p tcp --dport 4000 -j DROP
      ip netns exec p2 iptables -A INPUT -p tcp --dport 4001 -j REJECT --reject-with icmp-host-unreachable`);
    const began = Date.now();
    const item = `all/${p1.ip4}_${p2.ip4}_${p1.host4}_192.0.2.1_${p1.ip6}/3000_3001_4000_4001`;
    const { letters } = DialsAnswer.parse(await asked(host, item));
    expect(letters).toBe('OORRRRTU----UUUUOORR');
    expect(Date.now() - began).toBeLessThan(5_000);
  });

  test('all takes 2 s for every 64 who are silent, and its answer fits the line', async () => {
    const others = Array.from({ length: 100 }, (_, index) => `10.9.2.${100 + index}`);
    await host.sh('ip route add blackhole 10.9.2.128/25');
    const began = Date.now();
    const { letters } = DialsAnswer.parse(
      await asked(host, `all/${others.join('_')}/3000_3001_3002_3003`),
    );
    expect(letters).toHaveLength(400);
    expect(letters.slice(112)).toBe('U'.repeat(288));
    expect(letters.slice(0, 112)).toMatch(/^[TU]+$/);
    expect(Date.now() - began).toBeLessThan(16_000);
    await host.sh('ip route del blackhole 10.9.2.128/25');
  });

  test('what is too much, or no address, is refused', async () => {
    const addresses = Array.from({ length: 161 }, (_, index) => `10.9.2.${index}`).join('_');
    for (const item of [
      `all/${addresses}/1_2_3_4`,
      'all/10.9.2.1_x/3000',
      'here/0',
      'routes/10.9.2.1$',
    ]) {
      const { json } = await host.script('probe', {
        RunId: 'audit1',
        Until: String(Date.now() + 60_000),
        Probes: item,
      });
      expect(json, item).toMatchObject({ outcome: 'refused' });
    }
  });

  test('peers counts connections by peer and port, whoever dialled, and strangers too', async () => {
    await host.sh(`for i in 1 2; do
      bash --norc -c 'exec 4<>/dev/tcp/${p1.ip4}/3001; echo >&2; sleep 20' </dev/null >/dev/null 2>&1 &
    done
    ip netns exec p2 bash --norc -c 'exec 4<>/dev/tcp/${p2.host4}/3000; sleep 20' </dev/null >/dev/null 2>&1 &
    sleep 0.5`);
    const item = `peers/10.9.9.9_${p1.ip4}/3000_3001`;
    expect(PeersAnswer.parse(await asked(host, item))).toEqual({
      probe: 'peers',
      links: ';0,2',
      others: [[p2.ip4, '1,0']],
      more: 0,
    });
  });

  test('counters are the own node’s figures, those of namespaces summed', async () => {
    await own.tell({
      order: 'tell',
      values: {
        statistics: statistics({ client_connections: '3', client_connections_opened: '70' }),
        'namespace/test': namespace({ client_proxy_complete: '5', from_proxy_read_success: '1' }),
        'namespace/bar': namespace({ client_proxy_complete: '2' }),
      },
    });
    const answer = await asked(host, `tally/${p1.ip4}_${p1.host4}/3000`);
    expect(CountersAnswer.parse(answer)).toMatchObject({
      figures: {
        client_connections: 3,
        client_connections_opened: 70,
        client_proxy_complete: 7,
        from_proxy_read_success: 1,
      },
    });
    expect(await asked(host, `tally/${p1.ip4}/3000`)).toMatchObject({
      answer: 'silent',
      reason: 'elsewhere',
    });
  });

  test('routes tells those that lead nowhere apart', async () => {
    await host.sh(`ip route add blackhole 10.7.0.1; ip route add unreachable 10.7.0.2
      ip route add prohibit 10.7.0.3`);
    const item = `routes/${p1.ip4}_10.7.0.1_10.7.0.2_10.7.0.3_192.0.2.1`;
    expect(RoutesAnswer.parse(await asked(host, item)).letters).toBe('OBUPN');
    await host.sh('for i in 1 2 3; do ip route del 10.7.0.$i; done');
  });

  test('here tells what listens, and which rules stop packets to the ports', async () => {
    await host.sh(`
      iptables -A INPUT -p tcp -m tcp --dport 3002 -s ${p1.ip4} -j DROP
      iptables -A INPUT -p tcp -m multiport --dports 2900:3000,9 -j REJECT
      iptables -A INPUT ! -s 10.0.0.0/8 -j DROP
      iptables -A INPUT -p tcp --dport 8080 -j DROP
      iptables -A INPUT -p udp --dport 3000 -j DROP
      nft 'add table inet own; add chain inet own in { type filter hook input priority 5; }'
      nft add rule inet own in ip saddr 10.1.2.3 tcp dport '{ 3001, 3002 }' drop
      nft add rule inet own in tcp dport 8080 drop`);
    const { listens, stops } = HereAnswer.parse(await asked(host, 'here/3000_3001_3002'));
    await host.sh('iptables -F INPUT; nft delete table inet own');
    expect(listens).toEqual([3000]);
    expect(stops).toEqual([
      `-A INPUT -s ${p1.ip4}/32 -p tcp -m tcp --dport 3002 -j DROP`,
      '-A INPUT -p tcp -m multiport --dports 2900:3000,9 -j REJECT --reject-with icmp-port-unreachable',
      '-A INPUT ! -s 10.0.0.0/8 -j DROP',
      'nft in ip saddr 10.1.2.3 tcp dport { 3001, 3002 } drop',
    ]);
    const after = HereAnswer.parse(await asked(host, 'here/3000'));
    expect(after.stops).toEqual([]);
  });
});
