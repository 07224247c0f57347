import { beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { describeKernel, observe } from './in-namespaces.ts';

const texts = z.record(z.string(), z.string());
const Observed = z.object({
  service: texts,
  programs: texts,
  rules: z.string(),
  links: z.object({ first: z.string(), second: z.string(), snapshot: z.boolean() }),
  container: z.looseObject({ equal: z.boolean() }),
});

describeKernel('machines', () => {
  let seen: z.infer<typeof Observed>;

  beforeAll(async () => {
    seen = Observed.parse(await observe('machines'));
  });

  test('systemctl starts and stops the node of its own machine, and finds it by the name asd', () => {
    expect(seen.service).toMatchObject({
      unknown: 'inactive\n3\n5\nFailed to stop other.service: Unit other.service not found.',
      started: 'active',
      pid: 'asd',
      again: '1',
      elsewhere: '0',
      frozen: 'T',
      restarted: 'ActiveState=active',
    });
    expect(seen.service['before']).toMatch(/^inactive\n3\n/);
    expect(seen.service['before']).not.toContain('asd');
  });

  test('a node that stands still is stopped all the same', () => {
    expect(seen.service['stopped']).toBe('3\n0');
  });

  test('no systemd shows, and nobody stays behind as a zombie', () => {
    expect(seen.service).toMatchObject({ systemd: 'none', orphans: '0' });
  });

  test('programs are missing where they should be, and nowhere else', () => {
    expect(seen.programs).toEqual({
      usual: 'iptables ip6tables iptables-save nft ip ss',
      modern: 'nft ip ss 2',
      bare: 'ip ss',
      outside: expect.stringMatching(/^iptables ip6tables iptables-save nft ip ss /),
    });
  });

  test('own-rules has a hundred and some in both families, established connections first', () => {
    const [v4, v6, first] = seen.rules.split('\n');

    expect([Number(v4), Number(v6)]).toEqual([100, 100]);
    expect(first).toBe('-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT');
  });

  test('each of two links carries its own flows', () => {
    expect(seen.links).toMatchObject({
      first: 'dev eth0\n10.0.1.11',
      second: 'dev eth1\n10.0.41.11',
    });
    expect(seen.links.snapshot).toBe(true);
  });

  test('a container is reached at the address of its machine, where nobody listens', () => {
    expect(seen.container).toEqual({
      listens: '0',
      fromOutside: '10.0.1.11',
      fromTheMachine: expect.stringMatching(/^[\d.]+$/),
      outwards: '10.0.1.23',
      equal: true,
    });
  });
});
