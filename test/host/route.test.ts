import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { killGroup } from './kill-group.ts';
import { describeOnKernel, makeHost, peers, sleep } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { bashAsSh, over, shim } from './shim.ts';
import { startActor } from './start-actor.ts';

const { p1, p2 } = peers;

function parameters(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    RunId: 'run1',
    Part: '0',
    InjectAt: String(Date.now()),
    RestoreAt: String(Date.now() + 60_000),
    Peers: `${p1.ip4},${p1.ip6}`,
    How: 'blackhole',
    ...values,
  };
}

/** Metrics that the kernel fills in when it likes stay out. */
const routes = (host: Host) => host.sh('ip -4 route; ip -6 route; ip rule; ip -6 rule');

/** A test on a host of its own, whose routes must be as before once it is restored. */
async function onHost(play: (host: Host) => Promise<void>, first = ''): Promise<void> {
  const host = await makeHost(first);
  const before = await routes(host);
  await play(host);
  const { json } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
  expect(json).toMatchObject({ outcome: 'clean', left: 0 });
  expect(await routes(host)).toBe(before);
  host.end();
}

/** What bash says when it connects from the host. */
const words = (host: Host, address: string, port = 3001) =>
  host.sh(
    `timeout 8 bash --norc -c 'exec 3<>/dev/tcp/${address}/${port}' 2>&1 && echo open || echo "code $?"`,
  );

