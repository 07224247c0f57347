import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BuildResult, OutputFile } from 'esbuild';

/** Where handlers are read from, and where their asset folders go. */
export interface BundlePlaces {
  readonly handlersDir: string;
  readonly outDir: string;
}

/** One Lambda's code: `outDir/<name>/index.mjs`, alone in its folder. */
export interface Bundle {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
}

/**
 * Bundles every handler into an asset folder of its own, so that `cdk synth` needs no bundler.
 *
 * A handler is a file of `handlersDir` that exports `handler`; others there are shared by handlers. The
 * AWS SDK is bundled, since the one in the Lambda runtime varies by Region. `mainFields` prefers ESM: the
 * CommonJS builds die at load for want of `require`. The same sources give the same bytes, and folders
 * of handlers that are gone are removed.
 *
 * @throws when a handler cannot be built, or when there is none.
 */
export async function bundleHandlers({ handlersDir, outDir }: BundlePlaces): Promise<Bundle[]> {
  const names = sourcesIn(handlersDir);
  const { outputFiles, metafile } = await build({
    entryPoints: names.map((name) => ({
      in: join(handlersDir, `${name}.ts`),
      out: `${name}/index`,
    })),
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  const handlers = outputFiles.filter(({ path }) => exportsHandler(path, metafile));
  if (handlers.length === 0) {
    throw new Error(
      `Cannot bundle ${handlersDir} as a file there must export 'handler': found none`,
    );
  }
  rmSync(outDir, { recursive: true, force: true });
  return handlers.map((file) => written(file, outDir));
}

function sourcesIn(handlersDir: string): string[] {
  return readdirSync(handlersDir)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .toSorted();
}

/** esbuild names outputs relative to the working directory, whatever the platform with slashes. */
function exportsHandler(path: string, metafile: BuildResult['metafile']): boolean {
  const key = relative(process.cwd(), path).replaceAll('\\', '/');
  return metafile?.outputs[key]?.exports.includes('handler') ?? false;
}

function written({ path, contents }: OutputFile, outDir: string): Bundle {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, contents);
  return { name: relative(resolve(outDir), dirname(path)), path, bytes: contents.length };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = resolve(import.meta.dirname, '..');
  const bundles = await bundleHandlers({
    handlersDir: join(root, 'lambda/handlers'),
    outDir: join(root, 'dist/lambda'),
  });
  const bytes = bundles.reduce((sum, bundle) => sum + bundle.bytes, 0);
  process.stderr.write(`bundled ${bundles.length} handlers, ${Math.round(bytes / 1024)} KB\n`);
}
