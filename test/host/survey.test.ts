/** Long, for what real nodes and tools say is given word for word, and read back whole. */
import { expect, test } from 'vitest';
import { Survey } from '../../core/inventory.ts';
import { cutParameters } from './cut-parameters.ts';
import { bashAsSh, over, shim } from './shim.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { startActor } from './start-actor.ts';

/** What a node of 8.1.2 told about its network, cut down to what differs between nodes. */
const network = [
  'service.port=3000;service.address=any;service.access-port=0;service.access-address=10.77.0.1',
  'service.tls-port=0;service.tls-name=null;admin.port=3003;admin.address=any;admin.tls-port=0',
  'heartbeat.mode=mesh;heartbeat.address=10.77.0.1;heartbeat.port=3002;heartbeat.tls-port=0',
  'heartbeat.mesh-seed-address-port=10.77.0.2:3002;heartbeat.interval=150;fabric.address=10.77.0.1',
  'fabric.tls-port=0;fabric.channel-bulk-fds=2;fabric.latency-max-ms=5;fabric.port=3001',
].join(';');
const endpoints = [
  'service.port=3000;service.addresses=0.0.0.0;service.tls-port=0;service.tls-addresses=null',
  'heartbeat.port=3002;heartbeat.addresses=10.77.0.1;heartbeat.peer=node-id=A2:endpoint=10.77.0.2:3002',
  'fabric.port=3001;fabric.addresses=10.77.0.1,10.78.0.1;fabric.tls-port=0;fabric.tls-addresses=null',
].join(';');

async function survey(host: Host, values: Readonly<Record<string, string>> = {}) {
  const { code, json } = await host.script('survey', {
    RunId: 'survey',
    SentAt: String(Date.now()),
    Ports: '3000,3001,3002',
    Info: 'none',
    ...values,
  });
  expect([code, json['script'], json['run']]).toEqual([0, 'survey', 'survey']);
  const { script: _, run: __, at, sentAt, clock, node, iptables, ...others } = json;
  expect(Math.abs(Number(at) - Date.now())).toBeLessThan(20_000);
  expect(Number(sentAt)).toBeLessThanOrEqual(Number(at));
  return Survey.parse({
    instanceId: 'i-1',
    ...others,
    ...(clock === null ? {} : { clock }),
    ...(node === null ? {} : { node }),
    ...(iptables === null ? {} : { iptables }),
  });
}

/** The same with a node that answers on port 3000 of the host. */
async function surveyNode(values: Readonly<Record<string, string>>) {
  const host = await makeHost();
  const node = await startActor(host);
  await node.tell({ order: 'info', port: 3000 });
  await node.tell({
    order: 'tell',
    values: { 'get-config:context=network': network, endpoints, ...values },
  });
  const seen = await survey(host, { Info: '127.0.0.1/3000' });
  host.end();
  return seen;
}

/** A host that survey looks at after some lines of sh. */
async function surveyAfter(lines: string, values: Readonly<Record<string, string>> = {}) {
  const host = await makeHost(lines);
  const seen = await survey(host, values);
  host.end();
  return { ...seen, says: seen.findings.map(({ refuses, says }) => `${refuses}: ${says}`) };
}

/** An iptables that takes so long to list a chain, and fails after more than 2 s. */
const slow = (seconds: number) =>
  shim(
    'iptables',
    `case "$*" in *"-S INPUT"*) sleep ${seconds}; exit ${seconds > 2 ? 4 : 0} ;; esac`,
  );

/** A chronyc that tells of a clock 12.5 microseconds behind. */
const tracking = (leap: string) =>
  shim(
    'chronyc',
    `cat <<END
Reference ID    : A9FEA97B (169.254.169.123)
Stratum         : 4
System time     : 0.000012500 seconds slow of NTP time
Last offset     : -0.000000201 seconds
Root delay      : 0.000500000 seconds
Root dispersion : 0.000150000 seconds
Leap status     : ${leap}
END`,
  );

