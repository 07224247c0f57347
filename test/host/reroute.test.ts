import { expect, test } from 'vitest';
import { describeOnKernel, makeHost, peers, sleep } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

const { p1, p2 } = peers;
/** A second link of the first peer. */
const other4 = '10.9.1.3';
const other6 = 'fd00:9:1::3';
/** A second address of the host on that link. */
const source4 = '10.9.1.9';

interface Stage {
  readonly host: Host;
  readonly own: Actor;
  readonly reroute: (values?: Readonly<Record<string, string>>) => Promise<Said>;
  /** Dials so often, and gives the numbers of the links. */
  readonly dial: (times: number, address?: string, port?: number) => Promise<number[]>;
  /** How many connections stand at each address of the peer, and from which sources. */
  readonly seen: (port?: number) => Promise<Record<string, number>>;
}

/** A test on a stage of its own, whose rules must be as before once it is restored. */
async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const host = await makeHost(
    `ip -n p1 addr add ${other4}/24 dev eth0; ip -n p1 addr add ${other6}/64 dev eth0 nodad
     ip addr add ${source4}/24 dev to-p1
     ip neigh replace ${other6} lladdr 02:00:00:00:00:02 dev to-p1 nud permanent
     iptables -t nat -A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE
     iptables -t nat -A OUTPUT -p tcp --dport 4000 -j DNAT --to-destination 192.0.2.1
     ip6tables -t nat -A OUTPUT -p tcp --dport 4000 -j DNAT --to-destination fd00:2::1`,
  );
  const [own, peer, bystander] = await Promise.all([
    startActor(host),
    startActor(host, 'p1'),
    startActor(host, 'p2'),
  ]);
  for (const port of [3000, 3001]) {
    await peer.tell({ order: 'listen', port });
    await bystander.tell({ order: 'listen', port });
  }
  const before = await host.sh(rulesets);
  await play({
    host,
    own,
    reroute: (values) => host.script('reroute', parameters(values)),
    dial: async (times, address = p1.ip4, port = 3001) => {
      const links: number[] = [];
      for (let i = 0; i < times; i += 1) links.push(await own.link(address, port));
      return links;
    },
    seen: async (port = 3001) => {
      const listing = await host.sh(
        `ss -H -t -n state established '( sport = :${port} )' | awk '{ print $3 }'`,
        { peer: 'p1' },
      );
      const counts: Record<string, number> = {};
      for (const line of listing.split('\n').filter(Boolean)) {
        const address = line.replace(/^\[(::ffff:)?|\].*$|:\d+$/g, '');
        counts[address] = (counts[address] ?? 0) + 1;
      }
      return counts;
    },
  });
  await host.script('restore', { RunId: 'run1', Action: 'undo' });
  expect(await host.sh(rulesets)).toBe(before);
  host.end();
}

const rulesets = `iptables-save | grep -v '^#' | sed 's/\\[.*//'
  ip6tables-save | grep -v '^#' | sed 's/\\[.*//'
  nft -s list ruleset | sed 's/counter packets [0-9]* bytes [0-9]*/counter/'`;

function parameters(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    RunId: 'run1',
    Part: '0',
    InjectAt: String(Date.now()),
    RestoreAt: String(Date.now() + 60_000),
    Ports: '3001',
    Peers: p1.ip4,
    To: other4,
    Source: 'none',
    Share: 'all',
    Filter: 'iptables',
    Flap: 'none',
    ...values,
  };
}

