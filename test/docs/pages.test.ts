import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import { scriptNames } from '../../core/script-names.ts';
import { labOptions } from '../../lab/options.ts';

/** Every page says only what can be followed: links lead somewhere, commands are there, JSON is what it seems. */

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => join('docs', file)),
];
const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'));

const headings = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

/** JSON in a block of its own, or in a line of code that is an object with quoted keys and nothing left out. */
const jsonIn = (text: string): string[] => [
  ...[...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, block = '']) => block),
  ...[...text.matchAll(/`(\{ ?"[^`…]*\})`/g)].map(([, line = '']) => line),
];

describe.each(pages)('%s', (page) => {
  const text = read(page);

  test('links to pages and headings that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    for (const link of links) {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      expect(existsSync(join(root, target)), link).toBe(true);
      if (heading !== undefined) expect(headings(target), link).toContain(heading);
    }
  });

  test('names scripts that package.json has, and labs that start', () => {
    const named = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
    for (const [, words = ''] of text.matchAll(/npm run (?:-s )?lab -- ([^`\n…]+)/g)) {
      if (/[A-Z]{3}/.test(words)) continue; // With a word that stands for another.
      expect(existsSync(join(root, labOptions(words.trim().split(/\s+/)).experiment)), words).toBe(
        true,
      );
    }
  });

  test('has JSON that is JSON, and experiments that parse', () => {
    for (const json of jsonIn(text)) {
      const value: unknown = JSON.parse(json);
      if (typeof value === 'object' && value !== null && 'mechanism' in value) {
        expect(() => parseExperiment(value)).not.toThrow();
      }
    }
  });
});

test('every page is reached from the README', () => {
  const seen = new Set<string>();
  const visit = (page: string): void => {
    if (seen.has(page)) return;
    seen.add(page);
    for (const [, link = ''] of read(page).matchAll(/\]\((?!https?:)([^)#\s]+\.md)[^)]*\)/g)) {
      visit(join(dirname(page), link));
    }
  };
  visit('README.md');
  expect(pages.filter((page) => !seen.has(page) && !page.includes('decisions'))).toEqual([]);
});

describe('every page of docs/', () => {
  const names = readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .map((file) => file.replace(/\.md$/, ''));

  test('is listed in docs/README.md', () => {
    const text = read('docs/README.md');
    expect(names.filter((name) => !text.includes(`](${name}.md)`))).toEqual([]);
  });

  test('is named where docs/whats-here.md tells of docs/, and no other', () => {
    const [, told = ''] =
      /^\*\*docs\/\*\* (.*?) \*\*examples/m.exec(read('docs/whats-here.md')) ?? [];
    const named = [...told.matchAll(/`([\w-]+)`/g)].map(([, name = '']) => name);
    const others = names.filter((name) => name !== 'whats-here');
    expect(named.toSorted()).toEqual(others.toSorted());
  });
});

test('safety.md names every document that may be sent to a host, and no other', () => {
  const line = /^- Instances with the same tag, by fixed SSM documents.*$/m.exec(
    read('docs/safety.md'),
  );
  const named = [...(line?.[0] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
  expect(new Set(named)).toEqual(new Set(scriptNames));
});
