import { expect, test } from 'vitest';
import { cutParameters } from './cut-parameters.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { failingIptables as tables, standIn, without } from './stand-in.ts';

const { p1 } = peers;

const rules = (host: Host) => host.sh('iptables -S; ip6tables -S');
const timers = (host: Host) =>
  host.sh(
    'ls /run/aerofault/run1/0/ 2>/dev/null | grep timer || true; ps -e -o args | grep "[r]estore.sh timer [0-9]" || true',
  );

describeOnKernel(
  'a cut that cannot be whole leaves nothing',
  () => {
    const others = `
    iptables -A INPUT -p tcp --dport 4000 -j ACCEPT
    ip6tables -A INPUT -p tcp --dport 4000 -j ACCEPT`;

    test('when the second family refuses a line, the first family is taken away again', async () => {
      const host = await makeHost(
        tables(
          'case $name in ip6tables-restore) sed "s/^COMMIT/-A NOWHERE -j DROP\\nCOMMIT/" | /run/real "$name" "$@"; exit; esac',
        ),
      );
      await host.sh(others);
      const before = await rules(host);
      const { code, json } = await host.script('cut', cutParameters());
      expect({ code, outcome: json['outcome'] }).toEqual({ code: 1, outcome: 'failed' });
      expect(json['reason']).toMatch(
        /^Cannot cut as .*ip6tables-restore says .*failed.*; nothing of it is left$/,
      );
      expect(await rules(host)).toBe(before);
      expect(await timers(host)).toBe('');
      host.end();
    });

    test('when one line of a family is bad, no line of it is applied', async () => {
      const host = await makeHost(
        tables(
          'case $name in iptables-restore) sed "s/^COMMIT/-A NOWHERE -j DROP\\nCOMMIT/" | /run/real "$name" "$@"; exit; esac',
        ),
      );
      const { json } = await host.script('cut', cutParameters({ Peers: p1.ip4 }));
      expect(json).toMatchObject({ outcome: 'failed' });
      expect(await rules(host)).not.toContain('AEROFAULT');
      host.end();
    });

    test('when iptables-restore says yes and does nothing, the cut says failed', async () => {
      const host = await makeHost(
        tables('case $name in iptables-restore) cat >/dev/null; exit 0; esac'),
      );
      const { code, json } = await host.script('cut', cutParameters());
      expect({ code, outcome: json['outcome'] }).toEqual({ code: 1, outcome: 'failed' });
      expect(await rules(host)).not.toContain('AEROFAULT');
      host.end();
    });

    test('when a rule goes missing on the way, the cut says failed and takes the rest away', async () => {
      const host = await makeHost(
        tables('case $name in iptables-restore) sed /-d/d | /run/real "$name" "$@"; exit; esac'),
      );
      const { json } = await host.script('cut', cutParameters());
      expect(json).toMatchObject({ outcome: 'failed' });
      expect(await rules(host)).not.toContain('AEROFAULT');
      expect(await timers(host)).toBe('');
      host.end();
    });

    test('when another rule comes before our jump, the cut says failed', async () => {
      const host = await makeHost(
        tables(
          'case $name in iptables-restore) sed "s/^-I \\([A-Z]*\\) 1/-A \\1/" | /run/real "$name" "$@"; exit; esac',
        ),
      );
      await host.sh(others);
      const { json } = await host.script('cut', cutParameters());
      expect(json).toMatchObject({ outcome: 'failed' });
      expect(json['reason']).toMatch(/does not show our jump as the first rule/);
      expect(await rules(host)).not.toContain('AEROFAULT');
      host.end();
    });

    test('when nothing can be taken away either, the timer stays armed', async () => {
      const host = await makeHost(
        tables(
          'lines=; case $name in iptables-restore) lines=$(sed /-d/d);; esac; case $lines in *-[DFX]*) exit 4;; ?*) echo "$lines" | /run/real "$name" "$@"; exit; esac',
        ),
      );
      const { json } = await host.script('cut', cutParameters());
      expect(json).toMatchObject({ outcome: 'failed' });
      expect(json['reason']).toMatch(/the timer will remove what is left$/);
      expect(await timers(host)).toContain('timer.pid');
      host.end();
    });

    test('without iptables it is refused with the command that installs it', async () => {
      const host = await makeHost(`${without('iptables')}; ${without('nft')}`);
      const { code, json } = await host.script('cut', cutParameters());
      expect({ code, outcome: json['outcome'] }).toEqual({ code: 3, outcome: 'refused' });
      expect(json['reason']).toMatch(
        /iptables must be installed .try: (apt-get|dnf|yum) install -y iptables/,
      );
      expect(await timers(host)).toBe('');
      // Nothing of ours can be there, so a restore is clean all the same.
      const restored = await host.script('restore', { RunId: 'run1', Action: 'undo' });
      expect(restored).toMatchObject({ code: 0, json: { outcome: 'clean', found: 0 } });
      host.end();
    });

    test('where one family cannot be listed it is refused, since no restore could be proved', async () => {
      const host = await makeHost(tables('case $name in ip6tables-save) exit 3; esac'));
      const { code, json } = await host.script('cut', cutParameters({ Peers: p1.ip4 }));
      expect({ code, outcome: json['outcome'] }).toEqual({ code: 3, outcome: 'refused' });
      expect(json['reason']).toMatch(/iptables must list its rules/);
      expect(await timers(host)).toBe('');
      host.end();
    });

    test('without a timer it is refused', async () => {
      const host = await makeHost(standIn('setsid', 'exit 1'));
      const { code, json } = await host.script('cut', cutParameters());
      expect({ code, outcome: json['outcome'] }).toEqual({ code: 3, outcome: 'refused' });
      expect(json['reason']).toMatch(/timer must be armed first/);
      expect(await rules(host)).not.toContain('AEROFAULT');
      host.end();
    });

    test('a timer that dies at once does not count as armed', async () => {
      const host = await makeHost(standIn('setsid', 'timeout -s KILL 0.3 /run/real "$@"'));
      const { json } = await host.script(
        'cut',
        cutParameters({ InjectAt: String(Date.now() + 800) }),
      );
      expect(json['outcome']).not.toBe('already');
      const { json: look } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
      expect(look).toMatchObject({ outcome: 'clean' });
      host.end();
    });

    test('a chain with other rules is refused, and left as it is', async () => {
      const host = await makeHost();
      await host.script('cut', cutParameters());
      const before = await rules(host);
      const other = await host.script('cut', {
        ...cutParameters({ Ports: '3001' }),
        RestoreAt: '',
      });
      expect(other).toMatchObject({ code: 3, json: { outcome: 'refused' } });
      const [, restoreAt] = (await host.sh('cat /run/aerofault/run1/0/timer')).trim().split(' ');
      const { code, json } = await host.script(
        'cut',
        cutParameters({ Ports: '3001', RestoreAt: restoreAt! }),
      );
      expect(code).toBe(3);
      expect(json['reason']).toMatch(/must not exist with other rules/);
      expect(await rules(host)).toBe(before);
      expect(await timers(host)).toContain('timer.pid');
      host.end();
    });

    test('a second cut may not move RestoreAt', async () => {
      const host = await makeHost();
      const parameters = cutParameters();
      await host.script('cut', parameters);
      const later = { ...parameters, RestoreAt: String(Number(parameters['RestoreAt']) + 60_000) };
      const { code, json } = await host.script('cut', later);
      expect(code).toBe(3);
      expect(json['reason']).toMatch(/must be armed for RestoreAt: found it armed for/);
      host.end();
    });

    test('where iptables does not answer, a look is failed, never clean', async () => {
      const host = await makeHost(
        tables('case $name in *-save) [ ! -e /run/deaf ] || exit 4; esac'),
      );
      await host.script('cut', cutParameters());
      await host.sh('touch /run/deaf');
      const { code, json } = await host.script('restore', { RunId: 'run1', Action: 'look' });
      expect({ code, outcome: json['outcome'], found: json['found'] }).toEqual({
        code: 1,
        outcome: 'failed',
      });
      host.end();
    });

    test('a lock that is held makes cut refuse', async () => {
      const host = await makeHost();
      await host.sh(
        'mkdir -p /run/aerofault; (flock 9; sleep 30) 9>/run/aerofault/run1.lock >/dev/null 2>&1 &',
      );
      const { code, json } = await host.script('cut', cutParameters());
      expect(code).toBe(3);
      expect(json['reason']).toMatch(/lock of the run must be free/);
      host.end();
    });
  },
  { concurrent: true },
);
