/** A Lambda's bundle, read once and loaded as often as a process of it is needed. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import { transformSync } from 'esbuild';
import * as z from 'zod';

/** What a bundle finds around it where it is loaded. */
export interface Surroundings {
  readonly http: object;
  readonly env: Readonly<Record<string, string>>;
  readonly setTimeout: (callback: () => void, milliseconds?: number) => unknown;
  readonly sleep: (milliseconds?: number, value?: unknown) => Promise<unknown>;
}

const Handler = z.custom<(event: unknown, context: object) => unknown>(
  (value) => typeof value === 'function',
);
/** A bundle's handler. */
export type Handler = z.infer<typeof Handler>;

/** Loads a bundle into surroundings; its modules begin anew each time. */
export type Program = (surroundings: Surroundings) => Handler;

const required = createRequire(import.meta.url);

/** A file that is not there, as on Lambda, where nobody keeps profiles. */
const noFile = (path: string): never => {
  throw Object.assign(new Error(`ENOENT: no such file, open '${path}'`), { code: 'ENOENT' });
};
const noFiles = { readFile: async (path: string) => noFile(path), readFileSync: noFile };

/**
 * Reads the bundle at a path. Only what loads it is another: its imports become calls of `require`, so that
 * many processes of it can be had in one; the code is the bundle's own.
 */
export function programOf(path: string): Program {
  const code = asRequiring(path);
  const wrapped = `(function (require, module, exports, process, console, setTimeout, globalThis) {${code}\n})`;
  const load: unknown = new Script(wrapped, { filename: path }).runInThisContext();
  const Load = z.custom<(...parts: unknown[]) => void>((value) => typeof value === 'function');
  return ({ http, env, setTimeout, sleep }) => {
    const replaced: Readonly<Record<string, object>> = {
      http,
      'timers/promises': { setTimeout: sleep },
      fs: { ...required('node:fs'), ...noFiles, promises: noFiles },
      'fs/promises': noFiles,
    };
    const find = (name: string): unknown => {
      const plain = name.replace(/^node:/, '');
      return replaced[plain] ?? required(`node:${plain}`);
    };
    const module = { exports: {} };
    const silent = { write: () => true };
    const environment = Object.create(process, { env: { value: env }, stdout: { value: silent } });
    Load.parse(load)(find, module, module.exports, environment, quiet, setTimeout, ownGlobal());
    return z.object({ handler: Handler }).parse({ ...module.exports }).handler;
  };
}

/** The bundle with calls of `require`; kept beside it for whoever reads it next. */
function asRequiring(path: string): string {
  const kept = `${path}.cjs`;
  if (existsSync(kept)) return readFileSync(kept, 'utf8');
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    format: 'cjs',
    target: 'node24',
    supported: { 'dynamic-import': false },
  });
  const own = `${kept}.${process.pid}`;
  writeFileSync(own, code);
  renameSync(own, kept); // Others may be reading.
  return code;
}

/** A global object of its own: what a library leaves there is seen by nobody else, and goes with the process. */
function ownGlobal(): object {
  const { crypto, performance, navigator } = globalThis;
  const left = Object.keys(globalThis).filter((name) => name.startsWith('__'));
  const empty = left.map((name) => [name, { value: undefined, writable: true }] as const);
  const own: object = Object.create(globalThis, Object.fromEntries(empty));
  // Their getters want the global object itself for their `this`.
  for (const [name, value] of Object.entries({ crypto, performance, navigator })) {
    Object.defineProperty(own, name, { value });
  }
  return own;
}

const nothing = (): void => undefined;
const quiet = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };
