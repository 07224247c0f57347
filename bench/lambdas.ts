import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundleLambdas, ownPlaces } from '../scripts/bundle.ts';
import { median } from './median.ts';

const rounds = 7;

/** What handlers read as they load; none of it is used. */
const deployed = { AWS_REGION: 'eu-west-1', JOURNAL_TABLE: 'bench', REPORT_BUCKET: 'bench' };

/** Milliseconds from the start of a process of its own until a module is loaded, as Lambda's init does. */
function loadMs(file: string, name: string): number {
  const program = `await import(${JSON.stringify(pathToFileURL(file).href)}); console.log(performance.now());`;
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program],
    { encoding: 'utf8', env: { ...process.env, ...deployed, AEROFAULT_HANDLER: name } },
  );
  if (status === 0) return Number(stdout);
  throw new Error(`Cannot time ${file} as it must load: found ${stderr.trim()}`);
}

const timed = (file: string, name = ''): number =>
  median(Array.from({ length: rounds }, () => loadMs(file, name)));

/** What the Lambdas' program weighs, and how long it takes to load as each, beside one that does nothing. */
export async function benchLambdas(): Promise<void> {
  const outDir = mkdtempSync(join(tmpdir(), 'aerofault-bench-'));
  try {
    const { path, bytes } = await bundleLambdas({ ...ownPlaces, outDir });
    const empty = join(outDir, 'empty.mjs');
    writeFileSync(empty, 'export const handler = async () => {};\n');
    timed(empty); // Warms up the disk.
    const nothing = timed(empty);
    const zipped = gzipSync(readFileSync(path)).length;
    process.stdout.write(`\nlambdas: ${kilo(bytes)} KB for all, ${kilo(zipped)} KB gzipped\n`);
    process.stdout.write('as  load ms  ratio to an empty handler\n');
    process.stdout.write(`empty  ${nothing.toFixed(0)}  1.0\n`);
    for (const file of readdirSync(resolve(import.meta.dirname, '../lambda/handlers'))) {
      const name = basename(file, '.ts');
      const ms = timed(path, name);
      process.stdout.write(`${name}  ${ms.toFixed(0)}  ${(ms / nothing).toFixed(1)}\n`);
    }
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

const kilo = (bytes: number): string => (bytes / 1000).toFixed(0);
