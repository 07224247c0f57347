import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hostScript } from '../../host/compose.ts';
import { scriptNames } from '../../core/script-names.ts';

const folder = fileURLToPath(new URL('../../host/', import.meta.url));
/** What common.sh or lifecycle.sh does unless a script says otherwise. */
const meantToBe = new Set(['before_unplanned_end', 'tidy']);

/** The text between a here-document's marks. */
function hereDocument(script: string, mark: string): string {
  return new RegExp(`<<'${mark}'\\n([^]*?\\n)${mark}\\n`).exec(script)?.[1] ?? '';
}

describe.each(scriptNames)('hostScript(%s)', (name) => {
  const text = hostScript(name);

  test('is one script of less than 60 KB as SSM counts, which SSM leaves alone', () => {
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(Buffer.byteLength(JSON.stringify(text.split('\n')))).toBeLessThan(60_000);
    expect(text).not.toContain('{{');
    expect(text).not.toMatch(/^#include/m);
    expect(text.endsWith('\n')).toBe(true);
  });

  test('is plain ASCII, whatever the locale of the host', () => {
    expect(text).not.toMatch(/[^\n -~]/);
  });

  test('defines no function twice: the later one would be the only one', () => {
    const outer = text.replaceAll(/<<'(\w+)'\n[^]*?\n\1\n/g, '');
    const names = [...outer.matchAll(/^(\w+)\(\) /gm)].map(([, own]) => own);
    expect(names.length).toBeGreaterThan(10);
    const again = names.filter((one, index) => names.indexOf(one) !== index);
    expect(again.filter((one) => !meantToBe.has(one ?? ''))).toEqual([]);
  });

  test.each(['dash', 'bash'])('is understood by %s', (shell) => {
    expect(check([shell, '-n'], text)).toBe('');
  });
});

const carriers = {
  cut: ['iptables', 'nft'],
  reroute: ['iptables', 'nft'],
  route: ['route'],
  service: ['service'],
  xdr: ['xdr'],
} as const;

test.each(Object.entries(carriers))(
  '%s carries a restore with its own methods',
  (name, methods) => {
    const script = scriptNames.find((known) => known === name)!;
    const carried = hereDocument(hostScript(script), 'AEROFAULT_RESTORE');
    expect(carried).toMatch(/^#!\/bin\/sh\n/);
    expect(carried.endsWith('main "${2-}"\n')).toBe(true);
    expect(carried).toContain(`\nmethods='${methods.join(' ')}'\n`);
    for (const method of methods) expect(carried).toContain(`\n${method}_remove() {\n`);
    expect(check(['dash', '-n'], carried)).toBe('');
  },
);

test('restore has the methods of all', () => {
  const all = [...new Set(Object.values(carriers).flat())];
  for (const method of all) expect(hostScript('restore')).toContain(`\n${method}_remove() {\n`);
  expect(hostScript('restore')).toContain(`\nmethods='${all.join(' ')}'\n`);
});

test('scripts bear their header, and no other comment', () => {
  const comments = hostScript('cut')
    .split('\n')
    .filter((line) => /^ *# (?!shellcheck)/.test(line));
  expect(comments[0]).toMatch(/^# Stops the packets between/);
  expect(comments.length).toBeLessThan(20);
});

test("probe's clock is right on a bash before 5, which has no EPOCHREALTIME", () => {
  const talk = hereDocument(hostScript('probe'), 'AEROFAULT_TALK').split(
    'case $1 in\n  connect)',
  )[0];
  const program = `unset EPOCHREALTIME\n${talk}\nclock; echo $now; nap 0.3; clock; echo $now`;
  const before = Date.now();
  const { stdout } = spawnSync('bash', ['-c', program], { encoding: 'utf8' });
  const [first = 0, second = 0] = stdout.split('\n').map(Number);
  expect(first).toBeGreaterThan(before - 30);
  expect(first).toBeLessThan(Date.now());
  expect(second - first).toBeGreaterThan(250);
  expect(second - first).toBeLessThan(600);
});

const shellcheck = spawnSync('shellcheck', ['--version']).status === 0;
if (!shellcheck && process.env['CI'] === 'true')
  throw new Error('Cannot check scripts: no shellcheck');
if (!shellcheck) process.stderr.write('\n!!! SKIPPED: no shellcheck here\n\n');

describe.skipIf(!shellcheck)('shellcheck finds nothing', () => {
  test.each(readdirSync(folder).filter((file) => /\.(sh|bash)$/.test(file)))('in %s', (file) => {
    const { stdout, stderr } = spawnSync('shellcheck', ['-f', 'gcc', file], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout + stderr).toBe('');
  });

  test.each(scriptNames)('in composed %s', (name) => {
    expect(check(['shellcheck', '-f', 'gcc', '-s', 'sh', '-'], hostScript(name))).toBe('');
  });

  test('in what probe hands to bash', () => {
    const talk = hereDocument(hostScript('probe'), 'AEROFAULT_TALK');
    expect(talk).toContain('receive_byte');
    expect(check(['shellcheck', '-f', 'gcc', '-s', 'bash', '-e', 'SC2034,SC2154', '-'], talk)).toBe(
      '',
    );
  });
});

function check([command, ...words]: readonly string[], input: string): string {
  const { stdout, stderr } = spawnSync(command!, words, { input, encoding: 'utf8' });
  return stdout + stderr;
}
