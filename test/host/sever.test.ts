import { afterAll, beforeAll, expect, test } from 'vitest';
import { SeverReply } from '../../core/observation.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

const { p1, p2 } = peers;

const severOf = (values: Readonly<Record<string, string>> = {}) => ({
  RunId: 'run1',
  Action: 'sever',
  RestoreAt: String(Date.now() + 60_000),
  Ports: '3001,3002',
  Peers: `${p1.ip4},${p1.ip6}`,
  ...values,
});

describeOnKernel('sever closes what stands', () => {
  let host: Host;
  let own: Actor;
  let peer: Actor;
  let bystander: Actor;
  beforeAll(async () => {
    host = await makeHost();
    [own, peer, bystander] = await Promise.all([
      startActor(host),
      startActor(host, 'p1'),
      startActor(host, 'p2'),
    ]);
    for (const actor of [own, peer, bystander]) {
      for (const port of [3000, 3001]) await actor.tell({ order: 'listen', port });
    }
  });
  afterAll(() => host.end());

  test('connections of these peers and ports, whoever dialled, and no others', async () => {
    const doomed = {
      dialled: await own.link(p1.ip4, 3001),
      dialled6: await own.link(p1.ip6, 3001),
      accepted: await peer.link(p1.host4, 3001),
      accepted6: await peer.link(p1.host6, 3001),
    };
    const spared = {
      otherPort: await own.link(p1.ip4, 3000),
      otherPeer: await own.link(p2.ip4, 3001),
      itself: await own.link(p1.host4, 3001),
      accepted: await bystander.link(p2.host4, 3001),
    };
    const { code, json } = await host.script('sever', severOf());
    expect({ code, ...json }).toEqual({
      code: 0,
      script: 'sever',
      run: 'run1',
      outcome: 'severed',
      before: 4,
      left: 0,
    });

    const ends = await Promise.all([
      own.ask(doomed.dialled),
      own.ask(doomed.dialled6),
      peer.ask(doomed.accepted),
      peer.ask(doomed.accepted6),
    ]);
    expect(ends.every((end) => end === 'reset' || end === 'closed')).toBe(true);
    const alive = await Promise.all([
      own.ask(spared.otherPort),
      own.ask(spared.otherPeer),
      own.ask(spared.itself),
      bystander.ask(spared.accepted),
    ]);
    expect(alive).toEqual(Array(4).fill('answered'));
    expect((await own.dial(p1.ip4, 3001)).answer).toBe('open');
  });

  test('what comes anew is closed, too, until nothing does', async () => {
    const links: number[] = [];
    const redial = setInterval(() => {
      void own.dial(p1.ip4, 3001).then(({ link }) => links.push(link));
    }, 100);
    setTimeout(() => clearInterval(redial), 1_500);
    const { code, json } = await host.script('sever', severOf());

    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'severed', left: 0 });
    expect(links.length).toBeGreaterThan(5);
    const ends = await Promise.all(links.map((link) => own.ask(link)));
    expect(ends.filter((end) => end === 'answered' || end === 'silent')).toEqual([]);
  });

  test('what does not stop coming anew is refused, no later than RestoreAt', async () => {
    const redial = setInterval(() => void own.dial(p1.ip4, 3001), 50);
    const until = Date.now() + 3_000;
    const { code, json } = await host.script('sever', severOf({ RestoreAt: String(until) }));
    clearInterval(redial);

    expect(Date.now()).toBeLessThan(until + 2_000);
    expect(code).toBe(3);
    expect(json).toMatchObject({ outcome: 'refused' });
    expect(json['reason']).toMatch(
      /^Cannot sever as what is closed must stay closed: found [1-9]\d* connection\(s\) still coming anew$/,
    );
  });

  test('nothing to close is severed too', async () => {
    const { code, json } = await host.script('sever', severOf({ Ports: '3999' }));
    expect({ code, ...json }).toMatchObject({ code: 0, outcome: 'severed', before: 0, left: 0 });
  });

  test('it is refused after RestoreAt and after a restore, and closes nothing then', async () => {
    const link = await own.link(p1.ip4, 3001);
    const late = await host.script('sever', severOf({ RestoreAt: String(Date.now() - 1) }));
    expect(late).toMatchObject({
      code: 3,
      json: { outcome: 'refused', reason: 'deadline passed' },
    });
    await host.script('restore', { RunId: 'run2', Action: 'look' });
    const over = await host.script('sever', severOf({ RunId: 'run2' }));
    expect(over).toMatchObject({
      code: 3,
      json: { outcome: 'refused', reason: 'restored already' },
    });
    expect(await own.ask(link)).toBe('answered');
  });
});

