import { afterAll, beforeAll, expect, test } from 'vitest';
import { hostParameters } from '../../host/parameters.ts';
import { scriptNames } from '../../core/script-names.ts';
import type { ScriptName } from '../../core/script-names.ts';
import { goodParameters } from './fuzz-good.ts';
import { describeOnKernel, makeHost } from './namespaces.ts';
import type { Host } from './namespaces.ts';

const now = Date.now();

/** Those whose refusals are seen here; the fuzz sees those of all. */
const scripts = ['cut', 'restore', 'sever', 'probe'] as const;

/** One good set of parameters for every script. */
const good = (script: ScriptName): Record<string, string> => ({
  ...goodParameters(script),
  RunId: 'run1',
});

/** What SSM must refuse by pattern, and the scripts too. */
const bad: Readonly<Record<string, readonly string[]>> = {
  RunId: ['', 'A', 'thirteenchars', '../x', 'a b', 'a\n', '$(id)', '`id`', 'é'],
  InjectAt: [
    '',
    '1',
    '0123456789012',
    '12345678901234',
    '1234567890123\n',
    '$((1+1))',
    '123456789012x',
  ],
  RestoreAt: ['', '1', '0123456789012', '12345678901234', '1234567890123\n', '-123456789012'],
  Ports: [
    '',
    '0',
    '03001',
    '3001,',
    ',3001',
    '3001,,3002',
    '3001 3002',
    '3001;id',
    '3001\n',
    '3001:3002',
    '$PORT',
    '123456',
    '1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16',
  ],
  Peers: [
    '',
    '10.9.1',
    '10.9.1.2,',
    '10.9.1.256',
    '10.9.1.2/24',
    '0.0.0.0/0',
    'host',
    '10.9.1.2\n',
    '10.9.1.2 -j ACCEPT',
    '10.9.1.2;reboot',
    '$(reboot)',
    'FD00::1',
  ],
  Packets: ['', 'DROP', 'drop\n', 'drop;id', 'accept'],
  Direction: ['', 'outbound', 'both\n', 'both both'],
  Part: ['', '100', '-1', 'a', '1\n', '0;id'],
  Filter: ['', 'ipset', 'nft\n', 'nft;id', 'AUTO'],
  Share: ['', 'none', '0%', '100%', '30', '1/0', '1/1000', '2/3', '30%\n', '30%;id', '1/3 '],
  Per: ['', 'flow', 'packet\n', 'packet;id'],
  Local: ['', 'eth0', 'dev:', 'dev:-i', 'dev:eth0;id', 'dev:sixteencharacters', 'any\n', '$(id)'],
  Flap: ['', '0-1', '1-0', '1', '1-', '1-1-1', '1000-1', '1-1\n', '1-1;id', '01-1'],
  Action: ['', 'look\n', 'sever\n', 'flush', 'undo;id', 'check;id'],
  Until: ['', '1', 'x'],
  Probes: [
    '',
    'new/10.9.1.2/3000;id',
    'new/$(id)/3000',
    'new/10.9.1.2/3000\nstop',
    'new/10.9.1.2/30 00',
    'new/`id`/1',
  ],
};

/** What only the scripts can tell. */
const worse: Readonly<Record<string, readonly string[]>> = {
  InjectAt: [String(now + 1_300_000)],
  RestoreAt: [String(now + 2 * 86_400_000)],
  Ports: ['22', '3001,443', '65536', '99999'],
  Peers: [
    '127.0.0.1',
    '0.0.0.0',
    '169.254.169.254',
    '224.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'ff02::1',
    'fd00:::1',
    'fd00::1::2',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:',
    'fd00::12345',
    '::ffff:a09:102',
    Array.from({ length: 1_001 }, (_, i) => `10.0.${i >> 8}.${i & 255}`).join(','),
  ],
  Part: ['00', '01'],
  Share: ['1/1', '1/101', '1/999'],
  Local: ['10.9.1.256', '::', 'fd00:::1', '10.9.1.1', 'fd00:9:1::1'],
  Flap: ['1-1'],
  Probes: [
    'hits/1',
    'NEW/10.9.1.2/3000',
    ',stop',
    'stop,',
    'new',
    'new/10.9.1.2',
    'new/10.9.1.2/0',
    'new/10.9.1.2/65536',
    'new/10.9.1.2/3000/1',
    'stop/1',
    'new/localhost/3000',
    'new//3000',
    'view/10.9.1.2/3000',
    'view/10.9.1.2/3000/0',
    'view/10.9.1.2/3000/x',
    'recorded/10.9.1.2/3000/x',
    'recorded/10.9.1.2/3000/12345678901234',
    '../../etc/passwd',
    'rm/10.9.1.2/3000',
    `${'new/10.9.1.2/3000,'.repeat(170)}stop`,
  ],
};

