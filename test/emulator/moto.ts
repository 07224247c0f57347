import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

/**
 * moto, an independent implementation of EC2 in Python, in a server process of its own.
 *
 * {@link installMoto} puts the pinned version into a virtual environment under node_modules/.cache, once.
 * {@link startMoto} starts the server on 127.0.0.1 on a free port; `stop()` ends it by its process id, and it ends by itself when
 * this process is gone, for its standard input ends then. It keeps everything in memory.
 */

/** The version whose differences differences.ts lists. */
export const MOTO_VERSION = '5.2.5';

const CACHE = new URL('../../node_modules/.cache/aerofault/', import.meta.url).pathname;
const INSTALL_MS_MAX = 600_000;
const START_MS_MAX = 60_000;

/** Ends with its parent, whatever happens to it. */
const SERVER = [
  'import os, sys, threading',
  'threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()',
  'from moto.server import main',
  'main(sys.argv[1:])',
].join('\n');

/** A running server. */
export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

/** Installs moto where it is not yet, and tells the path of its Python; throws when that cannot be done. */
export async function installMoto(): Promise<string> {
  const folder = join(CACHE, `moto-${MOTO_VERSION}`);
  const python = join(folder, 'bin', 'python');
  const marker = join(folder, 'installed');
  if (existsSync(marker)) return python;
  await mkdir(CACHE, { recursive: true });
  await run('python3', ['-m', 'venv', '--clear', folder]);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  await run(python, ['-m', 'pip', 'install', ...quiet, `moto[server]==${MOTO_VERSION}`]);
  await writeFile(marker, '');
  return python;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, args, { timeout: INSTALL_MS_MAX });
  } catch (error) {
    const said = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(
      `Cannot install moto as Python 3.10 or newer with venv and pip must be there, and a package index within reach: ${said}`,
      { cause: error },
    );
  }
}

/** Starts the server with the Python of {@link installMoto}. */
export async function startMoto(python: string): Promise<Moto> {
  const server = spawn(python, ['-c', SERVER, '-H', '127.0.0.1', '-p', '0'], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  const stop = () => end(server);
  try {
    return { url: await urlOf(server), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address that the server says it runs on. */
async function urlOf(server: ChildProcess): Promise<string> {
  const { stderr } = server;
  if (stderr === null) throw new Error('Cannot read what moto says as it must have a pipe');
  const lines: string[] = [];
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`Cannot start moto: ${lines.slice(-5).join(' ')}`));
    const timer = setTimeout(fail, START_MS_MAX);
    server.once('error', fail);
    server.once('exit', fail);
    createInterface(stderr).on('line', (line) => {
      const url = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (url === undefined) lines.splice(0, lines.length, ...lines.slice(-20), line);
      else {
        clearTimeout(timer);
        server.off('exit', fail);
        resolve(url);
      }
    });
  });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null || server.pid === undefined) return;
  const gone = once(server, 'exit');
  server.kill('SIGTERM');
  const isGone = await Promise.race([gone.then(() => true), sleep(5_000, false)]);
  if (isGone) return;
  server.kill('SIGKILL');
  await gone;
}
