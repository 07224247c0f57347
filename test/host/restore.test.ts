import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutParameters } from './cut-parameters.ts';
import { describeOnKernel, makeHost, peers, said, sleep } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';

const { p2 } = peers;

/** Everything in the filter tables but counters and comments. */
const filters =
  'for s in iptables-save ip6tables-save; do $s | sed -e /^#/d -e "s/ \\[[0-9:]*\\]$//"; done';

describeOnKernel(
  'what cut did ends by restore',
  () => {
    let host: Host;
    beforeAll(async () => {
      host = await makeHost();
    });
    afterAll(() => host.end());
    const restore = (runId: string, action: 'look' | 'undo'): Promise<Said> =>
      host.script('restore', { RunId: runId, Action: action });
    const isCut = async (runId: string): Promise<boolean> =>
      (await host.sh('iptables -S; ip6tables -S')).includes(`AEROFAULT-${runId}`);

    test('by command, with the run id alone, as often as one likes, with nothing there', async () => {
      await host.script('cut', cutParameters({ RunId: 'alone' }));
      await host.sh('rm -rf /run/aerofault/alone');
      expect(await restore('alone', 'look')).toMatchObject({
        code: 0,
        json: { outcome: 'present', found: 6, left: 6, restoredAt: null, restoredBy: null },
      });
      expect(await restore('alone', 'undo')).toMatchObject({
        code: 0,
        json: { outcome: 'clean', found: 6, left: 0, restoredBy: 'command' },
      });
      const again = await restore('alone', 'undo');
      expect(again).toMatchObject({
        code: 0,
        json: { outcome: 'clean', found: 0, left: 0, restoredBy: 'command' },
      });
      expect(await restore('never', 'undo')).toMatchObject({
        code: 0,
        json: {
          run: 'never',
          outcome: 'clean',
          found: 0,
          left: 0,
          restoredAt: null,
          restoredBy: null,
        },
      });
    });

    test('a jump that someone doubled is removed too', async () => {
      await host.script('cut', cutParameters({ RunId: 'doubled' }));
      await host.sh('iptables -A INPUT -j AEROFAULT-doubled-0');
      expect((await restore('doubled', 'undo')).json).toMatchObject({
        outcome: 'clean',
        found: 7,
        left: 0,
      });
    });

    test('what cannot be removed is not called clean', async () => {
      await host.script('cut', cutParameters({ RunId: 'stuck' }));
      await host.sh('iptables -N OTHERS; iptables -A OTHERS -j AEROFAULT-stuck-0');
      expect(await restore('stuck', 'undo')).toMatchObject({
        code: 1,
        json: { outcome: 'present', left: 2 },
      });
      await host.sh('iptables -D OTHERS -j AEROFAULT-stuck-0; iptables -X OTHERS');
      expect(await restore('stuck', 'undo')).toMatchObject({
        code: 0,
        json: { outcome: 'clean', left: 0 },
      });
    });

    test('two runs on one host do not touch each other', async () => {
      await host.script('cut', cutParameters({ RunId: 'left' }));
      await host.script(
        'cut',
        cutParameters({ RunId: 'right', Peers: p2.ip4, Direction: 'inbound' }),
      );
      await restore('left', 'undo');
      expect(await isCut('left')).toBe(false);
      expect((await restore('right', 'look')).json).toMatchObject({ outcome: 'present', found: 2 });
      await restore('right', 'undo');
    });

    test('runs that cut at the same instant do not disturb each other', async () => {
      const runs = ['at1', 'at2', 'at3', 'at4'];
      const InjectAt = String(Date.now() + 1_000);
      const cuts = runs.map((RunId) => host.script('cut', cutParameters({ RunId, InjectAt })));
      expect((await Promise.all(cuts)).map(({ json }) => json['outcome'])).toEqual(
        Array(4).fill('applied'),
      );
      const undone = await Promise.all(runs.map((runId) => restore(runId, 'undo')));
      expect(undone.map(({ json }) => json['found'])).toEqual(Array(4).fill(6));
      expect(undone.map(({ json }) => json['left'])).toEqual(Array(4).fill(0));
    });

    test('a run whose id begins like another is another', async () => {
      await host.script('cut', cutParameters({ RunId: 'same2' }));
      expect((await restore('same', 'undo')).json).toMatchObject({ outcome: 'clean', found: 0 });
      expect(await isCut('same2')).toBe(true);
      await restore('same2', 'undo');
    });

    test('a late cut is refused after a look, after an undo and after RestoreAt', async () => {
      await restore('looked', 'look');
      await restore('undone', 'undo');
      const refused = { code: 3, json: { outcome: 'refused', reason: 'restored already' } };
      expect(await host.script('cut', cutParameters({ RunId: 'looked' }))).toMatchObject(refused);
      expect(await host.script('cut', cutParameters({ RunId: 'undone' }))).toMatchObject(refused);
      const late = cutParameters({
        RunId: 'late',
        RestoreAt: String(Date.now() - 1),
        InjectAt: String(Date.now() - 500),
      });
      expect(await host.script('cut', late)).toMatchObject({
        code: 3,
        json: { outcome: 'refused', reason: 'deadline passed' },
      });
      for (const run of ['looked', 'undone', 'late']) expect(await isCut(run)).toBe(false);
      expect(
        await host.sh('ls -d /run/aerofault/late /run/aerofault/looked 2>/dev/null || true'),
      ).toBe('');
    });

    test.each(['look', 'undo'] as const)(
      'a cut that waits for InjectAt is stopped by a %s',
      async (action) => {
        const runId = `race${action}`;
        const injectAt = Date.now() + 8_000;
        const waiting = said(
          host.startScript('cut', cutParameters({ RunId: runId, InjectAt: String(injectAt) })),
        );
        await sleep(2_000);
        expect((await restore(runId, action)).json).toMatchObject({ outcome: 'clean', found: 0 });
        expect(Date.now()).toBeLessThan(injectAt);
        expect(await waiting).toMatchObject({
          code: 3,
          json: { outcome: 'refused', reason: 'restored already' },
        });
        expect(await isCut(runId)).toBe(false);
        await restore(runId, 'undo');
      },
    );

    test('cut and restore started together end with nothing in force, whoever came first', async () => {
      const runs = Array.from({ length: 8 }, (_, i) => `both${i}`);
      await Promise.all(
        runs.map(async (runId, i) => {
          const cut = host.script('cut', cutParameters({ RunId: runId }));
          await sleep(35 * i);
          await Promise.all([cut, restore(runId, 'undo')]);
        }),
      );
      expect(await isCut('both')).toBe(false);
      expect(await host.sh('ls /run/aerofault/both*/0/timer 2>/dev/null || true')).toBe('');
    });
  },
  { concurrent: true },
);

