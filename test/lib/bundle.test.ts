import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { bundleLambdas, ownPlaces } from '../../scripts/bundle.ts';
import { filesIn } from '../source-files.ts';
import { handlers } from './synthesised.ts';

const Module = z.object({
  handler: z.custom<() => Promise<unknown>>((found) => typeof found === 'function'),
});

function sources(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-program-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return join(folder, 'main.ts');
}

const aFolder = (): string => join(mkdtempSync(join(tmpdir(), 'aerofault-dist-')), 'lambda');

const small = {
  'main.ts': `import { said } from './said.ts';\nexport const handler = async () => said('open');\n`,
  'said.ts': 'export const said = (word: string): { says: string } => ({ says: word });\n',
};

test('bundleLambdas() makes one module that Node runs, alone in its folder', async () => {
  const outDir = aFolder();
  const { path, bytes } = await bundleLambdas({ entry: sources(small), outDir });
  expect(readdirSync(outDir)).toEqual(['index.mjs']);
  expect(readFileSync(path)).toHaveLength(bytes);
  expect(readFileSync(path, 'utf8')).not.toContain('sourceMappingURL');
  const module: unknown = await import(pathToFileURL(path).href);
  expect(await Module.parse(module).handler()).toEqual({ says: 'open' });
});

test('bundleLambdas() gives the same bytes for the same sources, wherever these are', async () => {
  const [first, second] = await Promise.all(
    [aFolder(), aFolder()].map((outDir) => bundleLambdas({ entry: sources(small), outDir })),
  );
  expect(second!.sha256).toBe(first!.sha256);
  expect(readFileSync(second!.path)).toEqual(readFileSync(first!.path));
});

test('bundleLambdas() removes what was there before', async () => {
  const outDir = aFolder();
  mkdirSync(join(outDir, 'open'), { recursive: true });
  await bundleLambdas({ entry: sources(small), outDir });
  expect(readdirSync(outDir)).toEqual(['index.mjs']);
});

test('bundleLambdas() keeps the old program when a new one cannot be built', async () => {
  const outDir = aFolder();
  await bundleLambdas({ entry: sources(small), outDir });
  const broken = sources({ 'main.ts': `export { handler } from './nowhere.ts';\n` });
  await expect(bundleLambdas({ entry: broken, outDir })).rejects.toThrow(/nowhere/);
  expect(readdirSync(outDir)).toEqual(['index.mjs']);
});

test('bundleLambdas() refuses a module without a handler', async () => {
  const entry = sources({ 'main.ts': 'export const other = 1;\n' });
  await expect(bundleLambdas({ entry, outDir: aFolder() })).rejects.toThrow(
    /^Cannot bundle .* as it must export 'handler': found other$/,
  );
});

describe('our own program', () => {
  const outDir = aFolder();
  let path: string;
  beforeAll(async () => {
    ({ path } = await bundleLambdas({ ...ownPlaces, outDir }));
  }, 120_000);

  /** What comes of loading it as Lambda does, as this handler. */
  const load = async (name: string): Promise<string> => {
    const program = `const { handler } = await import(${JSON.stringify(pathToFileURL(path).href)}); process.stdout.write(typeof handler);`;
    const env = {
      AEROFAULT_HANDLER: name,
      AWS_REGION: 'eu-west-1',
      JOURNAL_TABLE: 'journal',
      REPORT_BUCKET: 'reports',
    };
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      env,
    });
    const { stdout } = await run;
    return stdout;
  };

  test('is small enough to travel', () => {
    expect(readFileSync(path).byteLength).toBeLessThan(2_000_000);
  });

  test('has every file of lambda/handlers, under its name', () => {
    const files = filesIn('lambda/handlers', '.ts').map(({ path: file }) =>
      file.replace(/^.*\/(.*)\.ts$/, '$1'),
    );
    expect(files.toSorted()).toEqual(handlers.toSorted());
  });

  test.each(handlers)('starts as %s', async (name) => {
    expect(await load(name)).toBe('function');
  });

  test('says which handlers there are where it is told another', async () => {
    await expect(load('toString')).rejects.toThrow(
      /AEROFAULT_HANDLER must be of arm, audit, .*: found 'toString'/,
    );
  });
});
