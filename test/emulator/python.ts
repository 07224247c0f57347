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
 * Programs in Python from the package index: each in a virtual environment of its own, under
 * node_modules/.cache, made once; and servers among them.
 *
 * {@link startPython} starts a server; `stop()` ends it by its process id, and it ends by itself when this
 * process is gone, for its standard input ends then.
 */

const CACHE = new URL('../../node_modules/.cache/aerofault/', import.meta.url).pathname;
const INSTALL_MS_MAX = 600_000;
const START_MS_MAX = 60_000;

/** What to install: a folder's name, which tells the versions, and requirements as pip takes them. */
export interface PythonPackages {
  readonly name: string;
  readonly requirements: readonly string[];
}

/** Installs packages where they are not yet, and tells the path of their Python; throws when that cannot be done. */
export async function installPython({ name, requirements }: PythonPackages): Promise<string> {
  const folder = join(CACHE, name);
  const python = join(folder, 'bin', 'python');
  const marker = join(folder, 'installed');
  if (existsSync(marker)) return python;
  await mkdir(CACHE, { recursive: true });
  await run('python3', ['-m', 'venv', '--clear', folder]);
  const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
  await run(python, ['-m', 'pip', 'install', ...quiet, ...requirements]);
  await writeFile(marker, '');
  return python;
}

async function run(program: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(program, args, { timeout: INSTALL_MS_MAX });
  } catch (error) {
    const said = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(
      `Cannot install ${args.at(-1)} as Python 3.10 or newer with venv and pip must be there, and a package index within reach: ${said}`,
      { cause: error },
    );
  }
}

/** How a server is started, and how it says where it listens. */
export interface PythonServer {
  readonly python: string;
  /** Python text that runs it; its arguments are in `sys.argv`. */
  readonly code: string;
  readonly args: readonly string[];
  /** Its whole environment; this process's own when absent. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
  /** Finds the address in a line of its standard error. */
  readonly address: RegExp;
}

/** A running server, and the last lines it said. */
export interface RunningPython {
  readonly url: string;
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** Ends with its parent, whatever happens to it. */
const FOLLOW_PARENT = [
  'import os, sys, threading',
  'threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()',
].join('\n');

/** Starts a server; throws with its last lines when it does not say where it listens. */
export async function startPython(wanted: PythonServer): Promise<RunningPython> {
  const { python, code, args, environment, folder } = wanted;
  const server = spawn(python, ['-c', `${FOLLOW_PARENT}\n${code}`, ...args], {
    stdio: ['pipe', 'ignore', 'pipe'],
    ...(environment === undefined ? {} : { env: environment }),
    ...(folder === undefined ? {} : { cwd: folder }),
  });
  const lines: string[] = [];
  const stop = () => end(server);
  try {
    return { url: await urlOf(server, wanted.address, lines), lines, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The address that the server says it runs on. */
async function urlOf(server: ChildProcess, address: RegExp, lines: string[]): Promise<string> {
  const { stderr } = server;
  if (stderr === null) throw new Error('Cannot read what the server says as it must have a pipe');
  return new Promise((resolve, reject) => {
    const fail = () => reject(new Error(`Cannot start the server: ${lines.slice(-5).join(' ')}`));
    const timer = setTimeout(fail, START_MS_MAX);
    server.once('error', fail);
    server.once('exit', fail);
    createInterface(stderr).on('line', (line) => {
      lines.splice(0, lines.length, ...lines.slice(-200), line);
      const url = address.exec(line)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      server.off('exit', fail);
      resolve(url);
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