describeOnKernel(
  'what others did stays',
  () => {
    test('rules of others are the same before and after, in every table that we use', async () => {
      const host = await makeHost();
      await host.sh(`
      iptables -P FORWARD DROP
      iptables -N OTHERS
      iptables -A OTHERS -s 10.9.1.2 -p tcp -m multiport --ports 3001,3002 -j DROP
      iptables -A INPUT -p tcp --dport 4000 -j OTHERS
      iptables -A INPUT -m comment --comment "AEROFAULT-mine is not a chain" -j ACCEPT
      iptables -A OUTPUT -p tcp --dport 3001 -j ACCEPT
      iptables -t nat -A POSTROUTING -s 10.9.0.0/16 -j MASQUERADE
      ip6tables -A INPUT -p tcp --dport 3001 -j DROP`);
      const before = await host.sh(filters);
      await host.script('cut', cutParameters({ RunId: 'mine' }));
      expect(await host.sh(filters)).not.toBe(before);
      await host.sh('iptables -I INPUT 1 -p tcp --dport 5000 -j ACCEPT');
      const { json } = await host.script('restore', { RunId: 'mine', Action: 'undo' });
      expect(json).toMatchObject({ outcome: 'clean', found: 6, left: 0 });
      await host.sh('iptables -D INPUT -p tcp --dport 5000 -j ACCEPT');
      expect(await host.sh(filters)).toBe(before);
      host.end();
    });

    test('tombstones outlive a reboot and are forgotten after thirty days', async () => {
      const host = await makeHost();
      const look = (runId: string) => host.script('restore', { RunId: runId, Action: 'look' });
      await look('old');
      await look('young');
      await host.sh(
        'touch -d "31 days ago" /var/lib/aerofault/old.tombstone; touch -d "29 days ago" /var/lib/aerofault/young.tombstone',
      );
      await look('new');
      const left = await host.sh('ls /var/lib/aerofault /run/aerofault');
      expect(left).not.toContain('old.');
      expect(left).toContain('young.tombstone');

      await host.sh('rm -rf /run/aerofault');
      expect((await host.script('cut', cutParameters({ RunId: 'young' }))).json).toMatchObject({
        reason: 'restored already',
      });
      host.end();
    });
  },
  { concurrent: true },
);
