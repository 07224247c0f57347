import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleLambdas, ownPlaces } from './bundle.ts';
import type { Bundle } from './bundle.ts';
import { importedPackages, packageManifest } from './package-manifest.ts';
import { targetTemplate } from './target-template.ts';
import { thirdPartyLicences } from './third-party-licences.ts';

const root = resolve(import.meta.dirname, '..');

/**
 * Makes the folder that is published: compiled modules with their types, the Lambdas' program built and
 * minified with its SHA-256, the host scripts, the template for
 * accounts with clusters, the schemas, and licences. It needs neither bundler nor
 * compiler where it is installed. The same sources make the same files.
 *
 * @returns the folder. @throws when anything of it cannot be made.
 */
export async function buildPackage(folder = join(root, 'dist/package')): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compile(folder);
  nameCompiled(folder);
  copyScripts(folder);
  const bundle = await bundleLambdas({ ...ownPlaces, outDir: join(folder, 'lambda') });
  write(folder, 'lambda.json', lambdaManifest(bundle));
  write(folder, 'aerofault-target.template.json', targetTemplate());
  write(folder, 'THIRD-PARTY-LICENSES.txt', thirdPartyLicences(bundle.packages));
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE']) {
    copyFileSync(join(root, name), join(folder, name));
  }
  cpSync(join(root, 'schema'), join(folder, 'schema'), { recursive: true });
  const own: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const manifest = packageManifest(own, importedPackages(modulesIn(folder)));
  write(folder, 'package.json', json(manifest));
  return folder;
}

function compile(folder: string): void {
  const compiler = fileURLToPath(import.meta.resolve('typescript/package.json'));
  const tsc = resolve(compiler, '../bin/tsc');
  const outDir = join(folder, 'js');
  const words = [tsc, '--project', join(root, 'tsconfig.package.json'), '--outDir', outDir];
  execFileSync(process.execPath, words, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  const program = join(outDir, 'bin/aerofault.js');
  writeFileSync(program, `#!/usr/bin/env node\n${readFileSync(program, 'utf8')}`);
  chmodSync(program, 0o755);
}

/** The compiler lets declarations name sources, which are not published. */
function nameCompiled(folder: string): void {
  for (const path of declarationsIn(folder)) {
    const text = readFileSync(path, 'utf8');
    const named = text.replaceAll(/((?:from|import\() ?['"]\.[^'"]*)\.ts(['"])/g, '$1.js$2');
    writeFileSync(path, named);
  }
}

/** What host/compose.ts reads beside itself. */
function copyScripts(folder: string): void {
  const scripts = readdirSync(join(root, 'host')).filter((name) => /\.(sh|bash|cjs)$/.test(name));
  for (const name of scripts) copyFileSync(join(root, 'host', name), join(folder, 'js/host', name));
}

/** By which a deployment can be told to be of these sources. */
const lambdaManifest = ({ bytes, sha256 }: Bundle): string =>
  json({ file: 'lambda/index.mjs', bytes, sha256 });

const modulesIn = (folder: string): string[] =>
  filesIn(folder, /\.(js|d\.ts)$/).map((path) => readFileSync(path, 'utf8'));

const declarationsIn = (folder: string): string[] => filesIn(folder, /\.d\.ts$/);

const filesIn = (folder: string, ending: RegExp): string[] =>
  readdirSync(join(folder, 'js'), { recursive: true, encoding: 'utf8' })
    .filter((path) => ending.test(path))
    .map((path) => join(folder, 'js', path));

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

function write(folder: string, name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stderr.write(`${await buildPackage()}\n`);
}
