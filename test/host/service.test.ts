import { expect, test } from 'vitest';
import { hostScript } from '../../host/compose.ts';
import { killGroup } from './kill-group.ts';
import { describeOnKernel, eventually, makeHost, sleep } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { put } from './put.ts';
import { boot } from './boot.ts';
import { bashAsSh, over, shim } from './shim.ts';
import { startActor } from './start-actor.ts';

function parameters(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    RunId: 'run1',
    Part: '0',
    InjectAt: String(Date.now()),
    RestoreAt: String(Date.now() + 60_000),
    How: 'freeze',
    Name: 'asd',
    ...values,
  };
}

/** A listener named asd that echoes; started again, it is another process. */
const startNode = `cp "$(readlink -f "$(command -v perl)")" /run/asd
  cat >/run/node.pl <<'NODE'
  use IO::Socket::INET;
  my $s = IO::Socket::INET->new(LocalPort => 3000, Listen => 9, ReuseAddr => 1) or die;
  while (my $c = $s->accept) { if (fork() == 0) { print $c $_ while <$c>; exit } close $c }
NODE
  setsid /run/asd /run/node.pl </dev/null >/dev/null 2>&1 &
  until ss -l -t -n | grep -q :3000; do sleep 0.02; done`;

/** Stands for systemd with one unit, aerospike, whose process is the listener. */
const systemctl = shim(
  'systemctl',
  `echo "$@" >>/run/systemctl.log
case $1 in show) echo ControlGroup=/system.slice/other; exit ;; esac
for unit; do :; done
[ "$unit" = aerospike ] || { [ "$1" != is-active ] || echo inactive; exit 3; }
case $1 in
  is-active) if [ -d "/proc/$(cat /run/unit)" ]; then echo active; else echo inactive; exit 3; fi ;;
  stop) [ ! -e /run/stuck ] || exit 0; (sleep 0.2; kill -9 $(cat /run/unit)) >/dev/null 2>&1 & ;;
  start) [ -d "/proc/$(cat /run/unit)" ] || { [ ! -e /run/broken ] && sh /run/start; } ;;
esac`,
);
const withUnit = `${over('/usr/bin', systemctl)}
  cat >/run/start <<'START'
  /run/asd /run/node.pl </dev/null >/dev/null 2>&1 &
  echo $! >/run/unit
START
  cp "$(readlink -f "$(command -v perl)")" /run/asd
  cat >/run/node.pl <<'NODE'
  use IO::Socket::INET;
  my $s = IO::Socket::INET->new(LocalPort => 3000, Listen => 9, ReuseAddr => 1) or die;
  while (my $c = $s->accept) { print $c $_ while <$c> }
NODE
  sh /run/start
  until ss -l -t -n | grep -q :3000; do sleep 0.02; done`;

const restore = (host: Host, Action = 'undo') => host.script('restore', { RunId: 'run1', Action });
const states = async (host: Host) =>
  (
    await host.sh(
      `for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" != asd ] || cut -d' ' -f3 $p/stat 2>/dev/null || true; done`,
    )
  )
    .split('\n')
    .filter(Boolean);