describeOnKernel(
  'survey says what a host is like',
  () => {
    test.each(['', bashAsSh])(
      'a sound host: all abilities, no findings, nothing changed (%s)',
      async (first) => {
        const host = await makeHost(first);
        const state = () =>
          host.sh(
            'iptables-save; ip6tables-save; nft list ruleset; find /run /var/lib; ip route; ip -o link | wc -l',
          );
        const before = await state();
        const actor = await startActor(host);
        await actor.tell({ order: 'listen', port: 3001 });
        const seen = await survey(host);
        expect(seen).toMatchObject({
          iptables: 'nft',
          abilities: ['time', 'statistic', 'u32', 'reject', 'nat', 'nft-time', 'sever'],
          timer: 'setsid',
          container: false,
          listens: [3001],
          findings: [],
        });
        expect(seen.tools).toEqual(
          expect.arrayContaining(['iptables', 'iptables-restore', 'nft', 'ip', 'ss', 'bash']),
        );
        expect(seen.node).toBeUndefined();
        expect(await state()).toBe(before);
        host.end();
      },
    );

    test('a node of 8.1: ports, all fabric addresses, principal, rack', async () => {
      const { node } = await surveyNode({
        'namespace/test':
          'rack-id=7;strong-consistency=false;stop_writes=false;replication-factor=2',
        'namespace/bar': 'stop_writes=false;rack-id=7;replication-factor=3;strong-consistency=true',
      });
      expect(node).toEqual({
        id: 'A1',
        build: '8.1.2.0',
        principal: 'A3',
        rack: 7,
        ports: { service: 3000, fabric: 3001, heartbeat: 3002, admin: 3003 },
        fabricAddresses: ['10.77.0.1', '10.78.0.1'],
        strong: ['bar'],
        namespaces: [
          { name: 'test', replicationFactor: 2, strong: false },
          { name: 'bar', replicationFactor: 3, strong: true },
        ],
      });
    });

    test('a node of 4.9: info port, TLS twins, addresses by its configuration, racks that differ', async () => {
      const { node, findings } = await surveyNode({
        build: '4.9.0.37',
        endpoints: 'FAIL:4:Unrecognized',
        'namespace/test': 'rack-id=1;strong-consistency=false',
        'namespace/bar': 'rack-id=2;strong-consistency=false',
        'get-config:context=network':
          'service.port=3000;service.tls-port=4333;fabric.port=0;fabric.tls-port=3011;fabric.tls-address=10.0.0.1;fabric.tls-address=10.0.1.1;heartbeat.port=3002;heartbeat.tls-port=3012;info.port=3003',
      });
      expect(findings).toEqual([]);
      expect(node).toMatchObject({
        build: '4.9.0.37',
        ports: {
          service: 3000,
          heartbeat: 3002,
          admin: 3003,
          tlsService: 4333,
          tlsFabric: 3011,
          tlsHeartbeat: 3012,
        },
        fabricAddresses: ['10.0.0.1', '10.0.1.1'],
        strong: [],
      });
      expect(node?.rack).toBeUndefined();
    });

    test('a node whose fabric listens on any address has all those of the host', async () => {
      const { node } = await surveyNode({ endpoints: 'fabric.addresses=0.0.0.0' });
      expect(node?.fabricAddresses).toEqual(
        expect.arrayContaining([peers.p1.host4, peers.p1.host6, peers.p2.host4]),
      );
    });

    test.each([
      ['ERROR:4:unrecognized command', /found error/],
      ['', /found incomplete/],
    ])('a node that answers %o is a reason to refuse', async (node, reason) => {
      const seen = await surveyNode({ node });
      expect(seen.node).toBeUndefined();
      expect(seen.findings).toEqual([{ refuses: true, says: expect.stringMatching(reason) }]);
    });

    test('a node that wants a login is a reason to give one, which an experiment may', async () => {
      const seen = await surveyNode({ node: 'ERROR:80:not authenticated' });
      expect(seen.node).toBeUndefined();
      const says =
        'Cannot ask the node at 127.0.0.1/3000 as access.login must be in the experiment where a login is wanted: found none';
      expect(seen.findings).toEqual([{ refuses: false, says }]);
    });

    test('no node at all is a reason to refuse', async () => {
      const { says } = await surveyAfter('', { Info: '127.0.0.1/3000' });
      expect(says).toEqual([
        'true: Cannot ask the node at 127.0.0.1/3000 as it must answer: found refused',
      ]);
    });

    test('rules that stop, turn or hide the ports, by either filter; others are nobody’s business', async () => {
      const { says, container } = await surveyAfter(`
        iptables -A INPUT -p tcp -s 10.0.0.0/8 -m multiport --dports 2000:3005,80 -j DROP
        iptables -A INPUT -p tcp --dport 2999 -j DROP
        iptables -A INPUT -p tcp ! --dport 3000 -j DROP
        iptables -A INPUT -p udp --dport 3000 -j DROP
        iptables -A INPUT -p tcp --dport 3000 -j ACCEPT
        ip6tables -A OUTPUT -p tcp --sport 3001 -j REJECT
        iptables -t nat -A PREROUTING -p tcp --dport 3002 -j REDIRECT --to-ports 3100
        iptables -t raw -A PREROUTING -p tcp --dport 3001 -j CT --notrack
        nft 'table inet fw { chain i { type filter hook input priority -10; tcp dport { 3000-3002, 5000 } counter drop; tcp dport 4000 drop; }; }'`);
      expect(container).toBe(false);
      expect(says).toEqual([
        expect.stringMatching(/^true: .*a rule changes first: found -A PREROUTING .*--dport 3002/),
        expect.stringMatching(/^false: .*not tracked: found -A PREROUTING/),
        expect.stringMatching(
          /^false: .*stops already: found -A INPUT -s 10.0.0.0\/8 .*2000:3005,80/,
        ),
        expect.stringMatching(/^false: .*stops already: found -A OUTPUT .*--sport 3001 -j REJECT/),
        expect.stringMatching(/^false: .*stops already: found tcp dport .*3000-3002, 5000.*drop/),
      ]);
    });

    test.each([
      'iptables -t nat -N DOCKER; iptables -t nat -A DOCKER -p tcp --dport 3000 -j DNAT --to 172.17.0.2:3000',
      "nft 'table ip box { chain p { type nat hook prerouting priority -100; tcp dport 3000 dnat to 172.17.0.2:3000; }; }'",
    ])('ports that lead into a container: %s', async (rule) => {
      expect(await surveyAfter(rule)).toMatchObject({ container: true, findings: [] });
    });

    test('another run in force here is a reason to refuse, the own run is not', async () => {
      const host = await makeHost();
      await host.script('cut', cutParameters({ RunId: 'survey' }));
      expect((await survey(host)).findings).toEqual([]);
      await host.script('cut', cutParameters({ RunId: 'theirs', Peers: peers.p2.ip4 }));
      expect((await survey(host)).findings).toEqual([
        { refuses: true, says: expect.stringContaining('found run theirs') },
      ]);
      host.end();
    });

    test('an iptables that keeps one waiting, and one that does not answer', async () => {
      expect((await surveyAfter(over('/usr/sbin', slow(1.2)))).says).toEqual([
        expect.stringMatching(/^false: .*lock must be free within 1 s: found .* took \d{4,5} ms/),
      ]);
      expect((await surveyAfter(over('/usr/sbin', slow(3)))).says).toEqual([
        expect.stringMatching(/^true: .*iptables must list its rules within 3 s/),
      ]);
    });

    test('a clock by chrony, or one that is not synchronised', async () => {
      const { clock, findings } = await surveyAfter(over('/usr/bin', tracking('Normal')));
      expect(clock).toEqual({ by: 'chrony', offsetMs: -0.013, errorMs: 0.4 });
      expect(findings).toEqual([]);
      const lost = await surveyAfter(over('/usr/bin', tracking('Not synchronised')));
      expect(lost.clock).toBeUndefined();
      expect(lost.says).toEqual([expect.stringMatching(/^false: .*chrony must be synchronised/)]);
    });

    test('tools that are missing, with the command that installs them', async () => {
      const { says, tools, iptables, abilities } = await surveyAfter(
        `${over('/usr/sbin', shim('iptables'), shim('nft'))}; ${over('/usr/bin', shim('flock'), shim('ss'))}`,
      );
      expect(tools).toContain('bash');
      expect(tools).not.toContain('iptables');
      expect(iptables).toBeUndefined();
      expect(abilities).toEqual([]);
      expect(says).toEqual([
        expect.stringMatching(/^true: .*flock must be installed: .*install -y util-linux/),
        expect.stringMatching(
          /^false: .*iptables or nft must be installed: found neither .*iptables/,
        ),
        expect.stringMatching(/^false: .*ss must be installed: .*iproute2?/),
      ]);
    });

    test('nft alone, and a host that lets nobody make namespaces', async () => {
      const nftOnly = await surveyAfter(over('/usr/sbin', shim('iptables')));
      expect(nftOnly).toMatchObject({
        abilities: ['statistic', 'reject', 'nat', 'nft-time', 'sever'],
        findings: [],
      });
      const { abilities, findings } = await surveyAfter(
        over('/usr/bin', shim('unshare', 'exit 1')),
      );
      expect(findings).toEqual([]);
      expect(abilities).not.toContain('nft-time');
    });

    test('no room for a tombstone, or no right to write one', async () => {
      expect((await surveyAfter('mount -t tmpfs -o size=512k t /var/lib')).says).toEqual([
        expect.stringMatching(/^true: .*\/var\/lib must have 1 MB free: found 512 KB/),
      ]);
      expect((await surveyAfter('mount -t tmpfs -o ro t /var/lib')).says).toEqual([
        expect.stringMatching(/^true: .*\/var\/lib must be writable/),
      ]);
    });

    test('more findings than a line holds are counted, and those that refuse come first', async () => {
      const { says } = await surveyAfter(`
        for i in $(seq 40); do
          iptables -A INPUT -p tcp -s 10.200.0.$i -m multiport --dports 3000,3001 -j DROP
        done
        nft add table inet aerofault_other_0`);
      expect(says[0]).toMatch(/^true: .*run other/);
      expect(says.length).toBeGreaterThan(8);
      const [, more] = /^false: (\d+) more findings$/.exec(says.at(-1) ?? '') ?? [];
      expect(says.length - 2 + Number(more)).toBe(40);
    });
  },
  { concurrent: true },
);