/** Gives a stand-in for a tool of the host: `lines` of sh, which find the real one as /run/real-TOOL. */
const instead = (tool: string, lines: string): string => `
  found=$(readlink -f "$(PATH=/usr/sbin:/usr/bin:/sbin:/bin command -v ${tool})")
  cp "$found" /run/real-${tool}
  printf '%s\\n' '#!/bin/sh' '${lines}' >/run/instead-${tool}
  chmod 755 /run/instead-${tool}
  mount --bind /run/instead-${tool} "$found"`;
/** As \`ss -K\` behaves without CONFIG_INET_DIAG_DESTROY: it lists, closes nothing and says nothing. */
const lameSs = instead(
  'ss',
  'for w; do shift; [ "$w" = -K ] || set -- "$@" "$w"; done; exec /run/real-ss "$@"',
);
/** As `ss -K` that ends before it has seen every socket, twice. */
const hastySs = instead(
  'ss',
  `case "$*" in *-K*"${p1.ip4}"*) echo x >>/run/hasty; [ "$(wc -l </run/hasty)" -gt 2 ] || exit 0 ;; esac; exec /run/real-ss "$@"`,
);
const noPerl = instead('perl', 'exit 127');
const noPython = instead('python3', 'exit 127');
/** A listing of what the script would leave behind. */
const leftovers =
  'find /run /var/lib -path "*aerofault*"; ps -e -o args= | grep -c "[l]isten" || true';

const check = (host: Host, values: Readonly<Record<string, string>> = {}) =>
  host.script('sever', severOf({ Action: 'check', ...values }));

describeOnKernel('sever proves first that the kernel closes sockets', () => {
  const hosts: Host[] = [];
  const aHost = async (first?: string): Promise<Host> => {
    const host = await makeHost(first);
    hosts.push(host);
    return host;
  };
  afterAll(() => {
    for (const host of hosts) host.end();
  });

  test.each([
    ['perl', undefined],
    ['python3 where there is no perl', noPerl],
  ])('check is able with no listener on the host, by one of its own: %s', async (_, first) => {
    const host = await aHost(first);
    expect(await host.sh('ss -l -t -n | wc -l')).toBe('1\n');
    const { code, json } = await check(host);

    expect({ code, ...json }).toEqual({ code: 0, script: 'sever', run: 'run1', outcome: 'able' });
    expect(SeverReply.parse(json).outcome).toBe('able');
    expect(await host.sh(leftovers)).toBe('0\n');
  });

  test('check closes nothing of the peers, and needs neither lock nor time', async () => {
    const host = await aHost();
    const [own, peer] = await Promise.all([startActor(host), startActor(host, 'p1')]);
    for (const actor of [own, peer]) await actor.tell({ order: 'listen', port: 3001 });
    const links = [await own.link(p1.ip4, 3001), await own.link(p1.ip6, 3001)];
    await host.sh(
      'mkdir -p /run/aerofault; flock /run/aerofault/run1.lock sleep 30 >/dev/null 2>&1 &',
    );
    const { json } = await check(host, { RestoreAt: String(Date.now() - 1) });

    expect(json['outcome']).toBe('able');
    expect(await Promise.all(links.map((link) => own.ask(link)))).toEqual(['answered', 'answered']);
  });

  test.each(['check', 'sever'])(
    '%s is refused where the kernel skips what it is told to close, with and without listeners',
    async (Action) => {
      const host = await aHost(lameSs);
      const alone = await host.script('sever', severOf({ Action }));
      const actor = await startActor(host);
      await actor.tell({ order: 'listen', port: 3001 });
      const among = await host.script('sever', severOf({ Action }));

      for (const { code, json } of [alone, among]) {
        expect(code).toBe(3);
        expect(json['reason']).toBe(
          'Cannot sever as the kernel must close sockets on request: found that a connection of our own over loopback survived ss -K',
        );
      }
    },
  );

  test('sever closes again what ss has passed over', async () => {
    const host = await aHost(hastySs);
    const [own, peer] = await Promise.all([startActor(host), startActor(host, 'p1')]);
    await peer.tell({ order: 'listen', port: 3001 });
    const link = await own.link(p1.ip4, 3001);
    const { json } = await host.script('sever', severOf());

    expect(json).toMatchObject({ outcome: 'severed', before: 1, left: 0 });
    expect(await own.ask(link)).not.toBe('answered');
  });

  test.each([
    { config: 'CONFIG_INET_DIAG_DESTROY=y', outcome: 'able' },
    { config: '# CONFIG_INET_DIAG_DESTROY is not set', outcome: 'refused' },
  ])(
    'check goes by "$config" where no connection can be had: $outcome',
    async ({ config, outcome }) => {
      const zcat = instead('zcat', `echo "${config}"`);
      const onDisk = `mount -t tmpfs t /boot; echo "${config}" >"/boot/config-$(uname -r)"`;
      const host = await aHost([noPerl, noPython, zcat, onDisk].join('\n'));
      const { json } = await check(host);

      expect(json['outcome']).toBe(outcome);
      if (outcome === 'refused') expect(json['reason']).toMatch(/no connection of our own to try/);
    },
  );
});
