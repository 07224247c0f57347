import { expect, test } from 'vitest';
import { cutParameters } from './cut-parameters.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

const { p1, p2 } = peers;

/** A host to cut, a peer to cut it from, and a bystander, each listening on 3000 and 3001. */
interface Stage {
  readonly host: Host;
  readonly own: Actor;
  readonly peer: Actor;
  readonly bystander: Actor;
  readonly cut: (values?: Readonly<Record<string, string>>) => Promise<Said>;
}

async function setStage(): Promise<Stage> {
  const host = await makeHost();
  const [own, peer, bystander] = await Promise.all([
    startActor(host),
    startActor(host, 'p1'),
    startActor(host, 'p2'),
  ]);
  for (const actor of [own, peer, bystander]) {
    for (const port of [3000, 3001]) await actor.tell({ order: 'listen', port });
  }
  return { host, own, peer, bystander, cut: (values) => host.script('cut', cutParameters(values)) };
}

/** A test on a stage of its own, which must be clean after a restore. */
async function onStage(play: (stage: Stage) => Promise<void>): Promise<void> {
  const stage = await setStage();
  const { host } = stage;
  await play(stage);
  const { json } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
  expect(json).toMatchObject({ outcome: 'clean', left: 0 });
  expect(await host.sh('iptables -S; ip6tables -S')).not.toContain('AEROFAULT');
  host.end();
}

