import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const lab = join(import.meta.dirname, '../../lab');

function run(program: string, words: readonly string[], env: NodeJS.ProcessEnv = {}) {
  return spawnSync(process.execPath, [join(lab, program), ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

describe('the lab ends', () => {
  test('with 70 for a bug, which never looks like a verdict', () => {
    const { status, stderr, stdout } = run('inside.ts', [], { AEROFAULT_LAB: '{}' });

    expect(status).toBe(70);
    expect(stderr).toContain('ZodError');
    expect(stdout).toBe('');
  });

  test('with 0 for help, which begins with examples of its use', () => {
    const { status, stdout } = run('main.ts', ['--help']);

    expect(status).toBe(0);
    expect(stdout).toContain('npm run lab -- examples/one-ended-recipe.json');
    expect(stdout).toContain('3 not clean or stuck');
  });

  test('with 2 and a hint for an unknown option', () => {
    const { status, stderr } = run('main.ts', ['--jsno']);

    expect(status).toBe(2);
    expect(stderr).toContain('Did you mean --json?');
  });

  test.each([
    ['main.ts', '--report'],
    ['main.ts', '--html'],
    ['soak/main.ts', '--log'],
  ])('with 2 before it begins, where %s %s can never be written', (program, option) => {
    const { status, stderr, stdout } = run(program, [option, 'package.json/x']);

    expect(stderr).toMatch(/^Cannot write "package\.json\/x" as it must be .*: found ENOTDIR\n/);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  test.each([
    ['a number', '7', /Cannot read experiment as it must be an? object: found 7/],
    ['text that is no JSON', '{"name":', /Cannot read ".*" as it must be JSON: found /],
    ['an injected command', '{"name":"a;reboot"}', /Cannot read experiment as .* must .*: found /],
  ])('with 2, a sentence for each problem and their count for %s', (_, text, sentence) => {
    const folder = mkdtempSync(join(tmpdir(), 'aerofault-'));
    const file = join(folder, 'experiment.json');
    writeFileSync(file, text);
    const { status, stderr, stdout } = run('main.ts', [file]);
    rmSync(folder, { recursive: true });

    expect(status).toBe(2);
    expect(stderr).toMatch(sentence);
    const problems = stderr.match(/^\S*experiment\.json:\d+:\d+ {2}Cannot /gm) ?? [];
    expect(stderr).toContain(`${problems.length} problem`);
    expect(stderr).toMatch(/\d+ problems?\. Nothing was changed\.\n$/);
    expect(stdout).toBe('');
  });
});