describeOnKernel(
  'service lets processes stand still',
  () => {
    test.each(['', bashAsSh])(
      'connections open and are never answered; then all goes on (%s)',
      async (first) => {
        const host = await makeHost(`${startNode}\n${first}`);
        const own = await startActor(host);
        const standing = await own.link('127.0.0.1', 3000);
        expect(await own.ask(standing)).toBe('answered');
        expect(await states(host)).toHaveLength(2);
        const values = parameters();
        const { code, json } = await host.script('service', values);
        expect([code, json['outcome'], json['processes'], json['how'], json['switch']]).toEqual([
          0,
          'applied',
          2,
          'freeze',
          'script',
        ]);
        expect(await states(host)).toEqual(['T', 'T']);
        const fresh = await own.dial('127.0.0.1', 3000);
        expect(fresh.answer).toBe('open');
        expect(await own.ask(standing)).toBe('silent');
        expect(await own.ask(fresh.link)).toBe('silent');
        expect((await host.script('service', values)).json).toMatchObject({
          outcome: 'already',
          processes: 2,
        });
        expect((await restore(host, 'look')).json).toMatchObject({ outcome: 'present', found: 2 });
        expect((await restore(host)).json).toMatchObject({ outcome: 'clean', found: 2, left: 0 });
        expect(await own.ask(standing, 2_000)).toBe('answered');
        expect(await own.ask(fresh.link, 2_000)).toBe('answered');
        host.end();
      },
    );

    test('the timer wakes them at RestoreAt though the script was killed with its group', async () => {
      const host = await makeHost(startNode);
      const restoreAt = Date.now() + 4_000;
      const child = host.startScript('service', parameters({ RestoreAt: String(restoreAt) }));
      expect(await eventually(3_500, async () => (await states(host)).includes('T'))).toBe(true);
      killGroup(child);
      await sleep(restoreAt - 300 - Date.now());
      expect(await states(host)).toContain('T');
      await sleep(restoreAt + 800 - Date.now());
      expect(await states(host)).not.toContain('T');
      expect((await restore(host, 'look')).json).toMatchObject({
        outcome: 'clean',
        restoredBy: 'timer',
      });
      host.end();
    });

    test('a process that took over the id is never signalled', async () => {
      const host = await makeHost(startNode);
      await host.script('service', parameters());
      const notes = '/run/aerofault/run1/0/service';
      expect(await host.sh(`cat ${notes}`)).toMatch(/^freeze \d+ \d+\n$/);
      // A sleeper, stopped by somebody else, in whose name the notes now speak of an earlier start.
      const pid = (await host.sh('setsid sleep 60 >/dev/null 2>&1 & echo $!')).trim();
      await host.sh(`kill -STOP ${pid}`);
      const noted = await host.sh(`cat ${notes}`);
      await put(host, notes, `${noted}freeze ${pid} 1\n`);
      expect((await restore(host)).json).toMatchObject({ outcome: 'clean', found: 1, left: 0 });
      expect(await host.sh(`cut -d' ' -f3 /proc/${pid}/stat`)).toBe('T\n');
      expect(await states(host)).toEqual(['S']);
      host.end();
    });

    test('a process that died meanwhile is not missed, nor is its successor touched', async () => {
      const host = await makeHost(startNode);
      await host.script('service', parameters());
      await host.sh(`kill -9 $(sed 's/freeze \\([0-9]*\\) .*/\\1/' /run/aerofault/run1/0/service)`);
      expect((await restore(host, 'look')).json).toMatchObject({ outcome: 'clean', found: 0 });
      expect((await restore(host)).json).toMatchObject({ outcome: 'clean', left: 0 });
      host.end();
    });

    test('it refuses what is not there, what stands still already, and what this host needs', async () => {
      const host = await makeHost(startNode);
      const refusal = async (values: Readonly<Record<string, string>>) => {
        const { code, json } = await host.script('service', parameters(values));
        expect([values, code]).toEqual([values, 3]);
        return json['reason'];
      };
      expect(await refusal({ Name: 'nobody' })).toMatch(
        /a process of that name must run: found none/,
      );
      for (const Name of [
        'ssm-agent-worke',
        'amazon-ssm-agen',
        'sshd',
        'systemd',
        'systemd-journal',
        'sh',
        'bash',
      ]) {
        expect(await refusal({ Name })).toMatch(/parameter Name as it must be other than/);
      }
      expect(await refusal({ Name: 'a-name-too-long-' })).toMatch(/parameter Name /);
      await host.sh('kill -STOP $(pidof asd)');
      expect(await refusal({})).toMatch(/it must run: found \d+ stopped already/);
      expect((await restore(host)).json).toMatchObject({ found: 0 });
      expect(await states(host)).toEqual(['T']);
      host.end();
    });

    test('it refuses a name that this script or its ancestors bear', async () => {
      const host = await makeHost();
      const { json } = await host.script('service', parameters({ Name: 'asd' }));
      expect(json['outcome']).toBe('refused');
      // Runs the script below a process of the name.
      await put(host, '/run/service.sh', hostScript('service'));
      const below = `cp "$(readlink -f "$(command -v perl)")" /run/asd
        /run/asd -e 'system("sh", "/run/service.sh")'`;
      const { stdout } = await host.run(['sh', '-c', below], {
        env: Object.fromEntries(Object.entries(parameters()).map(([k, v]) => [`SSM_${k}`, v])),
      });
      expect(stdout).toMatch(/must not run this script: \d+ does/);
      host.end();
    });
  },
  { concurrent: true },
);

