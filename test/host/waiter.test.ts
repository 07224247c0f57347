import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostScript } from '../../host/compose.ts';
import { describeOnKernel, makeHost, peers, said, sleep } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';

const { p1 } = peers;

/** The script of routes as it is, but for what it calls near: a second. */
const hasty = join(tmpdir(), `aerofault-hasty-${process.pid}.sh`);
writeFileSync(hasty, hostScript('route').replace('near_ms=25000', 'near_ms=1000'));

const routes = (host: Host): Promise<string> => host.sh('ip -4 route; ip -6 route');
const waiters = (host: Host): Promise<string> => host.sh('pgrep -f "[w]aiter.sh" || true');
const restore = (host: Host, Action: string): Promise<Said> =>
  host.script('restore', { RunId: 'run1', Action });

function parameters(startMs: number): Record<string, string> {
  const now = Date.now();
  return {
    RunId: 'run1',
    Part: '3',
    InjectAt: String(now + startMs),
    RestoreAt: String(now + startMs + 3_000),
    Peers: p1.ip4,
    How: 'unreachable',
  };
}

function route(host: Host, values: Readonly<Record<string, string>>): Promise<Said> {
  const env = Object.fromEntries(
    Object.entries(values).map(([name, value]) => [`SSM_${name}`, value]),
  );
  return said(host.start(['sh', hasty], { env }));
}

describeOnKernel('an instant that is too far for a command of SSM', () => {
  test('is waited for by a copy: the line comes at once, the change on time, the end on time', async () => {
    const host = await makeHost();
    const before = await routes(host);
    const values = parameters(5_000);
    const { code, json } = await route(host, values);

    expect(Date.now()).toBeLessThan(Number(values['InjectAt']) - 1_000);
    expect([code, json['outcome'], json['switch'], json['timer'], json['appliedAt']]).toEqual([
      0,
      'applied',
      'script',
      'setsid',
      Number(values['InjectAt']),
    ]);
    expect(await routes(host)).toBe(before);
    await sleep(Number(values['InjectAt']) + 700 - Date.now());
    expect(await routes(host)).toContain(`unreachable ${p1.ip4}`);
    expect(await waiters(host)).toBe('');
    await sleep(Number(values['RestoreAt']) + 1_000 - Date.now());
    expect(await routes(host)).toBe(before);
    host.end();
  });

  test('does not come for a run that is restored before: the copy is found, and ended', async () => {
    const host = await makeHost();
    const before = await routes(host);
    const values = parameters(6_000);
    await route(host, values);
    expect(await waiters(host)).not.toBe('');
    const looked = await restore(host, 'look');
    const undone = await restore(host, 'undo');

    expect(looked.json).toMatchObject({ outcome: 'present', found: 1 });
    expect(undone.json).toMatchObject({ outcome: 'clean', found: 1, left: 0 });
    expect(await waiters(host)).toBe('');
    await sleep(Number(values['InjectAt']) + 500 - Date.now());
    expect(await routes(host)).toBe(before);
    host.end();
  });

  test('does not come after a look alone either: the tombstone stops it', async () => {
    const host = await makeHost();
    const before = await routes(host);
    const values = parameters(4_000);
    await route(host, values);
    await restore(host, 'look');
    await sleep(Number(values['InjectAt']) + 500 - Date.now());

    expect(await routes(host)).toBe(before);
    expect(await waiters(host)).toBe('');
    host.end();
  });

  test('is waited for once, however often it is asked for', async () => {
    const host = await makeHost();
    const values = parameters(6_000);
    const first = await route(host, values);
    const again = await route(host, values);

    expect([first.json['outcome'], again.json['outcome']]).toEqual(['applied', 'already']);
    expect((await waiters(host)).trim().split('\n')).toHaveLength(1);
    await restore(host, 'undo');
    host.end();
  });
});