describeOnKernel(
  'route gives a host routes to peers that lead nowhere',
  () => {
    test.each([
      ['blackhole', /Invalid argument/, ''],
      ['unreachable', /No route to host/, ''],
      ['prohibit', /Permission denied/, bashAsSh],
    ])('%s: to the own programs %s, to peers silence; others go on', (How, word, first) =>
      onHost(async (host) => {
        const [own, peer, bystander] = await Promise.all([
          startActor(host),
          startActor(host, 'p1'),
          startActor(host, 'p2'),
        ]);
        for (const actor of [own, peer, bystander])
          await actor.tell({ order: 'listen', port: 3001 });
        const standing = await Promise.all([
          own.link(p1.ip4, 3001),
          own.link(p1.ip6, 3001),
          own.link(p2.ip4, 3001),
        ]);
        const values = parameters({ How });
        const { code, json } = await host.script('route', values);
        expect([
          code,
          json['outcome'],
          json['timer'],
          json['switch'],
          json['routes'],
          json['by'],
        ]).toEqual([0, 'applied', 'setsid', 'script', 2, 'ip']);
        expect(await words(host, p1.ip4)).toMatch(word);
        expect(await words(host, p1.ip6)).toMatch(word);
        expect(await words(host, p1.ip4, 22)).toMatch(word);
        const inward = await Promise.all([peer.dial(p1.host4, 3001), peer.dial(p1.host6, 3001)]);
        expect(inward.map(({ answer }) => answer)).toEqual(['timed-out', 'timed-out']);
        const asked = await Promise.all(standing.map((link) => own.ask(link)));
        expect(asked[0]).not.toBe('answered');
        expect(asked[1]).not.toBe('answered');
        expect(asked[2]).toBe('answered');
        expect((await bystander.dial(p2.host4, 3001)).answer).toBe('open');
        expect((await host.script('route', values)).json).toMatchObject({
          outcome: 'already',
          routes: 2,
        });
        const undone = await host.script('restore', { RunId: 'run1', Action: 'undo' });
        expect(undone.json).toMatchObject({ outcome: 'clean', found: 2, left: 0 });
        expect((await own.dial(p1.ip4, 3001)).answer).toBe('open');
      }, first),
    );

    test('it begins at InjectAt, and its timer ends it though the script and its group are gone', () =>
      onHost(async (host) => {
        const injectAt = Date.now() + 2_000;
        const values = parameters({
          InjectAt: String(injectAt),
          RestoreAt: String(injectAt + 1_500),
        });
        const child = host.startScript('route', values);
        await sleep(injectAt - 150 - Date.now());
        expect(await host.sh('ip route show proto 177')).toBe('');
        await sleep(injectAt + 700 - Date.now());
        expect(await host.sh('ip route show proto 177')).toContain(`blackhole ${p1.ip4}`);
        killGroup(child);
        await sleep(injectAt + 2_400 - Date.now());
        expect(await host.sh('ip route show proto 177; ip -6 route show proto 177')).toBe('');
        expect(
          (await host.script('restore', { RunId: 'run1', Action: 'look' })).json,
        ).toMatchObject({
          outcome: 'clean',
          restoredBy: 'timer',
        });
      }));

    test('a thousand peers, and two parts of one run', () =>
      onHost(async (host) => {
        const many = Array.from({ length: 1_000 }, (_, i) => `10.200.${i >> 8}.${i & 255}`);
        const first = await host.script('route', parameters({ Peers: many.join(',') }));
        expect(first.json).toMatchObject({ outcome: 'applied', routes: 1_000 });
        const second = parameters({ Part: '1', Peers: p2.ip6, How: 'prohibit' });
        expect((await host.script('route', second)).json).toMatchObject({ outcome: 'applied' });
        const clash = parameters({ Part: '2', Peers: `10.200.1.1`, How: 'prohibit' });
        expect((await host.script('route', clash)).json['reason']).toMatch(
          /no host route to a peer may be there before: found blackhole 10.200.1.1/,
        );
        const look = await host.script('restore', { RunId: 'run1', Action: 'look' });
        expect(look.json).toMatchObject({ outcome: 'present', found: 1_001 });
      }));

    test('where one route cannot be had, none is left', () =>
      onHost(async (host) => {
        // The last peer gets a route behind the script's back, between its look and its change.
        const values = parameters({
          InjectAt: String(Date.now() + 2_500),
          Peers: `${p1.ip4},10.200.0.1`,
        });
        const waiting = host.script('route', values);
        await sleep(1_500);
        await host.sh(`ip route add unreachable 10.200.0.1`);
        expect((await waiting).json).toMatchObject({
          outcome: 'failed',
          reason: expect.stringMatching(
            /ip says RTNETLINK answers: File exists .*nothing of it is left/,
          ),
        });
        expect(await host.sh('ip route show proto 177')).toBe('');
        expect(await host.sh('ip route show 10.200.0.1')).toContain('unreachable 10.200.0.1');
        await host.sh('ip route del unreachable 10.200.0.1');
      }));

    test('it refuses peers that the host itself needs, however they are written', () =>
      onHost(
        async (host) => {
          const far = await startActor(host, 'p1');
          await far.tell({ order: 'listen', port: 443 });
          const own = await startActor(host);
          await own.link('10.9.1.3', 443);
          await own.link('fd00:9:1::3', 443);
          const reasons = await Promise.all(
            [
              '10.9.1.254',
              'fd00:9:1:0:0:0:0:fe',
              '10.9.2.53',
              'fd00:9:2:0::53',
              'fd00:ec2::123',
              '10.9.1.3',
              'fd00:9:1:0:0::3',
              '10.9.1.1',
              'fd00:9:1::0:1',
              '10.50.0.1',
              '10.60.0.1',
            ].map(async (Peers, i) => {
              const values = parameters({ RunId: `n${i}`, Peers: `10.200.0.1,${Peers}` });
              const { code, json } = await host.script('route', {
                ...values,
                Peers: Peers.includes(':') ? `fd00:200::1,${Peers}` : values['Peers']!,
              });
              expect([Peers, code]).toEqual([Peers, 3]);
              return String(json['reason']).replace(/^.*found /, '');
            }),
          );
          expect(reasons).toEqual([
            'a peer to be a gateway',
            'a peer to be a gateway',
            'a peer to be a name server',
            'a peer to be a name server',
            'a peer to be where EC2 serves metadata, time and names',
            'a peer to be the far end of a connection to port 443',
            'a peer to be the far end of a connection to port 443',
            'a peer to be this host itself',
            'a peer to be this host itself',
            expect.stringMatching(/^10.50.0.1 via 10.9.2.2/),
            'a peer to be a gateway',
          ]);
          const metadata = await host.script('route', parameters({ Peers: '169.254.169.254' }));
          expect(metadata.json['reason']).toMatch(/parameter Peers /);
          expect(
            await host.sh('ip route show proto 177; ls /run/aerofault | grep -v lock || true'),
          ).toBe('');
        },
        `ip -n p1 addr add 10.9.1.3/24 dev eth0; ip -n p1 addr add fd00:9:1::3/64 dev eth0 nodad
         ip neigh replace fd00:9:1::3 lladdr 02:00:00:00:00:02 dev to-p1 nud permanent
         ip route add default via 10.9.1.254; ip -6 route add default via fd00:9:1::fe
         ip route add 10.50.0.1 via 10.9.2.2; ip route add 10.60.0.0/16 table 7 via 10.9.2.9
         ip route add 10.61.0.0/16 table 7 nexthop via 10.60.0.1 onlink dev to-p2 nexthop via 10.9.2.8
         printf 'nameserver 10.9.2.53\\nnameserver fd00:9:2::53\\n' >/run/resolv.conf
         mount --bind /run/resolv.conf "$(readlink -f /etc/resolv.conf)"`,
      ));

    const busybox = spawnSync('busybox', ['true']).status === 0;
    const stand = [
      'cp "$(readlink -f "$(command -v ip)")" /run/real-ip',
      over(
        '/usr/sbin',
        shim('ip'),
        ...(busybox
          ? []
          : [
              // As the applet does it: rejects are unreachable routes.
              shim(
                'busybox',
                `[ "$1" = route ] || exit 1
                 case $2 in
                   -n) cat /proc/net/route ;;
                   *) exec /run/real-ip route "$2" unreachable "$4/32" ;;
                 esac`,
              ),
            ]),
      ),
      over('/usr/bin', shim('ip')),
    ].join('\n');

    test(`without ip, by ${busybox ? 'busybox' : 'a stand-in for busybox'}`, async () => {
      const host = await makeHost(stand);
      const real = () => host.sh('/run/real-ip route');
      const before = await real();
      for (const values of [{ How: 'blackhole', Peers: p1.ip4 }, { How: 'unreachable' }]) {
        const { json } = await host.script('route', parameters(values));
        expect(json['reason']).toMatch(/busybox as IPv4 and unreachable is all it knows/);
      }
      const values = parameters({ How: 'unreachable', Peers: `${p1.ip4},10.200.0.1` });
      expect((await host.script('route', { ...values, Peers: '10.9.1.1' })).json['reason']).toMatch(
        /this host itself/,
      );
      const { json } = await host.script('route', values);
      expect(json).toMatchObject({ outcome: 'applied', by: 'busybox', routes: 2 });
      expect(await words(host, p1.ip4)).toMatch(/No route to host/);
      expect((await host.script('route', values)).json).toMatchObject({ outcome: 'already' });
      expect(await real()).toContain(`unreachable ${p1.ip4}`);
      const undone = await host.script('restore', { RunId: 'run1', Action: 'undo' });
      expect(undone.json).toMatchObject({ outcome: 'clean', found: 2, left: 0 });
      expect(await real()).toBe(before);
      host.end();
    });
  },
  { concurrent: true },
);
