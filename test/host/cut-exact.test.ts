import { describe, expect, test } from 'vitest';
import { everything, filters, onStage } from './cut-stage.ts';
import { describeOnKernel, peers } from './namespaces.ts';

const { p1, p2 } = peers;

/** A host that has a hundred rules of its own, in every table, and accepts what is established first. */
const busyHost = `
  for family in iptables ip6tables; do
    {
      printf '*filter\\n:OTHERS - [0:0]\\n'
      for hook in INPUT OUTPUT FORWARD; do
        printf -- '-A %s -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\\n' $hook
        printf -- '-A %s -p tcp -m multiport --dports 3000,3001,443 -j ACCEPT\\n' $hook
        printf -- '-A %s -j OTHERS\\n' $hook
      done
      seq 5001 5100 | sed 's/.*/-A OTHERS -p tcp --dport & -m comment --comment "AEROFAULT-run1-0 no" -j REJECT/'
      printf 'COMMIT\\n*nat\\n-A POSTROUTING -p tcp --dport 5000 -j MASQUERADE\\nCOMMIT\\n'
      printf '*mangle\\n-A PREROUTING -p tcp --dport 5000 -j MARK --set-mark 1\\nCOMMIT\\n'
      printf '*raw\\n-A PREROUTING -p tcp --dport 5002 -j CT --notrack\\nCOMMIT\\n'
    } | $family-restore
  done
  nft add table inet others
  nft add chain inet others in '{ type filter hook input priority 10; }'
  nft add rule inet others in tcp dport 5003 counter drop
  nft add rule inet others in accept
  ip route add 10.99.0.0/16 via 10.9.2.2; ip rule add fwmark 1 lookup main`;

describe.each(filters)('by %s', (filter) => {
  describeOnKernel('on a host with a hundred rules of its own', () => {
    test('the cut stops what it names, and everything else still connects', () =>
      onStage(
        async ({ host, own, peer, bystander, cut }) => {
          const standing = [
            [peer, await peer.link(p1.host4, 3001)],
            [own, await own.link(p1.ip6, 3001)],
            [peer, await peer.link(p1.host4, 443)],
            [own, await own.link(p2.ip4, 3001)],
          ] as const;
          const before = await host.sh(everything);
          expect((await cut({ Filter: filter })).json).toMatchObject({ outcome: 'applied' });
          expect(await host.sh(everything)).not.toBe(before);

          const cutOff = await Promise.all([
            peer.dial(p1.host4, 3001),
            peer.dial(p1.host6, 3001),
            own.dial(p1.ip4, 3001),
            own.dial(p1.ip6, 3001),
          ]);
          expect(cutOff.map(({ answer }) => answer)).toEqual(Array(4).fill('timed-out'));
          const others = await Promise.all([
            ...[3000, 443].flatMap((port) => [
              peer.dial(p1.host4, port),
              peer.dial(p1.host6, port),
              own.dial(p1.ip4, port),
              own.dial(p1.ip6, port),
            ]),
            bystander.dial(p2.host4, 3001),
            bystander.dial(p2.host6, 3001),
            own.dial(p2.ip4, 3001),
            own.dial(p2.ip6, 3001),
            own.dial('127.0.0.1', 3001),
            own.dial('::1', 3001),
            own.dial(p1.host4, 3001),
          ]);
          expect(others.map(({ answer }) => answer)).toEqual(Array(15).fill('open'));
          expect(await Promise.all(standing.map(([actor, link]) => actor.ask(link)))).toEqual([
            'silent',
            'silent',
            'answered',
            'answered',
          ]);
        },
        { first: busyHost, ports: [3000, 3001, 443] },
      ));

    test('a cut from one address or device of its own leaves the others', () =>
      onStage(
        async ({ host, own, peer, bystander, cut }) => {
          await host.sh(`ip addr add 10.9.1.9/24 dev to-p1`);
          const both = { Peers: `${p1.ip4},${p2.ip4}`, Filter: filter };
          expect((await cut({ ...both, Local: 'dev:to-p1' })).json['outcome']).toBe('applied');
          const ask = async () =>
            (
              await Promise.all([
                peer.dial(p1.host4, 3001),
                peer.dial('10.9.1.9', 3001),
                own.dial(p1.ip4, 3001),
                bystander.dial(p2.host4, 3001),
                own.dial(p2.ip4, 3001),
              ])
            ).map(({ answer }) => answer);
          expect(await ask()).toEqual(['timed-out', 'timed-out', 'timed-out', 'open', 'open']);
          await host.script('restore', { RunId: 'run1', Action: 'undo' });

          const second = { ...both, RunId: 'run2', Local: '10.9.1.9' };
          expect((await cut(second)).json['outcome']).toBe('applied');
          expect(await ask()).toEqual(['open', 'timed-out', 'open', 'open', 'open']);
          await host.script('restore', { RunId: 'run2', Action: 'undo' });

          for (const Local of ['10.9.7.7', 'dev:to-p7', 'fd00:9:1::1']) {
            const { code, json } = await cut({ ...both, RunId: 'run3', Local });
            expect([Local, code, json['outcome']]).toEqual([Local, 3, 'refused']);
          }
          await host.sh('ip addr del 10.9.1.9/24 dev to-p1');
        },
        { first: busyHost },
      ));
  });
});
