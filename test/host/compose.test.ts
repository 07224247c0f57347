import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { hostScript } from '../../host/compose.ts';

const folder = fileURLToPath(new URL('../../host/', import.meta.url));
const scripts = ['cut', 'restore', 'sever', 'probe'] as const;

/** The text between a here-document's marks. */
function hereDocument(script: string, mark: string): string {
  return new RegExp(`<<'${mark}'\\n([^]*?\\n)${mark}\\n`).exec(script)?.[1] ?? '';
}

describe.each(scripts)('hostScript(%s)', (name) => {
  const text = hostScript(name);

  test('is one script of less than 40 KB that SSM leaves alone', () => {
    expect(text).toMatch(/^#!\/bin\/sh\n/);
    expect(Buffer.byteLength(text)).toBeLessThan(40_000);
    expect(text).not.toContain('{{');
    expect(text).not.toMatch(/^#include/m);
    expect(text.endsWith('\n')).toBe(true);
  });

  test('is plain ASCII, whatever the locale of the host', () => {
    expect(text).not.toMatch(/[^\n -~]/);
  });

  test.each(['dash', 'bash'])('is understood by %s', (shell) => {
    expect(check([shell, '-n'], text)).toBe('');
  });
});

test('cut carries the whole of restore', () => {
  expect(hereDocument(hostScript('cut'), 'AEROFAULT_RESTORE')).toBe(hostScript('restore'));
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

  test.each(scripts)('in composed %s', (name) => {
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
