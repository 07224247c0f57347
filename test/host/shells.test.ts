import { afterEach, expect, test } from 'vitest';
import { cutParameters } from './cut-parameters.ts';
import { describeOnKernel, makeHost, peers, sleep } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { startActor } from './start-actor.ts';

const { p1 } = peers;

describeOnKernel('with bash as /bin/sh, as on Amazon Linux and RHEL', () => {
  let host: Host;
  afterEach(() => host.end());

  test('a run goes through all scripts, and its timer ends it', async () => {
    host = await makeHost(
      'mount --bind "$(readlink -f "$(command -v bash)")" "$(readlink -f /bin/sh)"',
    );
    expect(await host.sh('echo "$BASH_VERSION"')).toMatch(/^\d/);
    const node = await startActor(host, 'p1');
    await node.tell({ order: 'info', port: 3000 });
    const restoreAt = Date.now() + 10_000;
    const run = {
      RunId: 'run1',
      RestoreAt: String(restoreAt),
      Ports: '3000',
      Peers: `${p1.ip4},${p1.ip6}`,
    };
    const ask = async (...items: string[]) =>
      (
        await host.script('probe', {
          RunId: 'run1',
          Until: String(Date.now() + 60_000),
          Probes: items.join(','),
        })
      ).json;

    const at = `${p1.ip4}/3000`;
    expect(await ask(`view/${at}/3`, `record/${at}`, `keep/${at}`)).toMatchObject({
      results: [{ answer: 'ok', size: 3 }, { answer: 'recording' }, { answer: 'open' }],
    });
    await sleep(300);
    const cut = cutParameters({ ...run, InjectAt: String(Date.now() + 300), Packets: 'reject' });
    expect((await host.script('cut', cut)).json).toMatchObject({
      outcome: 'applied',
      timer: 'setsid',
      rules4: 2,
      rules6: 2,
    });
    expect((await host.script('cut', cut)).json).toMatchObject({ outcome: 'already' });
    expect((await host.script('restore', { RunId: 'run2', Action: 'undo' })).json).toMatchObject({
      found: 0,
    });
    expect(await ask(`new/${at}`)).toMatchObject({ results: [{ answer: 'refused' }] });
    await sleep(restoreAt + 2_000 - Date.now());
    expect((await host.script('restore', { RunId: 'run1', Action: 'look' })).json).toMatchObject({
      outcome: 'clean',
      restoredBy: 'timer',
    });
    expect(await ask(`new/${at}`, `recorded/${at}/0`)).toMatchObject({
      results: [
        { answer: 'open' },
        {
          answer: 'ok',
          changes: [
            [expect.any(Number), 3, '33B6753569CE', 'A3', 1, 0],
            [expect.any(Number), null],
            expect.anything(),
          ],
        },
      ],
    });
    const sever = await host.script('sever', {
      ...run,
      RunId: 'run3',
      Action: 'sever',
      RestoreAt: String(Date.now() + 5_000),
    });
    // Both are closed, and the recorder dials again, for nothing stops it.
    expect(sever.json).toMatchObject({ outcome: 'refused', before: 2 });
    expect(sever.json['reason']).toContain('still coming anew');
    await node.tell({ order: 'mute', muted: true });
    expect(await ask('stop')).toMatchObject({ results: [{ answer: 'stopped' }] });
    expect(await host.sh('ps -e -o args | grep "[t]alk.bash" || true')).toBe('');
    expect((await host.script('cut', { ...cut, Ports: '22' })).code).toBe(3);

    const share = { RunId: 'run4', Packets: 'tcp-reset', Share: '40%', Per: 'connection' };
    for (const Filter of ['iptables', 'nft']) {
      const flapping = cutParameters({ ...share, RunId: `run${Filter}`, Flap: '1-1', Filter });
      expect((await host.script('cut', flapping)).json).toMatchObject({
        outcome: 'applied',
        switch: 'kernel',
        method: Filter,
      });
      expect((await host.script('cut', flapping)).json).toMatchObject({ outcome: 'already' });
      const undo = { RunId: `run${Filter}`, Action: 'undo' };
      expect((await host.script('restore', undo)).json).toMatchObject({ outcome: 'clean' });
    }
    expect(await host.sh('iptables-save; ip6tables-save; nft list ruleset')).toBe('');
  });
});
