import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, describe, expect, test } from 'vitest';
import { program } from '../../bin/cli/program.ts';
import { helpTexts, written } from '../../scripts/cli-doc.ts';
import { runAerofault } from './run-aerofault.ts';

/** What the command line says of itself, and the commands that need no AWS. */

const folder = mkdtempSync(join(tmpdir(), 'aerofault-help-'));
afterAll(() => rmSync(folder, { recursive: true }));

const page = readFileSync('docs/cli.md', 'utf8');
const names = program().commands.map((command) => command.name());

/** Everything that help shows of a command, the part after its options, too. */
function helpOf(command: Command): string {
  let shown = '';
  command.configureOutput({ writeOut: (text) => (shown += text) });
  command.outputHelp();
  return shown;
}

const examplesIn = (text: string): string[] =>
  text
    .split('\n')
    .flatMap((line) => /^ *(?:source <\()?aerofault ([^)>]+)/.exec(line)?.[1]?.trim() ?? []);

/** As a shell would split it; examples quote with single quotes alone. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');

/** The commands, none of which does anything. */
function idle(): Command {
  const root = program();
  for (const command of root.commands) command.action(() => undefined);
  return root.configureOutput({ writeErr: () => undefined });
}

describe.each(names)('aerofault %s', (name) => {
  const text = helpOf(program().commands.find((command) => command.name() === name)!);

  test('has two examples, which are taken as they are written', async () => {
    const examples = examplesIn(text);
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) {
      expect(example.split(' ')[0]).toBe(name);
      await idle().parseAsync(wordsOf(example), { from: 'user' });
    }
  });

  test('is explained in docs/cli.md as it is', () => {
    expect(page).toContain(`### ${name}\n`);
    expect(page).toContain(`<!-- help ${name} -->\n\n\`\`\`\n${helpTexts().get(name)}`);
  });
});

test('docs/cli.md is current, and its examples are taken as they are written', async () => {
  expect(written(page)).toBe(page);
  for (const example of examplesIn(page)) {
    if (!example.includes('…')) await idle().parseAsync(wordsOf(example), { from: 'user' });
  }
});

test('without words it explains itself, an example of all first steps with it', async () => {
  const { code, stdout } = await runAerofault([], {});
  expect(stdout).toMatch(/Before a run:\n {2}init .*\n[^]*Run:\n {2}run /);
  expect(stdout).toContain('aerofault run isolate-one-node.yaml --plan 4be19c02');
  expect(code).toBe(0);
});

test('a wrong word is told with the one that was meant, and never run', async () => {
  const command = await runAerofault(['abrot', 'x'], {});
  const option = await runAerofault(['plan', 'x.yaml', '--explian'], {});
  const topic = await runAerofault(['help', 'exit-code'], {});

  expect(command.stderr).toContain('Did you mean abort?');
  expect(option.stderr).toContain('Did you mean --explain?');
  expect(topic.stderr).toContain('Did you mean "exit-codes"?');
  expect([command.code, option.code, topic.code]).toEqual([2, 2, 2]);
});

test('help exit-codes has each of them', async () => {
  const { stdout } = await runAerofault(['help', 'exit-codes'], {});
  const codes = [...stdout.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => Number(code));
  expect(codes).toEqual([0, 1, 2, 3, 4, 5, 70, 75, 130]);
});

/** What bash offers after these words, the last of which is not whole yet. */
function offered(...words: readonly string[]): string[] {
  const script = join(folder, 'completion.bash');
  const root = program();
  let shown = '';
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text) => Boolean((shown += String(text)));
  try {
    root.parse(['completion', 'bash'], { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  writeFileSync(script, shown);
  const all = ['aerofault', ...words].map((word) => `'${word}'`).join(' ');
  const line = `source ${script}; COMP_WORDS=(${all}); COMP_CWORD=${words.length}; _aerofault; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', line], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n');
}

describe('completion', () => {
  test('offers commands, options, and what an argument may be', () => {
    expect(offered('re')).toEqual(['restore', 'report']);
    expect(offered('run', '--de')).toEqual(['--detach']);
    expect(offered('completion', 'z')).toEqual(['zsh']);
  });

  test.each(['bash', 'zsh', 'fish'])('prints something for %s', async (shell) => {
    const { code, stdout } = await runAerofault(['completion', shell], {});
    expect(stdout).toContain('aerofault');
    expect(code).toBe(0);
  });
});

test('validate takes standard input, and --json has every problem with its place', async () => {
  const file = join(folder, 'bad.yaml');
  writeFileSync(file, 'name: x\n');
  const { code, stdout } = await runAerofault(
    ['validate', file, 'examples/ring.json', '--json'],
    {},
  );
  expect(JSON.parse(stdout)).toMatchObject({
    schemaVersion: 1,
    files: [
      {
        file,
        problems: expect.arrayContaining([expect.objectContaining({ line: 1, code: 'AF-204' })]),
      },
      { file: 'examples/ring.json', problems: [] },
    ],
  });
  expect(code).toBe(2);
  const input = readFileSync('examples/ring.json');
  const piped = spawnSync(process.execPath, ['bin/aerofault.ts', 'validate', '-'], {
    input,
    encoding: 'utf8',
  });
  expect(piped).toMatchObject({
    status: 0,
    stdout: '-: ring on orders-staging, partition by iptables\n',
  });
});
