import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { refuseUnwritable, writeNamed } from '../../bin/cli/named-file.ts';
import { refusalOf } from '../core/inventories.ts';
import { runAerofault } from './run-aerofault.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'aerofault-named-'));
  mkdirSync(join(folder, 'pages'));
  writeFileSync(join(folder, 'mine'), 'mine');
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

const long = 'x'.repeat(300);

/** Places that no file can have, with the system's word for why. */
const bad = [
  { place: 'no/such/x.yaml', folders: false, found: 'ENOENT' },
  { place: 'mine/x.yaml', folders: false, found: 'ENOTDIR' },
  { place: 'mine/a/x.yaml', folders: true, found: 'ENOTDIR' },
  { place: 'pages', folders: true, found: 'a folder' },
  { place: long, folders: false, found: 'ENAMETOOLONG' },
] as const;

const sentence = (file: string, found: string): string =>
  `Cannot write "${file}" as it must be a writable file in a folder that is there: found ${found}`;

test.each(bad)('$place is refused before work is done for it', ({ place, folders, found }) => {
  const file = join(folder, place);

  expect(refusalOf(() => refuseUnwritable(file, { folders }))).toBe(sentence(file, found));
});

test.each(bad)('$place is refused when it is written, too', ({ place, folders, found }) => {
  const file = join(folder, place);
  const said = refusalOf(() => writeNamed(file, 'text', { folders }));

  expect(said).toBe(sentence(file, found === 'a folder' ? 'EISDIR' : found));
  expect(readdirSync(folder)).toEqual(['mine', 'pages']);
  expect(readFileSync(join(folder, 'mine'), 'utf8')).toBe('mine');
});

test('folders that were made for a file that cannot be are taken away again', () => {
  const file = join(folder, 'pages/new/newer', long);

  expect(refusalOf(() => writeNamed(file, 'text', { folders: true }))).toContain('ENAMETOOLONG');
  expect(readdirSync(join(folder, 'pages'))).toEqual([]);
});

test('what can be written is not touched before, and written then', () => {
  const [old, fresh] = [join(folder, 'mine'), join(folder, 'new/newer/x.html')];
  refuseUnwritable(old);
  refuseUnwritable(fresh, { folders: true });

  expect([readFileSync(old, 'utf8'), ...readdirSync(folder)]).toEqual(['mine', 'mine', 'pages']);
  writeNamed(old, 'other');
  writeNamed(fresh, 'page', { folders: true });
  expect([readFileSync(old, 'utf8'), readFileSync(fresh, 'utf8')]).toEqual(['other', 'page']);
});

test.each([
  { place: 'no/such/x.yaml', says: /as it must be a writable file in a folder .*: found ENOENT$/ },
  { place: 'first.json', says: /as the name of what is YAML must not end in \.json: found one/ },
])('init --out $place is refused in one sentence', async ({ place, says }) => {
  const words = ['init', '--cluster', 'orders-staging', '--out', join(folder, place)];
  const { code, stdout, stderr } = await runAerofault(words, {});
  const [first, ...rest] = stderr.trimEnd().split('\n');

  expect(first).toMatch(says);
  expect(rest).toEqual(['Nothing was touched.']);
  expect({ code, stdout, there: readdirSync(folder) }).toEqual({
    code: 2,
    stdout: '',
    there: ['mine', 'pages'],
  });
});
