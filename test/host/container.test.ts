import { describe, expect, test } from 'vitest';
import { filters, onStage } from './cut-stage.ts';
import { describeOnKernel, peers } from './namespaces.ts';

const { p1, p2 } = peers;

/** p2 is a container on the host's bridge, whose ports 4000 and 4001 the host gives out as 3000 and 3001. */
const engine = `
  sysctl -qw net.ipv4.ip_forward=1
  ip -n p2 route add default via ${p2.host4}
  iptables -P FORWARD DROP
  iptables -N ENGINE
  iptables -A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
  iptables -A FORWARD -j ENGINE
  iptables -A ENGINE -p tcp -m multiport --dports 3000,3001,4000,4001 -j ACCEPT
  iptables -t nat -A PREROUTING -i to-p1 -p tcp -m tcp --dport 3000 -j DNAT --to-destination ${p2.ip4}:4000
  iptables -t nat -A PREROUTING -i to-p1 -p tcp -m tcp --dport 3001 -j DNAT --to-destination ${p2.ip4}:4001
  iptables -t nat -A POSTROUTING -s ${p2.ip4} -o to-p1 -j MASQUERADE`;

describe.each(filters)('by %s', (filter) => {
  describeOnKernel('where the ports lead into a container', () => {
    test.each([
      { Packets: 'drop', fresh: 'timed-out', standing: 'silent' },
      { Packets: 'reject', fresh: 'refused', standing: 'silent' },
      { Packets: 'tcp-reset', fresh: 'refused', standing: 'reset' },
    ])('$Packets stops what is forwarded, whoever dials', ({ Packets, fresh, standing }) =>
      onStage(
        async ({ host, peer, bystander: container, cut }) => {
          const inward = await peer.link(p1.host4, 3001);
          const outward = await container.link(p1.ip4, 3001);
          const other = await peer.link(p1.host4, 3000);
          const one = { Packets, Ports: '3001', Peers: p1.ip4, Filter: filter };
          expect((await cut(one)).json).toMatchObject({ outcome: 'applied', rules4: 2 });
          const dial = async () =>
            (
              await Promise.all([
                peer.dial(p1.host4, 3001),
                container.dial(p1.ip4, 3001),
                peer.dial(p1.host4, 3000),
                container.dial(p1.ip4, 3000),
              ])
            ).map(({ answer }) => answer);
          expect(await dial()).toEqual([fresh, fresh, 'open', 'open']);
          expect(await Promise.all([peer.ask(inward), container.ask(outward)])).toEqual([
            standing,
            standing,
          ]);
          expect(await peer.ask(other)).toBe('answered');
          await host.script('restore', { RunId: 'run1', Action: 'undo' });
          expect(await dial()).toEqual(Array(4).fill('open'));
        },
        { first: engine, ports: [3000, 3001, 4000, 4001] },
      ),
    );

    test('inbound stops what the peer dials, and the container may still dial', () =>
      onStage(
        async ({ peer, bystander: container, cut }) => {
          await cut({ Direction: 'inbound', Ports: '3001', Peers: p1.ip4, Filter: filter });
          expect((await peer.dial(p1.host4, 3001)).answer).toBe('timed-out');
          expect((await container.dial(p1.ip4, 3001)).answer).toBe('open');
        },
        { first: engine, ports: [3001, 4001] },
      ));

    test('an address of the host is refused, for containers have their own', () =>
      onStage(
        async ({ cut }) => {
          const { code, json } = await cut({ Local: p1.host4, Peers: p1.ip4, Filter: filter });
          expect(code).toBe(3);
          expect(json['reason']).toMatch(/ports lead into containers/);
        },
        { first: engine },
      ));

    test('other ports that lead into a container change nothing for ours', () =>
      onStage(
        async ({ host, cut }) => {
          await cut({ Ports: '4001', Peers: p1.ip4, Filter: filter });
          expect(await host.sh('iptables -S FORWARD; nft list ruleset')).not.toMatch(
            /FORWARD .*AEROFAULT|chain forward/,
          );
        },
        { first: engine },
      ));
  });
});
