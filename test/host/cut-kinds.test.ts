import { describe, expect, test } from 'vitest';
import { filters, onStage } from './cut-stage.ts';
import { describeOnKernel, peers } from './namespaces.ts';

const { p1 } = peers;

/** What a dialler hears over IPv4 and over IPv6, and a connection that stands. */
const kinds = [
  { packets: 'drop', over4: 'timed-out', over6: 'timed-out', standing: 'silent' },
  { packets: 'reject', over4: 'refused', over6: 'refused', standing: 'silent' },
  { packets: 'net-unreachable', over4: 'ENETUNREACH', over6: 'ENETUNREACH', standing: 'silent' },
  { packets: 'host-unreachable', over4: 'EHOSTUNREACH', over6: 'EHOSTUNREACH', standing: 'silent' },
  { packets: 'admin-prohibited', over4: 'EHOSTUNREACH', over6: 'EACCES', standing: 'silent' },
  { packets: 'tcp-reset', over4: 'refused', over6: 'refused', standing: 'reset' },
] as const;

describe.each(filters)('by %s', (filter) => {
  describeOnKernel(
    'each kind of packets gives the dialler its own error',
    () => {
      test.each(kinds)('$packets: $over4, and over IPv6 $over6', ({ packets, ...expected }) =>
        onStage(async ({ own, peer, cut }) => {
          const standing = [
            [peer, await peer.link(p1.host4, 3001)],
            [peer, await peer.link(p1.host6, 3001)],
            [own, await own.link(p1.ip4, 3001)],
          ] as const;
          const { json } = await cut({ Packets: packets, Filter: filter });
          expect(json).toMatchObject({ outcome: 'applied', method: filter, rules4: 2, rules6: 2 });

          // Over IPv6 an error mostly comes while the dialler is still busy sending, and counts only for
          // the second SYN, a second later.
          const dials = await Promise.all([
            peer.dial(p1.host4, 3001, 900),
            own.dial(p1.ip4, 3001, 900),
            peer.dial(p1.host6, 3001, 2_500),
            own.dial(p1.ip6, 3001, 2_500),
          ]);
          const { over4, over6 } = expected;
          expect(dials.map(({ answer }) => answer)).toEqual([over4, over4, over6, over6]);
          const late = packets === 'tcp-reset' ? 500 : 1_500;
          if (packets !== 'drop') expect(Math.max(...dials.map(({ ms }) => ms))).toBeLessThan(late);
          expect(await Promise.all(standing.map(([actor, link]) => actor.ask(link)))).toEqual(
            Array(3).fill(expected.standing),
          );
        }),
      );

      test('proto-unreachable: ENOPROTOOPT, and IPv6 has no such thing', () =>
        onStage(async ({ own, peer, cut }) => {
          const refused = await cut({ Packets: 'proto-unreachable', Filter: filter });
          expect(refused).toMatchObject({ code: 3, json: { outcome: 'refused' } });
          const one = { Packets: 'proto-unreachable', Filter: filter, Peers: p1.ip4 };
          expect((await cut(one)).json).toMatchObject({ outcome: 'applied' });
          const dials = await Promise.all([peer.dial(p1.host4, 3001), own.dial(p1.ip4, 3001)]);
          expect(dials.map(({ answer }) => answer)).toEqual(['ENOPROTOOPT', 'ENOPROTOOPT']);
        }));
    },
    { concurrent: true },
  );
});
