import { expect, test } from 'vitest';
import { boot } from './boot.ts';
import { killGroup } from './kill-group.ts';
import { describeOnKernel, eventually, makeHost, sleep } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';
import { bashAsSh } from './shim.ts';
import { startActor } from './start-actor.ts';

interface Stage {
  readonly host: Host;
  readonly pause: (values?: Readonly<Record<string, string>>) => Promise<Said>;
  readonly restore: (action?: string) => Promise<Said>;
  /** Commands that changed something, without what stands before the destination's name. */
  readonly commands: () => Promise<string[]>;
  readonly mute: (muted: boolean) => Promise<unknown>;
}

async function setStage(build: string, first = ''): Promise<Stage> {
  const host = await makeHost(first);
  const node = await startActor(host);
  await node.tell({ order: 'info', port: 3000 });
  await node.tell({ order: 'ship', build });
  const commands = async () => {
    const { answer } = await node.tell({ order: 'commanded' });
    return answer
      .split('\n')
      .filter(Boolean)
      .map((line) => line.replace('set-config:context=xdr;', ''));
  };
  return {
    host,
    pause: (values) => host.script('xdr', parameters(values)),
    restore: (Action = 'undo') => host.script('restore', { RunId: 'run1', Action }),
    commands,
    mute: (muted) => node.tell({ order: 'mute', muted }),
  };
}

function parameters(values: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    RunId: 'run1',
    Part: '0',
    InjectAt: String(Date.now()),
    RestoreAt: String(Date.now() + 60_000),
    Address: '127.0.0.1',
    Port: '3000',
    How: 'remove-namespaces',
    Dc: 'DC2',
    Namespaces: 'test,bar',
    Rewind: 'none',
    ...values,
  };
}

const old = { How: 'force-linkdown', Namespaces: 'test' };

