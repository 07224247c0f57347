import { expect, test } from 'vitest';
import { byHandOf, usualRestoreDocument } from '../../core/by-hand/by-hand.ts';
import type { RunItem } from '../../core/journal.ts';
import type { HostStep } from '../../core/step.ts';
import { hostScriptOf } from '../../lambda/engine/host-script.ts';
import { anInventory } from '../core/inventories.ts';
import { aRun } from '../core/stories.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { over, shim } from './shim.ts';

/**
 * What a report prints for a stuck host step is pasted into a root shell of the host that the real script
 * has just changed: the kernel is as before, and the run's own look finds nothing.
 */

const { p1 } = peers;
const both = [p1.ip4, p1.ip6];
const common = { id: 'step', phase: 1, says: 'a step', instanceId: 'i-1' };

const cut: HostStep = {
  ...common,
  kind: 'host-cut',
  peers: both,
  ports: [3001, 3002],
  packets: 'drop',
  direction: 'both',
};
const reroute: HostStep = {
  ...common,
  kind: 'host-reroute',
  peers: [p1.ip4],
  ports: [3001],
  to: '10.9.2.2',
  source: '10.9.1.1',
};
const route: HostStep = { ...common, kind: 'host-route', peers: both, how: 'blackhole' };
const hold = { ...common, kind: 'hold-service' } as const;

const steps: readonly [string, HostStep][] = [
  ['a cut', cut],
  ['a cut of another part, by iptables', { ...cut, part: 7, filter: 'iptables' }],
  ['a cut by nft', { ...cut, filter: 'nft' }],
  [
    'a reset, inbound, over one device',
    {
      ...cut,
      packets: 'tcp-reset',
      direction: 'inbound',
      local: { device: 'to-p1' },
    },
  ],
  [
    'a share, on and off',
    {
      ...cut,
      intensity: { percent: 30, per: 'packet' },
      flapping: { onSeconds: 2, offSeconds: 3 },
    },
  ],
  ['a cut of one family', { ...cut, peers: [p1.ip6] }],
  ['a reroute under another source', reroute],
  ['a reroute by nft', { ...reroute, filter: 'nft' }],
  ['routes that lead nowhere', route],
  ['routes that are unreachable', { ...route, how: 'unreachable' }],
  ['a process that stands still', { ...hold, how: 'freeze', name: 'asd' }],
  ['a service that is stopped', { ...hold, how: 'stop', name: 'aerospike' }],
];

/** Tables that are there before, with rules of others; a process named asd; a systemd with one unit. */
const furnished = `
  iptables -A INPUT -p tcp --dport 9000 -m comment --comment "its own; rule" -j ACCEPT
  ip6tables -A INPUT -p tcp --dport 9000 -j DROP
  iptables -t nat -A POSTROUTING -s 192.0.2.0/24 -j MASQUERADE
  cp "$(readlink -f "$(command -v sleep)")" /run/asd; setsid /run/asd 600 </dev/null >/dev/null 2>&1 &
  echo active >/run/unit
  ${over(
    '/usr/bin',
    shim(
      'systemctl',
      `case $1 in
  is-active) cat /run/unit; grep -q '^active' /run/unit ;;
  stop) echo inactive >/run/unit ;;
  start) echo active >/run/unit ;;
esac`,
    ),
  )}`;

/** All that any method changes; what counts packets or names times stays out. */
const wholeState = `
  iptables-save | sed 's/ \\[.*//; /^#/d'; ip6tables-save | sed 's/ \\[.*//; /^#/d'
  nft list tables | grep aerofault || true
  ip -4 route; ip -6 route; cat /run/unit
  for p in /proc/[0-9]*; do [ "$(cat $p/comm 2>/dev/null)" != asd ] || cut -d' ' -f3 $p/stat; done`;

const now = Date.now();
const run = (): RunItem => {
  const injectAt = 1000 * Math.ceil(Date.now() / 1000);
  const times = { openedAt: now, injectAt, restoreAt: injectAt + 90_000 };
  return aRun({ runId: 'run1', life: 'closed', ...times });
};

async function look(host: Host): Promise<unknown> {
  return (await host.script('restore', { RunId: 'run1', Action: 'look' })).json;
}

describeOnKernel(
  'the commands for a person end, without any script of ours,',
  () => {
    test.each(steps)('%s', async (_, step) => {
      const host = await makeHost(furnished);
      const before = await host.sh(wholeState);
      const { script, parameters } = hostScriptOf(step, run());
      const applied = await host.script(script, parameters);
      expect(applied.json).toMatchObject({ outcome: 'applied' });
      expect(await host.sh(wholeState)).not.toBe(before);

      const inventory = anInventory();
      const means = { run: run(), inventory, restoreDocument: usualRestoreDocument };
      const [bySsm = '', ...onHost] = byHandOf(step, means);
      expect(bySsm).toMatch(/^aws ssm send-command .*Aerofault-Restore/);
      await host.run(['sh', '-c', onHost.join('\n')]);

      expect(await host.sh(wholeState)).toBe(before);
      const again = await host.script(script, parameters);
      expect(again.json).toMatchObject({ outcome: 'refused', reason: 'restored already' });
      expect(await look(host)).toMatchObject({ outcome: 'clean', found: 0 });
      host.end();
    });
  },
  { concurrent: true },
);
