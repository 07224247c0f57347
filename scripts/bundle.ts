import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Where the program is read from, and where its asset folder goes. */
export interface BundlePlaces {
  /** The module that exports `handler`. */
  readonly entry: string;
  readonly outDir: string;
}

/** The code of all Lambdas: `outDir/index.mjs`, alone in its folder. */
export interface Bundle {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The packages that have a part in it, by their folders. */
  readonly packages: readonly string[];
}

/**
 * Bundles the Lambdas' program into an asset folder, so that `cdk synth` needs no bundler.
 *
 * The AWS SDK is bundled, since the one in the Lambda runtime varies by Region. `mainFields` prefers ESM:
 * the CommonJS builds die at load for want of `require`. The same sources give the same bytes, wherever
 * they are; what was in the folder before is removed.
 *
 * @throws when it cannot be built, or exports no handler.
 */
export async function bundleLambdas({ entry, outDir }: BundlePlaces): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    entryPoints: [{ in: entry, out: 'index' }],
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
  const [file] = outputFiles;
  const [output] = Object.values(metafile.outputs);
  if (file === undefined || output?.exports.includes('handler') !== true) {
    throw new Error(
      `Cannot bundle ${entry} as it must export 'handler': found ${output?.exports.join(', ') || 'nothing'}`,
    );
  }
  rmSync(outDir, { recursive: true, force: true });
  mkdirSync(outDir, { recursive: true });
  const path = join(outDir, 'index.mjs');
  writeFileSync(path, file.contents);
  const sha256 = createHash('sha256').update(file.contents).digest('hex');
  return { path, sha256, bytes: file.contents.length, packages: packagesOf(metafile.inputs) };
}

/** Folders of the packages that inputs come from, as `node_modules/zod`. */
function packagesOf(inputs: Readonly<Record<string, unknown>>): string[] {
  const folders = Object.keys(inputs).flatMap((path) => {
    const [, folder] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return folder === undefined ? [] : [folder];
  });
  return [...new Set(folders)].toSorted();
}

/** Where this project's own bundle is made. */
export const ownPlaces: BundlePlaces = {
  entry: resolve(import.meta.dirname, '../lambda/main.ts'),
  outDir: resolve(import.meta.dirname, '../dist/lambda'),
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { bytes, sha256 } = await bundleLambdas(ownPlaces);
  process.stderr.write(`bundled the Lambdas, ${Math.round(bytes / 1024)} KB, sha256 ${sha256}\n`);
}
