import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildPackage } from '../../scripts/build-package.ts';

const root = resolve(import.meta.dirname, '../..');

/** The tarball, as it would be published. */
export async function packed(): Promise<{ folder: string; tarball: string }> {
  const place = mkdtempSync(join(tmpdir(), 'aerofault-packed-'));
  const folder = await buildPackage(join(place, 'package'));
  const said = run('npm', ['pack', '--pack-destination', place, '--silent'], folder);
  return { folder, tarball: join(place, said.trim().split('\n').at(-1) ?? '') };
}

/** An app of somebody else, with the tarball installed as npm does. CDK itself is this project's copy. */
export function anAppWith(tarball: string, files: Readonly<Record<string, string>>): string {
  const app = mkdtempSync(join(tmpdir(), 'aerofault-app-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(app, name), text);
  const copies = ['aws-cdk-lib', 'constructs', 'cdk-nag', '@types/node'].map((name) =>
    join(root, 'node_modules', name),
  );
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
  run('npm', ['install', ...quiet, tarball, ...copies], app);
  return app;
}

/** A PATH on which there is Node and nothing else: no bundler, no Docker, no npm. */
export function bareNode(app: string): Record<string, string> {
  const folder = join(app, 'only-node');
  mkdirSync(folder, { recursive: true });
  symlinkSync(process.execPath, join(folder, 'node'));
  return { PATH: folder, HOME: app };
}

/** What a program says. @throws with what it said where it fails. */
export function run(
  program: string,
  words: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): string {
  const found = { ...process.env, npm_config_update_notifier: 'false', ...env };
  return execFileSync(program, words, { cwd, env: found, encoding: 'utf8', stdio: 'pipe' });
}

/** What a program of the app says, run where there is no network and no other program. */
export function runAlone(program: string, app: string, env: Record<string, string>): string {
  const unshare = ['-rn', process.execPath, program];
  return execFileSync('/usr/bin/unshare', unshare, {
    cwd: app,
    env,
    encoding: 'utf8',
    stdio: 'pipe',
  });
}
