import { expect, test } from 'vitest';
import { cutParameters } from './cut-parameters.ts';
import { everything } from './cut-stage.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import { standIn, without } from './stand-in.ts';
import { startActor } from './start-actor.ts';

const { p1 } = peers;

describeOnKernel(
  'where iptables is missing, nft serves',
  () => {
    test('a cut goes through its whole life in a table of its own', async () => {
      const host = await makeHost(without('iptables'));
      const [own, peer] = await Promise.all([startActor(host), startActor(host, 'p1')]);
      for (const actor of [own, peer]) await actor.tell({ order: 'listen', port: 3001 });
      const before = await host.sh('nft list ruleset');
      const parameters = cutParameters();
      const first = await host.script('cut', parameters);
      expect(first).toMatchObject({
        code: 0,
        json: { outcome: 'applied', method: 'nft', timer: 'setsid', rules4: 2, rules6: 2 },
      });
      expect(await host.sh('nft list tables')).toBe('table inet aerofault_run1_0\n');
      expect(await host.script('cut', parameters)).toMatchObject({
        json: { ...first.json, outcome: 'already' },
      });
      const answers = await Promise.all([
        peer.dial(p1.host4, 3001),
        own.dial(p1.ip6, 3001),
        own.dial('127.0.0.1', 3001),
      ]);
      expect(answers.map(({ answer }) => answer)).toEqual(['timed-out', 'timed-out', 'open']);

      const restore = { RunId: 'run1', Action: 'look' };
      expect((await host.script('restore', restore)).json).toMatchObject({ found: 1, left: 1 });
      const undone = await host.script('restore', { ...restore, Action: 'undo' });
      expect(undone).toMatchObject({ code: 0, json: { outcome: 'clean', found: 1, left: 0 } });
      expect(await host.sh('nft list ruleset')).toBe(before);
      expect((await peer.dial(p1.host4, 3001)).answer).toBe('open');
      host.end();
    });

    test('without either it is refused with the command that installs iptables', async () => {
      const host = await makeHost(`${without('iptables')}; ${without('nft')}`);
      const auto = await host.script('cut', cutParameters());
      expect(auto.json['reason']).toMatch(/iptables must be installed .try: .*install -y iptables/);
      const asked = await host.script('cut', cutParameters({ Filter: 'nft' }));
      expect(asked.json['reason']).toMatch(/nft must be installed .try: .*install -y nftables/);
      host.end();
    });

    test('iptables asked for by name is never replaced', async () => {
      const host = await makeHost(without('iptables'));
      const { code, json } = await host.script('cut', cutParameters({ Filter: 'iptables' }));
      expect([code, json['outcome']]).toEqual([3, 'refused']);
      expect(await host.sh('nft list ruleset')).toBe('');
      host.end();
    });

    test('where nft does not list its tables, a look is failed, never clean', async () => {
      const host = await makeHost(
        standIn('nft', '[ ! -e /run/deaf ] || exit 1; exec /run/real "$@"'),
      );
      await host.script('cut', cutParameters({ Filter: 'nft' }));
      await host.sh('touch /run/deaf');
      const { code, json } = await host.script('restore', { RunId: 'run1', Action: 'look' });
      expect([code, json['outcome'], json['found']]).toEqual([1, 'failed', undefined]);
      await host.sh('rm /run/deaf');
      const undone = await host.script('restore', { RunId: 'run1', Action: 'undo' });
      expect(undone.json).toMatchObject({ outcome: 'clean', found: 1 });
      host.end();
    });

    test('a table with other rules is refused, and left as it is', async () => {
      const host = await makeHost();
      await host.sh(
        'nft add table inet aerofault_run1_0; nft add chain inet aerofault_run1_0 theirs',
      );
      const before = await host.sh(everything);
      const { code, json } = await host.script('cut', cutParameters({ Filter: 'nft' }));
      expect([code, json['outcome']]).toEqual([3, 'refused']);
      expect(json['reason']).toMatch(/must not exist with other rules/);
      expect(await host.sh(everything)).toBe(before);
      host.end();
    });

    test('when nft says yes and does something else, the cut says failed and leaves nothing', async () => {
      const host = await makeHost(
        `readlink /proc/self/ns/net >/run/home; ${standIn('nft', 'if [ "$(readlink /proc/self/ns/net)$1" = "$(cat /run/home)-f" ]; then sed "/daddr/d" | /run/real "$@"; else exec /run/real "$@"; fi')}`,
      );
      const { code, json } = await host.script('cut', cutParameters({ Filter: 'nft' }));
      expect([code, json['outcome']]).toEqual([1, 'failed']);
      expect(json['reason']).toMatch(/nft shows other rules than ours.*nothing of it is left/);
      expect(await host.sh('nft list ruleset')).toBe('');
      host.end();
    });
  },
  { concurrent: true },
);