describeOnKernel(
  'cut stops exactly the packets it is told to',
  () => {
    test('new connections fail in both directions and both families, other ports and peers go on', () =>
      onStage(async ({ host, own, peer, bystander, cut }) => {
        const { code, json } = await cut();
        expect(code).toBe(0);
        expect(json).toMatchObject({ outcome: 'applied', timer: 'setsid', rules4: 2, rules6: 2 });
        expect(await host.sh('iptables -S AEROFAULT-run1-0')).toBe(
          [
            '-N AEROFAULT-run1-0',
            `-A AEROFAULT-run1-0 -s ${p1.ip4}/32 -j DROP`,
            `-A AEROFAULT-run1-0 -d ${p1.ip4}/32 -j DROP\n`,
          ].join('\n'),
        );

        const answers = await Promise.all([
          peer.dial(p1.host4, 3001),
          peer.dial(p1.host6, 3001),
          own.dial(p1.ip4, 3001),
          own.dial(p1.ip6, 3001),
        ]);
        expect(answers.map(({ answer }) => answer)).toEqual(Array(4).fill('timed-out'));
        const others = await Promise.all([
          peer.dial(p1.host4, 3000),
          own.dial(p1.ip6, 3000),
          bystander.dial(p2.host4, 3001),
          own.dial(p2.ip6, 3001),
          own.dial('127.0.0.1', 3001),
        ]);
        expect(others.map(({ answer }) => answer)).toEqual(Array(5).fill('open'));
      }));

    test('connections that stand already stall, whoever dialled them, and come back by themselves', () =>
      onStage(async ({ host, own, peer, cut }) => {
        const links = {
          dialled: await own.link(p1.ip4, 3001),
          accepted: await peer.link(p1.host4, 3001),
          accepted6: await peer.link(p1.host6, 3001),
          other: await own.link(p2.ip4, 3001),
        };
        const ask = () =>
          Promise.all([
            own.ask(links.dialled),
            peer.ask(links.accepted),
            peer.ask(links.accepted6),
            own.ask(links.other),
          ]);
        expect(await ask()).toEqual(Array(4).fill('answered'));

        await cut();
        expect(await ask()).toEqual(['silent', 'silent', 'silent', 'answered']);
        await host.script('restore', { RunId: 'run1', Action: 'undo' });
        expect(
          await Promise.all([own.ask(links.dialled, 4_000), peer.ask(links.accepted, 4_000)]),
        ).toEqual(['answered', 'answered']);
      }));

    test('inbound stops only what comes in to the ports: the host may still dial', () =>
      onStage(async ({ host, own, peer, cut }) => {
        const dialled = await own.link(p1.ip4, 3001);
        const accepted = await peer.link(p1.host4, 3001);
        const { json } = await cut({ Direction: 'inbound' });
        expect(json).toMatchObject({ outcome: 'applied', rules4: 1, rules6: 1 });
        expect(await host.sh('iptables -S OUTPUT')).toBe('-P OUTPUT ACCEPT\n');

        const inward = await Promise.all([peer.dial(p1.host4, 3001), peer.dial(p1.host6, 3001)]);
        expect(inward.map(({ answer }) => answer)).toEqual(['timed-out', 'timed-out']);
        const outward = await Promise.all([own.dial(p1.ip4, 3001), own.dial(p1.ip6, 3001)]);
        expect(outward.map(({ answer }) => answer)).toEqual(['open', 'open']);
        expect(await Promise.all([own.ask(dialled), peer.ask(accepted)])).toEqual([
          'answered',
          'silent',
        ]);
      }));

    test.each([
      { packets: 'drop', fresh: 'timed-out', standing: 'silent' },
      { packets: 'reject', fresh: 'refused', standing: 'silent' },
      { packets: 'tcp-reset', fresh: 'refused', standing: 'reset' },
    ])('$packets: a connecting peer is $fresh, a connection that stands is $standing', (expected) =>
      onStage(async ({ own, peer, cut }) => {
        const accepted = await peer.link(p1.host4, 3001);
        const accepted6 = await peer.link(p1.host6, 3001);
        const dialled = await own.link(p1.ip4, 3001);
        await cut({ Packets: expected.packets });

        // Over a veth an ICMPv6 error may come while the socket is still busy sending, and then counts only for
        // the second SYN, a second later.
        const fresh = await Promise.all([
          peer.dial(p1.host4, 3001, 1_500),
          peer.dial(p1.host6, 3001, 1_500),
          own.dial(p1.ip4, 3001, 1_500),
          own.dial(p1.ip6, 3001, 1_500),
        ]);
        expect(fresh.map(({ answer }) => answer)).toEqual(Array(4).fill(expected.fresh));
        const standing = await Promise.all([
          peer.ask(accepted),
          peer.ask(accepted6),
          own.ask(dialled),
        ]);
        expect(standing).toEqual(Array(3).fill(expected.standing));
      }),
    );

    test('the jump comes before an accept of established connections', () =>
      onStage(async ({ host, peer, cut }) => {
        const accept = '-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT';
        await host.sh(`iptables -A INPUT ${accept}; iptables -A OUTPUT ${accept}`);
        const link = await peer.link(p1.host4, 3001);
        expect(await peer.ask(link)).toBe('answered');

        await cut();
        const rules = await host.sh('iptables -S INPUT; iptables -S OUTPUT');
        expect(rules.split('\n').filter((line) => line.startsWith('-A'))).toEqual([
          expect.stringMatching(/^-A INPUT .* -j AEROFAULT-run1-0$/),
          expect.stringContaining('ESTABLISHED'),
          expect.stringMatching(/^-A OUTPUT .* -j AEROFAULT-run1-0$/),
          expect.stringContaining('ESTABLISHED'),
        ]);
        expect(await peer.ask(link)).toBe('silent');
        await host.sh(`iptables -D INPUT ${accept}; iptables -D OUTPUT ${accept}`);
      }));

    test('64 peers of both families and 15 ports make 128 rules in one go', () =>
      onStage(async ({ peer, cut }) => {
        const many = Array.from({ length: 62 }, (_, i) =>
          i % 2 === 0 ? `10.200.0.${i + 1}` : `2001:db8:0:0:0:0:0:${(i + 1).toString(16)}`,
        );
        const { json } = await cut({
          Peers: [...many, p1.ip4, p1.ip6].join(','),
          Ports: Array.from({ length: 15 }, (_, i) => 3001 + i).join(','),
        });
        expect(json).toMatchObject({ outcome: 'applied', rules4: 64, rules6: 64 });
        expect((await peer.dial(p1.host4, 3001)).answer).toBe('timed-out');
      }));

    test('a second cut of the run finds the first, and changes neither rules nor timer', () =>
      onStage(async ({ host }) => {
        const parameters = cutParameters({ RunId: 'run1' });
        const first = await host.script('cut', parameters);
        const before = await host.sh(
          `iptables-save | grep -v '^[:#]'; cat /run/aerofault/run1/0/timer.pid`,
        );
        const second = await host.script('cut', parameters);
        expect(second).toMatchObject({ code: 0, json: { ...first.json, outcome: 'already' } });
        expect(
          await host.sh(`iptables-save | grep -v '^[:#]'; cat /run/aerofault/run1/0/timer.pid`),
        ).toBe(before);
      }));

    test('two cuts of a run at once apply it once', () =>
      onStage(async ({ host }) => {
        const parameters = cutParameters({ RunId: 'run1', InjectAt: String(Date.now() + 700) });
        const both = await Promise.all([
          host.script('cut', parameters),
          host.script('cut', parameters),
        ]);
        expect(
          both
            .map(({ json }) => json['outcome'])
            .toSorted((a, b) => String(a).localeCompare(String(b))),
        ).toEqual(['already', 'applied']);
        expect(await host.sh(`iptables -S | grep -c -- '-j AEROFAULT-run1-0'`)).toBe('2\n');
      }));

    test('within a second the script itself waits for InjectAt, and says when it applied', () =>
      onStage(async ({ cut }) => {
        const injectAt = Math.ceil(Date.now() / 1_000) * 1_000 + 3_700;
        const { json } = await cut({ InjectAt: String(injectAt) });
        expect(json['switch']).toBe('script');
        expect(Number(json['appliedAt']) - injectAt).toBeGreaterThanOrEqual(0);
        expect(Number(json['appliedAt']) - injectAt).toBeLessThan(1_000);
      }));
  },
  { concurrent: true },
);
