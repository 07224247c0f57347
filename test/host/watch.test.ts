import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { answerTo, probe } from './ask.ts';
import { statistics } from './info-server.ts';
import { describeOnKernel, eventually, makeHost, peers, sleep } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

const { p1, p2 } = peers;
const Changes = z.array(z.array(z.unknown()));

/** The host's own ports in a listing of ss. */
const ports = (text: string) => [...text.matchAll(/10\.9\.1\.1:(\d+)/g)].map(([, port]) => port);

const background = (host: Host) => host.sh('ps -e -o args | grep "[t]alk.bash" || true');

describeOnKernel('probe keeps watch', () => {
  let host: Host;
  let node: Actor;
  const at = `${p1.ip4}/3000`;
  beforeAll(async () => {
    host = await makeHost();
    node = await startActor(host, 'p1');
    await node.tell({ order: 'info', port: 3000 });
    await node.tell({ order: 'listen', port: 3001 });
  });
  afterAll(() => host.end());

  const block = (hook: string) =>
    host.sh(
      `iptables ${hook} INPUT -s ${p1.ip4} -p tcp -j DROP; iptables ${hook} OUTPUT -d ${p1.ip4} -p tcp -j DROP`,
    );
  const changes = async (since = 0, values = {}) => {
    const { answer, changes: seen, more } = await answerTo(host, `recorded/${at}/${since}`, values);
    expect(answer).toBe('ok');
    return { seen: Changes.parse(seen), more };
  };
  const kept = () => answerTo(host, `kept/${at}`);

  test('a recorder notes each change once, with silence and its end', async () => {
    const began = Date.now();
    expect(await answerTo(host, `record/${at}`)).toEqual({
      probe: `record/${at}`,
      answer: 'recording',
    });
    expect(Date.now() - began).toBeLessThan(1_500);
    expect(await answerTo(host, `record/${at}`)).toMatchObject({ answer: 'recording' });
    expect(
      (await background(host))
        .trim()
        .split('\n')
        .filter((line) => line.includes(' record ')).length,
    ).toBeLessThanOrEqual(2);
    await sleep(500);
    await node.tell({
      order: 'tell',
      values: {
        statistics: statistics({
          cluster_size: '1',
          cluster_key: '76A4E430582D',
          cluster_principal: 'A1',
        }),
      },
    });
    const toldAt = Date.now();
    await sleep(500);
    await block('-A');
    const blockedAt = Date.now();
    await sleep(1_800);
    await block('-D');
    await node.tell({
      order: 'tell',
      values: {
        statistics: statistics({ cluster_is_member: 'false', migrate_partitions_remaining: '12' }),
      },
    });
    expect(await eventually(4_000, async () => (await changes()).seen.length >= 4)).toBe(true);

    const { seen, more } = await changes();
    expect(more).toBe(false);
    expect(seen.map(([, ...rest]) => rest)).toEqual([
      [3, '33B6753569CE', 'A3', 1, 0],
      [1, '76A4E430582D', 'A1', 1, 0],
      [null],
      [3, '33B6753569CE', 'A3', 0, 1],
    ]);
    const times = seen.map(([ms]) => Number(ms));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[1]! - toldAt).toBeLessThan(400);
    // Silence begins with the first question that got no answer, not when patience ended.
    expect(times[2]! - blockedAt).toBeLessThan(400);
    expect((await changes(times[1])).seen).toEqual(seen.slice(2));
    expect((await changes(times[3])).seen).toEqual([]);
  });

  test('a recorder uses one connection, in a session of its own, without a process a question', async () => {
    const [pid] = (await host.sh(`cat /run/aerofault/run1/probe/record-${p1.ip4}-3000.pid`)).split(
      ' ',
    );
    expect(await answerTo(host, `links/${at}`)).toMatchObject({ established: 1 });
    expect((await host.sh(`cut -d' ' -f6 /proc/${pid}/stat`)).trim()).toBe(pid);
    const follower = (await host.sh(`cat /proc/${pid}/task/${pid}/children`)).trim();
    // Page faults of children that ended: none while there were no children.
    const faults = () => host.sh(`cut -d' ' -f11 /proc/${follower}/stat`);
    const before = await faults();
    await sleep(800);
    expect(await faults()).toBe(before);
    expect((await host.sh(`cat /proc/${follower}/task/${follower}/children`)).trim()).toBe('');
  });

  test('25 changes a reply at most, the rest on asking again', async () => {
    const { seen: old } = await changes();
    const since = Number(old.at(-1)?.[0] ?? 0);
    const lines = Array.from(
      { length: 60 },
      (_, i) => `[${since + 1 + i},3,"33B6753569CE","BB9020011AC4202",1,0]`,
    );
    await host.sh(
      `printf '%s\\n' '${lines.join("' '")}' '[${since + 99},3,"33' >>/run/aerofault/run1/probe/record-${p1.ip4}-3000`,
    );
    const first = await changes(since);
    expect([first.seen.length, first.more]).toEqual([25, true]);
    const second = await changes(Number(first.seen.at(-1)?.[0]));
    const third = await changes(Number(second.seen.at(-1)?.[0]));
    expect([second.seen.length, second.more, third.seen.length, third.more]).toEqual([
      25,
      true,
      10,
      false,
    ]);
    const results = await probe(host, [
      `recorded/${at}/${since}`,
      `recorded/${at}/${since}`,
      `recorded/${at}/${since}`,
    ]);
    expect(results.every((result) => Changes.parse(result['changes']).length > 0)).toBe(true);
  });

  test('a canary is alive, dead on a cut, and alive again on the same connection', async () => {
    expect(await answerTo(host, `keep/${at}`)).toEqual({ probe: `keep/${at}`, answer: 'open' });
    expect(await answerTo(host, `keep/${at}`)).toMatchObject({ answer: 'open' });
    const alive = await kept();
    expect(alive).toMatchObject({ answer: 'alive' });
    expect(Math.abs(Date.now() - Number(alive['lastAt']))).toBeLessThan(2_000);
    const { stdout: socket } = await host.run(['ss', '-tnpH', 'dst', `${p1.ip4}:3000`]);

    await block('-A');
    const cutAt = Date.now();
    expect(await eventually(5_000, async () => (await kept())['answer'] === 'dead')).toBe(true);
    const dead = await kept();
    expect(dead).toMatchObject({ answer: 'dead', how: 'timed-out' });
    expect(Number(dead['lastAt'])).toBeLessThan(cutAt + 700);

    await block('-D');
    expect(await eventually(8_000, async () => (await kept())['answer'] === 'alive')).toBe(true);
    const { stdout: now } = await host.run(['ss', '-tnpH', 'dst', `${p1.ip4}:3000`]);
    expect(ports(now).some((port) => ports(socket).includes(port))).toBe(true);
  });

  test('a canary that is reset says so, one that nobody accepts or answers too', async () => {
    await host.sh(
      'ip netns exec p1 iptables -A INPUT -p tcp --dport 3001 -j REJECT --reject-with tcp-reset; ip netns exec p2 iptables -A INPUT -p tcp --dport 3000 -j DROP',
    );
    const began = Date.now();
    const results = await probe(host, [
      `keep/${p1.ip4}/3999`,
      `keep/${p2.ip4}/3000`,
      `keep/${p1.ip4}/3001`,
    ]);
    expect(Date.now() - began).toBeLessThan(3_500);
    expect(results.map(({ answer }) => answer)).toEqual(['refused', 'timed-out', 'refused']);
    await host.sh(`ss -K dst ${p1.ip4} dport = :3000`);
    expect(await eventually(3_000, async () => (await kept())['answer'] === 'dead')).toBe(true);
    expect(await kept()).toMatchObject({ how: 'reset' });
    expect(await answerTo(host, `kept/${p2.ip4}/3000`)).toEqual({
      probe: `kept/${p2.ip4}/3000`,
      answer: 'absent',
    });
    expect(await answerTo(host, `kept/${p1.ip4}/3999`)).toMatchObject({ answer: 'absent' });
  });

  test('stop ends recorders and canaries of its run, and removes their files', async () => {
    await probe(host, [`record/${at}`, `keep/${at}`], { RunId: 'other' });
    await probe(host, [`record/${at}`, `keep/${at}`]);
    expect((await background(host)).match(/\/run1\/probe\//g)?.length).toBeGreaterThanOrEqual(2);
    expect(await answerTo(host, 'stop')).toEqual({ probe: 'stop', answer: 'stopped' });
    expect(
      await eventually(1_000, async () => !(await background(host)).includes('/run1/probe/')),
    ).toBe(true);
    expect(
      await host.sh('ls -d /run/aerofault/run1 /run/aerofault/probe.* 2>/dev/null || true'),
    ).toBe('');
    expect(await answerTo(host, `recorded/${at}/0`)).toMatchObject({ answer: 'absent' });
    expect(await answerTo(host, `kept/${at}`, { RunId: 'other' })).toMatchObject({
      answer: 'alive',
    });
    await answerTo(host, 'stop', { RunId: 'other' });
    expect(await answerTo(host, 'stop')).toMatchObject({ answer: 'stopped' });
    expect(await eventually(1_000, async () => (await background(host)) === '')).toBe(true);
  });

  test('recorders and canaries end by themselves at Until, and do not start after it', async () => {
    const soon = { RunId: 'soon', Until: String(Date.now() + 1_500) };
    await probe(host, [`record/${at}`, `keep/${at}`], soon);
    expect((await changes(0, { RunId: 'soon' })).seen.length).toBeLessThanOrEqual(1);
    expect(await eventually(4_000, async () => (await background(host)) === '')).toBe(true);
    expect((await changes(0, { RunId: 'soon' })).seen.length).toBe(1);
    expect(await answerTo(host, `kept/${at}`, { RunId: 'soon' })).toMatchObject({
      answer: 'absent',
    });
    expect(
      (await probe(host, [`record/${at}`, `keep/${at}`], soon)).map(({ answer }) => answer),
    ).toEqual(['absent', 'absent']);
    expect(await background(host)).toBe('');
  });

  test('a killed probe script does not take its recorder along', async () => {
    const script = host.startScript('probe', {
      RunId: 'killed',
      Until: String(Date.now() + 60_000),
      Probes: `record/${at},new/${p2.ip4}/3000`,
    });
    expect(
      await eventually(2_000, async () => (await background(host)).includes('/killed/probe/')),
    ).toBe(true);
    process.kill(-script.pid!, 'SIGKILL');
    await sleep(200);
    expect(await background(host)).toContain('/killed/probe/');
    await answerTo(host, 'stop', { RunId: 'killed' });
  });
});
