import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { questionTexts } from '../../core/probe/question-texts.ts';
import { hostScript } from '../../host/compose.ts';
import { describeOnKernel, makeHost, peers } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';
import { put } from './put.ts';
import { without } from './stand-in.ts';

const own = peers.p1.host4;
const other = peers.p1.ip4;
/** This host, which has another address besides, and two that are elsewhere. */
const asked = [
  { id: 'i-1', address: other, items: [`new/${other}/3999`, 'stop'] },
  { id: 'i-2', address: own, items: [`new/${other}/3998`, `new/${own}/3997`] },
  { id: 'i-3', address: '10.77.0.1', items: ['stop'] },
];
const { text } = questionTexts(asked)[0]!;

const askOn = (host: Host, Probes: string, env: Readonly<Record<string, string>> = {}) =>
  host.script('probe', { RunId: 'run1', Until: String(Date.now() + 60_000), Probes }, env);

const surveyOn = (host: Host, Info: string, env: Readonly<Record<string, string>> = {}) =>
  host.script('survey', { RunId: 'run1', SentAt: String(Date.now()), Ports: '3000', Info }, env);

/** The questions it answered, or why it asked none. */
function asks({ json }: Said): unknown {
  return Array.isArray(json['results'])
    ? json['results'].map(({ probe }: { probe: string }) => probe)
    : json['reason'];
}

describeOnKernel('a text for many hosts', () => {
  let host: Host;
  beforeAll(async () => {
    host = await makeHost();
  });
  afterAll(() => host.end());

  const ask = (Probes: string, env?: Readonly<Record<string, string>>): Promise<Said> =>
    askOn(host, Probes, env);

  test.each([1, 2, 3])('instance i-%i asks what is its own, in order', async (n) => {
    const said = await ask(text, { AWS_SSM_INSTANCE_ID: `i-${n}` });
    expect(asks(said)).toEqual(asked[n - 1]!.items);
  });

  test('where the agent does not say who it is, its address does', async () => {
    expect(asks(await ask(text))).toEqual(asked[1]!.items);
    expect(asks(await ask(text, { AWS_SSM_INSTANCE_ID: '' }))).toEqual(asked[1]!.items);
  });

  test('refuses, and says who it is, where no section is for it, or several are', async () => {
    const stranger = await ask(text, { AWS_SSM_INSTANCE_ID: 'i-9' });
    expect(stranger.code).toBe(3);
    expect(asks(stranger)).toBe(
      'Cannot accept parameter Probes as one section must be for instance i-9: found 0',
    );
    const nobody = await ask(`stop;i-1@${other}=1;i-3@10.77.0.1=1`);
    expect(asks(nobody)).toMatch(/for a host with [0-9. ]*10\.9\.1\.1[0-9. ]*as its own: found 0$/);
    const both = await ask(`stop;i-1@${own}=1;i-3@${peers.p2.host4}=1`);
    expect(asks(both)).toMatch(/: found 2$/);
  });

  test.each([
    `stop;i-1@${own}=0`,
    `stop;i-1@${own}=2`,
    `stop;i-1@${own}=1,,1`,
    `stop;i-1@${own}=12345`,
    `stop;i-1@${own}`,
    `stop;i-1@10.9.1=1;i-2@${own}=1`,
    `stop,rm/10.9.1.2/1;i-1@${own}=2`,
    `stop;*@${own}=1`,
    `${'new/10.99.100.200/30000,'.repeat(800)}stop;i-1@${own}=1`,
  ])('refuses %s', async (Probes) => {
    expect(await ask(Probes)).toMatchObject({ code: 3, json: { outcome: 'refused' } });
  });

  test('survey asks the node of its own section', async () => {
    const both = `i-1@${other}=3998;i-2@${own}=3999`;
    const says = async (env = {}): Promise<string> =>
      JSON.stringify((await surveyOn(host, both, env)).json);
    expect(await says()).toContain(`Cannot ask the node at ${own}/3999`);
    expect(await says({ AWS_SSM_INSTANCE_ID: 'i-1' })).toContain(
      `Cannot ask the node at ${other}/3998`,
    );
    expect(await surveyOn(host, both, { AWS_SSM_INSTANCE_ID: 'i-9' })).toMatchObject({
      code: 3,
      json: {
        outcome: 'refused',
        reason: 'Cannot accept parameter Info as one section must be for instance i-9: found 0',
      },
    });
  });

  test('a full text of fifty hosts costs little beside what is asked', async () => {
    const hosts = Array.from({ length: 50 }, (_host, n) => ({
      id: `i-0123456789abcde${(4096 + n).toString(16)}`,
      address: n === 49 ? own : `10.99.0.${n + 1}`,
      items: Array.from({ length: 20 }, (_, i) => `links/10.99.${n % 12}.${i + 1}/3001`),
    }));
    const full = questionTexts(hosts)[0]!.text;
    expect(full.length).toBeGreaterThan(9_000);
    const alone = hosts[49]!.items;
    const timed = async (Probes: string): Promise<number> => {
      const began = performance.now();
      expect(asks(await ask(Probes))).toEqual(alone);
      return performance.now() - began;
    };
    const plain = await timed(alone.join(','));
    expect((await timed(full)) - plain).toBeLessThan(1_500);
  });
});

describe.each([
  { found: 'the table of the kernel', table: '/proc/net/fib_trie', lines: ':' },
  { found: 'ip alone', table: '/run/none', lines: ':' },
  { found: 'hostname alone', table: '/run/none', lines: without('ip') },
])('a host with $found', ({ table, lines }) => {
  describeOnKernel('knows its address', () => {
    let host: Host;
    beforeAll(async () => {
      host = await makeHost();
      await put(host, '/run/probe.sh', hostScript('probe').replaceAll('/proc/net/fib_trie', table));
      await host.sh(lines);
    });
    afterAll(() => host.end());

    test('and so its questions', async () => {
      const env = { SSM_RunId: 'run1', SSM_Until: String(Date.now() + 60_000), SSM_Probes: text };
      const { stdout } = await host.run(['sh', '/run/probe.sh'], { env });
      expect(stdout).toContain(`"probe":"new/${own}/3997"`);
      expect(stdout).not.toContain('"stop"');
    });
  });
});