describeOnKernel(
  'xdr pauses shipping to one destination',
  () => {
    test.each([
      ['7.2.0.17', ''],
      ['8.1.2.0', bashAsSh],
    ])(
      'server %s: namespaces go and come back with their settings, and nothing written is missed',
      async (build, first) => {
        const { host, pause, restore, commands } = await setStage(build, first);
        const values = parameters();
        const began = Date.now();
        const { code, json } = await pause(values);
        expect(json['reason']).toBeUndefined();
        expect([code, json['outcome'], json['method'], json['namespaces'], json['switch']]).toEqual(
          [0, 'applied', 'xdr', 2, 'script'],
        );
        const removals = [
          'dc=DC2;namespace=test;action=remove',
          'dc=DC2;namespace=bar;action=remove',
        ];
        expect(await commands()).toEqual(removals);
        expect((await pause(values)).json).toMatchObject({ outcome: 'already' });
        expect((await restore('look')).json).toMatchObject({ outcome: 'present', found: 2 });
        expect(await commands()).toEqual(removals);

        await sleep(1_000);
        expect((await restore()).json).toMatchObject({ outcome: 'clean', found: 2, left: 0 });
        const [, , ...additions] = await commands();
        const rewinds = additions.map((line) => Number(/;rewind=(\d+)$/.exec(line)?.[1]));
        // The node told a lag of 3 seconds; one more is for rounding.
        const seconds = (Date.now() - began) / 1000;
        for (const rewind of rewinds.filter(Boolean)) {
          expect(rewind).toBeGreaterThan(1 + 3);
          expect(rewind).toBeLessThanOrEqual(Math.ceil(seconds) + 1 + 3);
        }
        expect(additions.map((line) => line.replace(/rewind=\d+/, 'rewind=N'))).toEqual([
          'dc=DC2;namespace=test;action=add;rewind=N',
          'dc=DC2;namespace=bar;action=add;rewind=N',
          'dc=DC2;namespace=bar;enable-compression=true',
          'dc=DC2;namespace=bar;max-throughput=5000',
        ]);
        expect((await restore()).json).toMatchObject({ outcome: 'clean', found: 0 });
        expect(await commands()).toHaveLength(6);
        host.end();
      },
    );

    test('after a boot, which ends the timer and ships what the file says, restore still gives it all back', async () => {
      const { host, pause, restore, commands } = await setStage('7.2.0.17');
      await pause(parameters());
      await boot(host);
      expect((await restore('look')).json).toMatchObject({ outcome: 'present', found: 2 });
      expect((await restore()).json).toMatchObject({ outcome: 'clean', found: 2, left: 0 });
      const additions = (await commands()).filter((line) => line.includes('action=add'));
      expect(additions).toHaveLength(2);
      expect((await restore()).json).toMatchObject({ outcome: 'clean', found: 0 });
      host.end();
    });

    test('server 4.9: the link is forced down and up again', async () => {
      const { host, pause, restore, commands } = await setStage('4.9.0.37');
      const { json } = await pause(old);
      expect(json).toMatchObject({ outcome: 'applied', how: 'force-linkdown' });
      expect((await restore()).json).toMatchObject({ outcome: 'clean', found: 1, left: 0 });
      expect(await commands()).toEqual([
        'xdr-command:force-linkdown=true;dc=DC2',
        'xdr-command:force-linkdown=false;dc=DC2',
      ]);
      host.end();
    });

    test.each([
      ['all', 'rewind=all'],
      ['90', 'rewind=90'],
    ])('rewind as asked: %s', async (Rewind, told) => {
      const { host, pause, restore, commands } = await setStage('7.2.0.17');
      await pause({ Namespaces: 'test', Rewind });
      await restore();
      expect((await commands()).at(-1)).toBe(`dc=DC2;namespace=test;action=add;${told}`);
      host.end();
    });

    test('its timer resumes at RestoreAt, though the script was killed with its group', async () => {
      const { host, commands, restore } = await setStage('8.1.2.0');
      const restoreAt = Date.now() + 4_000;
      const child = host.startScript('xdr', parameters({ RestoreAt: String(restoreAt) }));
      expect(await eventually(3_500, async () => (await commands()).length > 0)).toBe(true);
      killGroup(child);
      await sleep(restoreAt + 1_500 - Date.now());
      expect((await commands()).at(-1)).toMatch(/namespace=bar;(action=add|max-throughput)/);
      expect((await restore('look')).json).toMatchObject({ outcome: 'clean', restoredBy: 'timer' });
      host.end();
    });

    test('what is not known to the node is refused, and nothing changed', async () => {
      const { host, pause, commands, restore } = await setStage('7.2.0.17');
      const reasons = await Promise.all(
        [
          { Dc: 'DC9' },
          { Namespaces: 'test,nope' },
          { Namespaces: 'sets' },
          { Port: '3999' },
          old,
        ].map(async (values, i) => {
          const { code, json } = await pause({ ...values, RunId: `r${i}` });
          expect([values, code]).toEqual([values, 3]);
          return json['reason'];
        }),
      );
      expect(reasons).toEqual([
        expect.stringMatching(/destination DC9 is not known/),
        expect.stringMatching(/namespace nope is not shipped to DC2/),
        expect.stringMatching(
          /sets has (shipped-sets|ship-only-specified-sets)=.*, which might not hold/,
        ),
        expect.stringMatching(/the node is refused/),
        expect.stringMatching(/server 7.2.0.17 knows no force-linkdown/),
      ]);
      expect(await commands()).toEqual([]);
      expect((await restore('look')).json).toMatchObject({ found: 0 });
      host.end();

      const before = await setStage('4.9.0.37');
      expect((await before.pause({})).json['reason']).toMatch(/4.9.0.37 knows force-linkdown only/);
      expect((await before.pause({ ...old, Dc: 'DC9' })).json['reason']).toMatch(
        /DC9 is not known/,
      );
      expect(await before.commands()).toEqual([]);
      before.host.end();
    });

    test('where one namespace cannot be removed, the others are shipped again at once', async () => {
      const { host, pause, commands, restore } = await setStage('7.2.0.17');
      const { code, json } = await pause({ Namespaces: 'test,locked' });
      expect([code, json['outcome']]).toEqual([1, 'failed']);
      expect(json['reason']).toMatch(/wants a login, or a role/);
      expect((await commands()).at(-1)).toMatch(/^dc=DC2;namespace=test;action=add;rewind=\d+$/);
      expect((await restore('look')).json).toMatchObject({ outcome: 'clean', found: 0 });
      host.end();
    });

    test('while the node does not answer a restore says what is left, and later succeeds', async () => {
      const { host, pause, restore, mute } = await setStage('7.2.0.17');
      await pause();
      await mute(true);
      expect(await restore()).toMatchObject({
        code: 1,
        json: { outcome: 'present', found: 2, left: 2 },
      });
      await mute(false);
      expect((await restore()).json).toMatchObject({ outcome: 'clean', found: 2, left: 0 });
      host.end();
    });

    test('parameters that could be more than names are refused', async () => {
      const { host, pause, commands } = await setStage('7.2.0.17');
      for (const values of [
        { Dc: 'DC2;action=delete' },
        { Dc: '' },
        { Namespaces: 'test;action=add' },
        { Namespaces: 'test,' },
        { Namespaces: 'test\nbuild' },
        { Rewind: '86401' },
        { Rewind: '01' },
        { Rewind: '$(id)' },
        { How: 'remove' },
        { Address: 'localhost' },
        { Port: '0' },
      ]) {
        const { code, json } = await pause(values);
        expect([values, code]).toEqual([values, 3]);
        expect(json['reason']).toContain(`parameter ${Object.keys(values)[0]} `);
      }
      expect(await commands()).toEqual([]);
      host.end();
    });
  },
  { concurrent: true },
);
