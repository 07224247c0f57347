import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../core/experiment.ts';
import { labOptions } from '../lab/options.ts';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const blocks = [...readme.matchAll(/```(\w*)\n([\s\S]*?)```/g)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}));
const commands = blocks
  .filter(({ kind }) => kind === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'));
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

describe('the README', () => {
  test('begins with the one command, and the tests', () => {
    expect(commands.slice(0, 2)).toEqual(['npm ci && npm run lab', 'npm test']);
  });

  test('shows an experiment that parses', () => {
    const shown = blocks.filter(({ kind }) => kind === 'json');

    expect(shown).toHaveLength(1);
    for (const { text } of shown) parseExperiment(JSON.parse(text));
  });

  test('names only scripts that package.json has', () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map(([, script = '']) => script);

    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  test.each(commands.filter((command) => command.includes('npm run lab --')))(
    '%s is understood',
    (command) => {
      const { experiment } = labOptions(command.split(' -- ')[1]!.split(' '));

      expect(existsSync(join(root, experiment))).toBe(true);
    },
  );

  test('links only to files that are there', () => {
    const links = [...readme.matchAll(/\]\(([^)#]+)\)/g)].map(([, path]) => path!);

    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
