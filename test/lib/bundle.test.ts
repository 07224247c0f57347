import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { bundleHandlers } from '../../scripts/bundle.ts';

const Module = z.object({
  handler: z.custom<() => Promise<unknown>>((found) => typeof found === 'function'),
});

function handlersDir(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-handlers-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const outDir = (): string => join(mkdtempSync(join(tmpdir(), 'aerofault-dist-')), 'lambda');

const openIn = (out: string): string => readFileSync(join(out, 'open', 'index.mjs'), 'utf8');

const two = {
  'open.ts': `import { said } from './shared.ts';\nexport const handler = async () => said('open');\n`,
  'prove-clean.ts': `import { said } from './shared.ts';\nexport const handler = async () => said('clean');\n`,
  'shared.ts': 'export const said = (word: string): { says: string } => ({ says: word });\n',
};

test('bundleHandlers() gives each handler a folder that holds its own code and nothing else', async () => {
  const out = outDir();
  const bundles = await bundleHandlers({ handlersDir: handlersDir(two), outDir: out });

  expect(bundles.map(({ name }) => name)).toEqual(['open', 'prove-clean']);
  expect(readdirSync(out).toSorted()).toEqual(['open', 'prove-clean']);
  for (const { name, path, bytes } of bundles) {
    expect(readdirSync(join(out, name))).toEqual(['index.mjs']);
    expect(readFileSync(path)).toHaveLength(bytes);
    expect(readFileSync(path, 'utf8')).not.toContain('sourceMappingURL');
  }
});

test('bundleHandlers() makes modules that Node runs', async () => {
  const out = outDir();
  await bundleHandlers({ handlersDir: handlersDir(two), outDir: out });

  const module: unknown = await import(pathToFileURL(join(out, 'prove-clean', 'index.mjs')).href);
  expect(await Module.parse(module).handler()).toEqual({ says: 'clean' });
});

test('bundleHandlers() gives the same bytes for the same sources, wherever they go', async () => {
  const sources = handlersDir(two);
  const [first, second] = [outDir(), outDir()];
  await bundleHandlers({ handlersDir: sources, outDir: first });
  await bundleHandlers({ handlersDir: sources, outDir: second });

  expect(openIn(second)).toBe(openIn(first));
});

test('bundleHandlers() removes what a handler that is gone has left', async () => {
  const out = outDir();
  mkdirSync(join(out, 'gone'), { recursive: true });
  await bundleHandlers({ handlersDir: handlersDir(two), outDir: out });
  expect(existsSync(join(out, 'gone'))).toBe(false);
});

test('bundleHandlers() keeps the old bundles when a handler cannot be built', async () => {
  const out = outDir();
  await bundleHandlers({ handlersDir: handlersDir(two), outDir: out });
  const broken = handlersDir({ 'open.ts': `export { handler } from './nowhere.ts';\n` });

  await expect(bundleHandlers({ handlersDir: broken, outDir: out })).rejects.toThrow(/nowhere/);
  expect(existsSync(join(out, 'open', 'index.mjs'))).toBe(true);
});

test('bundleHandlers() refuses a folder without handlers', async () => {
  const none = handlersDir({ 'shared.ts': two['shared.ts'] });
  await expect(bundleHandlers({ handlersDir: none, outDir: outDir() })).rejects.toThrow(
    /^Cannot bundle .* as a file there must export 'handler': found none$/,
  );
});