describeOnKernel(
  'reroute sends new connections elsewhere',
  () => {
    test.each(['iptables', 'nft'])('%s: all of them, other ports and peers untouched', (Filter) =>
      onStage(async ({ host, dial, seen, reroute }) => {
        const standing = await dial(1);
        expect(standing).toHaveLength(1);
        const { code, json } = await reroute({ Filter });
        expect([code, json['outcome'], json['method'], json['switch']]).toEqual([
          0,
          'applied',
          Filter,
          'kernel',
        ]);
        await dial(5);
        await dial(3, p1.ip4, 3000);
        await dial(2, p2.ip4);
        expect(await seen()).toEqual({ [p1.ip4]: 1, [other4]: 5 });
        expect(await seen(3000)).toEqual({ [p1.ip4]: 3 });
        expect(
          await host.sh(`ss -H -t -n state established '( sport = :3001 )' | wc -l`, {
            peer: 'p2',
          }),
        ).toBe('2\n');
      }),
    );

    test.each(['iptables', 'nft'])('%s: half of them by chance', (Filter) =>
      onStage(async ({ host, dial, seen, reroute }) => {
        expect((await reroute({ Filter, Share: '50%' })).json).toMatchObject({
          outcome: 'applied',
        });
        await dial(200);
        const { [other4]: turned = 0, [p1.ip4]: kept = 0 } = await seen();
        expect(turned + kept).toBe(200);
        // Five standard deviations.
        expect(turned).toBeGreaterThan(64);
        expect(turned).toBeLessThan(136);
        const { json } = await host.script('probe', {
          RunId: 'run1',
          Until: String(Date.now() + 60_000),
          Probes: 'hits',
        });
        expect(json['results']).toEqual([
          { probe: 'hits', parts: [{ part: 0, seen: 200, hit: turned }] },
        ]);
      }),
    );

    test.each(['iptables', 'nft'])('%s: exactly every second', (Filter) =>
      onStage(async ({ dial, seen, reroute }) => {
        await reroute({ Filter, Share: '1/2' });
        await dial(20);
        expect(await seen()).toEqual({ [p1.ip4]: 10, [other4]: 10 });
      }),
    );

    test.each(['iptables', 'nft'])('%s: they bear the source asked for, and only they', (Filter) =>
      onStage(async ({ host, dial, reroute }) => {
        const { json } = await reroute({ Filter, Share: '1/2', Source: source4 });
        expect(json).toMatchObject({ outcome: 'applied' });
        await dial(6);
        await dial(2, other4);
        const ends = await host.sh(
          `ss -H -t -n state established '( sport = :3001 )' | awk '{ print $3, $4 }' |
               sed 's/\\[::ffff://g; s/\\]//g; s/:[0-9]*//g' | sort | uniq -c | sed 's/^ *//'`,
          { peer: 'p1' },
        );
        expect(ends).toBe(
          [`3 ${p1.ip4} ${p1.host4}`, `2 ${other4} ${p1.host4}`, `3 ${other4} ${source4}\n`].join(
            '\n',
          ),
        );
      }),
    );

    test.each(['iptables', 'nft'])('%s: IPv6 too', (Filter) =>
      onStage(async ({ dial, seen, reroute }) => {
        const { json } = await reroute({ Filter, Peers: p1.ip6, To: other6 });
        expect(json).toMatchObject({ outcome: 'applied', rules4: 0 });
        await dial(3, p1.ip6);
        expect(await seen()).toEqual({ [other6]: 3 });
      }),
    );

    test.each(['iptables', 'nft'])(
      '%s: after restore a turned connection lives on where it is, and new ones go straight',
      (Filter) =>
        onStage(async ({ host, own, dial, seen, reroute }) => {
          const [before] = await dial(1);
          await reroute({ Filter });
          const [turned] = await dial(1);
          expect(await own.ask(before!)).toBe('answered');
          const { json } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
          expect(json).toMatchObject({ outcome: 'clean', left: 0, restoredBy: 'command' });
          expect(json['found']).toBeGreaterThan(0);
          expect(await own.ask(turned!)).toBe('answered');
          expect(await own.ask(before!)).toBe('answered');
          await dial(3);
          expect(await seen()).toEqual({ [p1.ip4]: 4, [other4]: 1 });
        }),
    );

    test('the kernel begins at InjectAt and ends at RestoreAt, and the timer takes the text away', () =>
      onStage(async ({ host, dial, seen, reroute }) => {
        const start = Math.ceil((Date.now() + 2_500) / 1000) * 1000;
        await reroute({ InjectAt: String(start), RestoreAt: String(start + 2_000) });
        await dial(2);
        await sleep(start + 150 - Date.now());
        await dial(2);
        expect(await seen()).toEqual({ [p1.ip4]: 2, [other4]: 2 });
        await sleep(start + 2_100 - Date.now());
        await dial(2);
        expect(await seen()).toEqual({ [p1.ip4]: 4, [other4]: 2 });
        await sleep(1_200);
        expect(await host.sh('iptables-save')).not.toContain('AEROFAULT');
        const { json } = await host.script('restore', { RunId: 'run1', Action: 'look' });
        expect(json).toMatchObject({ outcome: 'clean', found: 0, restoredBy: 'timer' });
      }));

    test('a second time finds the first, in both filters', () =>
      onStage(async ({ reroute }) => {
        for (const Filter of ['iptables', 'nft']) {
          const values = {
            ...parameters(),
            Filter,
            Part: Filter === 'nft' ? '1' : '0',
            Source: source4,
          };
          expect((await reroute(values)).json).toMatchObject({ outcome: 'applied' });
          expect((await reroute(values)).json).toMatchObject({ outcome: 'already' });
        }
      }));

    test('refuses addresses that make no sense here', () =>
      onStage(async ({ host, reroute }) => {
        const reasons = await Promise.all(
          [
            { To: p1.host4 },
            { To: p1.ip4 },
            { To: other6 },
            { To: '127.0.0.1' },
            { Source: p2.ip4 },
            { Source: 'fd00::1' },
            { Peers: `${p1.ip4},${p1.ip6}` },
            { Peers: p1.host4 },
            { Share: '1/1' },
          ].map(async (values, i) => {
            const { code, json } = await reroute({ ...values, RunId: `run${i}x` });
            expect([values, code]).toEqual([values, 3]);
            return json['reason'];
          }),
        );
        expect(reasons).toEqual([
          expect.stringMatching(/To must be another host: found 10.9.1.1 to be this one/),
          expect.stringMatching(/parameter To .*none of the peers/),
          expect.stringMatching(/parameter To .*of the peers.? family/),
          expect.stringMatching(/parameter To /),
          expect.stringMatching(/Source must be an address of this host: found 10.9.2.2/),
          expect.stringMatching(/parameter Source /),
          expect.stringMatching(/parameter To /),
          expect.stringMatching(/peers must be other hosts/),
          expect.stringMatching(/parameter Share /),
        ]);
        expect(await host.sh('iptables-save; nft list ruleset')).not.toMatch(/aerofault/i);
      }));
  },
  { concurrent: true },
);
