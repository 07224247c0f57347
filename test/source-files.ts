import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The project's own folders; what tools write into others is not ours to judge. */
export const folders: readonly string[] = [
  'bench',
  'bin',
  'core',
  'docs',
  'examples',
  'host',
  'lab',
  'lambda',
  'lib',
  'schema',
  'scripts',
  'test',
];

const root = resolve(import.meta.dirname, '..');

/** One file of the project, by its path from the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every file below `folder` whose name ends so. */
export function filesIn(folder: string, ...endings: readonly string[]): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).replaceAll('\\', '/'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

/** What a file imports, types included. */
export function importsOf({ text }: SourceFile): string[] {
  const code = withoutComments(text);
  const found = code.matchAll(
    /^(?:import|export)\s[^'";]*?from\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  const bare = code.matchAll(/^import\s+'([^']+)'/gm);
  return [...found, ...bare].map(([, from, lazily]) => from ?? lazily ?? '');
}

const comment = /\/\/[^\n]*|\/\*[\s\S]*?\*\//;
const string = /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/;
const pattern = /(?<=[=(,:!&|?{};[]\s*)\/(?![/*])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/;
const template = /`(?:[^`\\]|\\.)*`/;

/** TypeScript without its comments; strings and patterns that look like comments stay. */
export function withoutComments(text: string): string {
  return replaced(text, (token) => (comment.exec(token)?.index === 0 ? ' ' : token));
}

/** TypeScript without comments, strings and patterns: its identifiers, keywords and signs. */
export function bareCode(text: string): string {
  return replaced(text, (token) => (token.startsWith('`') ? gaps(token) : ' '));
}

/** The code within a template, which is no text. */
const gaps = (token: string): string =>
  [...token.matchAll(/\$\{((?:[^{}]|\{[^{}]*\})*)\}/g)]
    .map(([, code = '']) => ` ${code} `)
    .join('');

function replaced(text: string, replace: (token: string) => string): string {
  const tokens = [comment, pattern, template, string].map(({ source }) => source).join('|');
  return text.replaceAll(new RegExp(tokens, 'g'), (token) => replace(token));
}
