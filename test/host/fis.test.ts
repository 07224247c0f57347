import { afterEach, beforeEach, expect, test } from 'vitest';
import { fisCutScript } from '../../host/compose.ts';
import { fisCutParameters } from '../../host/fis-parameters.ts';
import { describeOnKernel, makeHost, peers, sleep } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { put } from './put.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

const { p1 } = peers;

/** Waits for something, for ten seconds at most. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100 && !(await holds()); tries += 1) await sleep(100);
}

describeOnKernel('cut as AWS FIS sends it', () => {
  let host: Host;
  let own: Actor;
  let peer: Actor;
  beforeEach(async () => {
    host = await makeHost();
    [own, peer] = await Promise.all([startActor(host), startActor(host, 'p1')]);
    for (const actor of [own, peer]) await actor.tell({ order: 'listen', port: 3001 });
    await put(host, '/run/fis-cut.sh', fisCutScript());
  });
  afterEach(() => host.end());

  /** As the agent starts it: what is left out has its default. */
  const start = (values: Readonly<Record<string, string>>) => {
    const given = Object.entries(fisCutParameters).map(([name, { default: usual = '' }]) => [
      `SSM_${name}`,
      values[name] ?? usual,
    ]);
    const child = host.start(['sh', '/run/fis-cut.sh'], { env: Object.fromEntries(given) });
    let said = '';
    child.stdout?.on('data', (text) => (said += String(text)));
    const over = new Promise<{ code: number | null; said: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, said }));
    });
    return { child, over };
  };
  const dial = async (): Promise<string> => (await peer.dial(p1.host4, 3001)).answer;
  const isCut = async (): Promise<boolean> =>
    (await host.sh('iptables -S; ip6tables -S')).includes('AEROFAULT-f');

  test('applies at once, lasts as long as its fault, and leaves nothing', async () => {
    expect(await dial()).toBe('open');
    const { over } = start({ HoldSeconds: '6', Peers: `${p1.ip4},${p1.ip6}` });
    await until(isCut);
    expect(await dial()).toBe('timed-out');
    const { code, said } = await over;
    expect(said).toContain('"outcome":"applied"');
    expect(said).toMatch(/"outcome":"clean".*"left":0/s);
    expect(code).toBe(0);
    expect(await isCut()).toBe(false);
    expect(await dial()).toBe('open');
  });

  test('is ended by the host’s timer where the command is cancelled, which kills it', async () => {
    const { child, over } = start({ HoldSeconds: '6', Peers: p1.ip4 });
    await until(isCut);
    process.kill(-child.pid!, 'SIGKILL');
    await over;
    expect(await isCut()).toBe(true);
    await until(async () => !(await isCut()));
    expect(await dial()).toBe('open');
  });

  test.each([
    ['a hold beyond an hour', { HoldSeconds: '3601', Peers: p1.ip4 }],
    ['a hold that is none', { HoldSeconds: '$(id)', Peers: p1.ip4 }],
    ['no peers', {}],
    ['a port of SSH', { Peers: p1.ip4, Ports: '22' }],
  ])('refuses %s', async (_, values) => {
    const { code } = await start(values).over;
    expect(code).not.toBe(0);
    expect(await isCut()).toBe(false);
  });
});