type Case = readonly [ScriptName, string, string];

function casesOf(values: Readonly<Record<string, readonly string[]>>): Case[] {
  return scripts.flatMap((script) =>
    Object.keys(good(script)).flatMap((name) =>
      (values[name] ?? []).map((value): Case => [script, name, value]),
    ),
  );
}

test('the published patterns take what is good and refuse what is bad', () => {
  for (const script of scriptNames) {
    for (const [name, { allowedPattern }] of Object.entries(hostParameters[script])) {
      expect(good(script)[name]).toMatch(new RegExp(allowedPattern));
    }
  }
  for (const [script, name, value] of casesOf(bad)) {
    expect([
      script,
      name,
      value,
      new RegExp(hostParameters[script][name]!.allowedPattern).test(value),
    ]).toEqual([script, name, value, false]);
  }
});

test('the published patterns stay within what the agent compiles: repeats of 1,000 at most', () => {
  for (const parameters of Object.values(hostParameters)) {
    for (const { allowedPattern } of Object.values(parameters)) {
      const repeats = [...allowedPattern.matchAll(/\{(?:\d+,)?(\d+)\}/g)].map(([, most]) =>
        Number(most),
      );
      expect(repeats.reduce((product, most) => product * Math.max(1, most), 1)).toBeLessThanOrEqual(
        1_000,
      );
    }
  }
});

describeOnKernel('bad parameters are refused and change nothing', () => {
  let host: Host;
  beforeAll(async () => {
    host = await makeHost();
  });
  afterAll(() => host.end());
  const changes = () =>
    host.sh(
      'find /run /var/lib -path "*aerofault*"; iptables-save | sed "/^#/d"; ip6tables-save | sed "/^#/d"; ls /tmp/pwned 2>/dev/null || true',
    );

  async function refusals(cases: readonly Case[]): Promise<void> {
    for (let start = 0; start < cases.length; start += 4) {
      await Promise.all(
        cases.slice(start, start + 4).map(async ([script, name, value]) => {
          const { code, json } = await host.script(script, { ...good(script), [name]: value });
          expect([script, name, value, code, json['outcome']]).toEqual([
            script,
            name,
            value,
            3,
            'refused',
          ]);
          expect(json['reason']).toContain(
            `parameter ${name === 'InjectAt' && value === worse['InjectAt']?.[0] ? 'RestoreAt' : name} `,
          );
        }),
      );
    }
  }

  test('shell words, line breaks, wrong forms', async () => {
    await refusals([...casesOf(bad), ...casesOf(worse)]);
    expect(await changes()).toBe('');
  });

  test('each parameter left unset, as by an agent that is too old', async () => {
    const cases = scripts.flatMap((script) =>
      Object.keys(good(script)).map((name) => [script, name] as const),
    );
    for (const [script, name] of cases) {
      const { [name]: _, ...others } = good(script);
      const { code, json } = await host.script(script, others);
      expect([script, name, code, json['outcome']]).toEqual([script, name, 3, 'refused']);
      expect(json['reason']).toContain(`parameter ${name} as the agent must export SSM_${name}`);
      expect(json['run']).toBe(name === 'RunId' ? null : 'run1');
    }
    expect(await changes()).toBe('');
  });

  test('a peer that is this host itself', async () => {
    for (const peer of ['10.9.1.1', 'fd00:9:1:0::1']) {
      const { code, json } = await host.script('cut', { ...good('cut'), Peers: peer });
      expect(code).toBe(3);
      expect(json['reason']).toMatch(/peers must be other hosts/);
    }
    expect(await host.sh('iptables -S; ls /run/aerofault')).not.toMatch(/AEROFAULT|run1$/m);
  });
});