describeOnKernel(
  'service stops a unit of systemd',
  () => {
    test('stopped, and started again by restore', async () => {
      const host = await makeHost(withUnit);
      const own = await startActor(host);
      const stop = parameters({ How: 'stop', Name: 'aerospike' });
      const { code, json } = await host.script('service', stop);
      expect([code, json['outcome'], json['how']]).toEqual([0, 'applied', 'stop']);
      expect((await own.dial('127.0.0.1', 3000)).answer).toBe('refused');
      expect((await host.script('service', stop)).json).toMatchObject({ outcome: 'already' });
      expect((await restore(host, 'look')).json).toMatchObject({ outcome: 'present', found: 1 });
      expect((await restore(host)).json).toMatchObject({ outcome: 'clean', found: 1, left: 0 });
      expect(
        await eventually(2_000, async () => (await own.dial('127.0.0.1', 3000)).answer === 'open'),
      ).toBe(true);
      expect((await restore(host)).json).toMatchObject({ found: 0 });
      host.end();
    });

    test('after a boot, which starts nothing that is not enabled and ends the timer, restore starts it', async () => {
      const host = await makeHost(withUnit);
      await host.script('service', parameters({ How: 'stop', Name: 'aerospike' }));
      await boot(host);
      expect(await states(host)).toEqual([]);
      expect((await restore(host, 'look')).json).toMatchObject({ outcome: 'present', found: 1 });
      expect((await restore(host)).json).toMatchObject({ outcome: 'clean', found: 1, left: 0 });
      expect(await eventually(2_000, async () => (await states(host)).length === 1)).toBe(true);
      expect((await restore(host)).json).toMatchObject({ outcome: 'clean', found: 0 });
      host.end();
    });

    test('stopped by the former script, whose note was with the state of the part, restore starts it', async () => {
      const host = await makeHost(withUnit);
      await host.sh(`mkdir -p /run/aerofault/run1/0; echo 'stop aerospike' >/run/aerofault/run1/0/service
        kill -9 $(cat /run/unit)`);
      expect((await restore(host)).json).toMatchObject({ outcome: 'clean', found: 1, left: 0 });
      expect(await eventually(2_000, async () => (await states(host)).length === 1)).toBe(true);
      host.end();
    });

    test('its timer starts it at RestoreAt, whoever was killed', async () => {
      const host = await makeHost(withUnit);
      const restoreAt = Date.now() + 4_000;
      const stop = parameters({ How: 'stop', Name: 'aerospike', RestoreAt: String(restoreAt) });
      const child = host.startScript('service', stop);
      expect(await eventually(3_500, async () => (await states(host)).length === 0)).toBe(true);
      killGroup(child);
      await sleep(restoreAt + 1_000 - Date.now());
      expect(await states(host)).toEqual(['S']);
      host.end();
    });

    test('one that will not stop, one that will not start again, and ones that are refused', async () => {
      const host = await makeHost(withUnit);
      const stop = parameters({ How: 'stop', Name: 'aerospike' });
      for (const Name of ['other', 'amazon-ssm-agent', 'ssh', 'multi-user.target']) {
        const { code, json } = await host.script('service', { ...stop, Name });
        expect([code, json['outcome']]).toEqual([3, 'refused']);
      }
      expect(await host.sh('grep -c stop /run/systemctl.log || true')).toBe('0\n');
      await host.sh('touch /run/stuck');
      const stuck = await host.script('service', {
        ...stop,
        RestoreAt: String(Date.now() + 2_500),
      });
      expect(stuck.json).toMatchObject({
        outcome: 'failed',
        reason: expect.stringMatching(/goes on/),
      });
      await host.sh('rm /run/stuck; touch /run/broken');
      expect((await host.script('service', { ...stop, RunId: 'run2' })).json).toMatchObject({
        outcome: 'applied',
      });
      const broken = await host.script('restore', { RunId: 'run2', Action: 'undo' });
      expect(broken).toMatchObject({ code: 1, json: { outcome: 'present', found: 1, left: 1 } });
      await host.sh('rm /run/broken');
      expect((await host.script('restore', { RunId: 'run2', Action: 'undo' })).json).toMatchObject({
        outcome: 'clean',
      });
      host.end();
    });
  },
  { concurrent: true },
);
