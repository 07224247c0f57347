import { afterAll, beforeAll, expect, test } from 'vitest';
import { cutParameters } from './cut-parameters.ts';
import { describeOnKernel, eventually, makeHost, said, sleep } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';

describeOnKernel(
  'what cut did ends by its timer',
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

    test('right after RestoreAt, when nobody else is left', async () => {
      const parameters = cutParameters({ RunId: 'timer1', RestoreAt: String(Date.now() + 4_000) });
      expect((await host.script('cut', parameters)).json).toMatchObject({ outcome: 'applied' });
      await sleep(Number(parameters['RestoreAt']) - Date.now() - 300);
      expect(await isCut('timer1')).toBe(true);

      await sleep(2_300);
      expect(await isCut('timer1')).toBe(false);
      const { json } = await restore('timer1', 'look');
      expect(json).toMatchObject({ outcome: 'clean', found: 0, restoredBy: 'timer' });
      const late = Number(json['restoredAt']) - Number(parameters['RestoreAt']);
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(2_000);
    });

    test('even when the process group of cut was killed while it waited', async () => {
      const parameters = cutParameters({
        RunId: 'timer2',
        RestoreAt: String(Date.now() + 5_000),
        InjectAt: String(Date.now() + 4_500),
      });
      const script = host.startScript('cut', parameters);
      const isArmed = () => host.sh('ls /run/aerofault/timer2/0/timer.pid 2>&1 || true');
      expect(await eventually(4_000, async () => !(await isArmed()).includes('cannot'))).toBe(true);
      process.kill(-script.pid!, 'SIGKILL');

      await sleep(Number(parameters['RestoreAt']) + 2_000 - Date.now());
      expect(await host.sh('ls /var/lib/aerofault')).toContain('timer2-0.tombstone');
    });

    test('even when the process group of cut was killed right after it applied', async () => {
      const parameters = cutParameters({
        RunId: 'timer3',
        RestoreAt: String(Date.now() + 5_000),
        InjectAt: String(Date.now() + 2_000),
      });
      const script = host.startScript('cut', parameters);
      expect(await eventually(4_500, () => isCut('timer3'))).toBe(true);
      try {
        process.kill(-script.pid!, 'SIGKILL');
      } catch {
        // It was over already.
      }

      await sleep(Number(parameters['RestoreAt']) + 2_000 - Date.now());
      expect(await isCut('timer3')).toBe(false);
      expect((await restore('timer3', 'look')).json).toMatchObject({
        outcome: 'clean',
        restoredBy: 'timer',
      });
    });

    test('a timer that armed itself lives in a session of its own and holds neither our streams nor the lock', async () => {
      await host.script('cut', cutParameters({ RunId: 'session' }));
      const [pid] = (await host.sh('cat /run/aerofault/session/0/timer.pid')).split(' ');
      const session = await host.sh(`cut -d' ' -f6 /proc/${pid}/stat`);
      expect(session.trim()).toBe(pid);
      const files = await host.sh(`readlink /proc/${pid}/fd/*`);
      expect(files).not.toMatch(/socket|lock/);
      await restore('session', 'undo');
      expect(await host.sh(`cat /proc/${pid}/stat 2>/dev/null | grep -v ') Z' || true`)).toBe('');
    });

    test('a cut whose timer someone killed arms a new one before it applies', async () => {
      const parameters = cutParameters({ RunId: 'rearm', InjectAt: String(Date.now() + 5_000) });
      const waiting = said(host.startScript('cut', parameters));
      await sleep(3_000);
      await host.sh('read pid _ </run/aerofault/rearm/0/timer.pid; kill -9 -$pid');
      expect((await waiting).json).toMatchObject({ outcome: 'applied', timer: 'setsid' });
      await host.sh('read pid _ </run/aerofault/rearm/0/timer.pid; kill -0 $pid');
      await restore('rearm', 'undo');
    });
  },
  { concurrent: true },
);

describeOnKernel(
  'with systemd the timer belongs to it',
  () => {
    // Stand-ins that know the options we may use, and keep their own process for a timer.
    const systemd = `
    mkdir -p /run/systemd/system /run/units
    cp "$(command -v sleep)" /run/units/sleep
    cat >/run/systemd-run <<'END'
#!/bin/sh
for word; do
  case $word in
    --unit=*) unit=\${word#*=} ;;
    --on-active=*ms) ms=\${word#*=} ms=\${ms%ms} ;;
    --timer-property=AccuracySec=100ms) accurate=yes ;;
    -*) exit 1 ;;
    *) break ;;
  esac
  shift
done
[ -n "$accurate" ] && [ ! -e "/run/units/$unit.timer" ] || exit 1
touch "/run/units/$unit.timer"
(sleep "$(awk "BEGIN{print $ms/1000}")"; [ -e "/run/units/$unit.timer" ] && rm "/run/units/$unit.timer" && exec env -i "$@") >/dev/null 2>&1 &
END
    cat >/run/systemctl <<'END'
#!/bin/sh
for unit; do :; done
case $1 in
  is-active) [ -e "/run/units/$unit" ] ;;
  stop) rm /run/units/$unit ;; # As systemctl does, it takes patterns.
  reset-failed) exit 1 ;;
  *) exit 1 ;;
esac
END
    chmod 755 /run/systemd-run /run/systemctl
    for tool in systemd-run systemctl; do mount --bind /run/$tool "$(readlink -f "$(command -v $tool)")"; done`;

    test('it arms a timer unit that restores at RestoreAt', async () => {
      const host = await makeHost(systemd);
      const restoreAt = Date.now() + 3_000;
      const { json } = await host.script('cut', cutParameters({ RestoreAt: String(restoreAt) }));
      expect(json).toMatchObject({ outcome: 'applied', timer: 'systemd' });
      expect(await host.sh('ls /run/units')).toContain('aerofault-run1-0.timer');
      expect(await host.sh('ps -e -o args | grep "[r]estore.sh timer [0-9]" || true')).toBe('');

      await new Promise((resolve) => setTimeout(resolve, restoreAt + 2_000 - Date.now()));
      const { json: look } = await host.script('restore', { RunId: 'run1', Action: 'look' });
      expect(look).toMatchObject({ outcome: 'clean', restoredBy: 'timer' });
      expect(Number(look['restoredAt']) - restoreAt).toBeLessThan(2_000);
      host.end();
    });

    test('a restore by command ends the timer unit', async () => {
      const host = await makeHost(systemd);
      const parameters = cutParameters();
      await host.script('cut', parameters);
      expect((await host.script('cut', parameters)).json).toMatchObject({
        outcome: 'already',
        timer: 'systemd',
      });
      const { json } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
      expect(json).toMatchObject({ outcome: 'clean', left: 0, restoredBy: 'command' });
      expect(await host.sh('ls /run/units')).not.toContain('timer');
      host.end();
    });

    test('where systemd-run fails, a process of our own is the timer', async () => {
      const host = await makeHost(`${systemd}; printf '#!/bin/sh\\nexit 1\\n' >/run/systemd-run`);
      const { json } = await host.script('cut', cutParameters());
      expect(json).toMatchObject({ outcome: 'applied', timer: 'setsid' });
      host.end();
    });
  },
  { concurrent: true },
);
