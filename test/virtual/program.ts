/** A Lambda's bundle, read once and loaded as often as a process of it is needed. */
import { readFileSync } from 'node:fs';
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
  const { code } = transformSync(readFileSync(path, 'utf8'), {
    format: 'cjs',
    target: 'node24',
    supported: { 'dynamic-import': false },
  });
  const wrapped = `(function (require, module, exports, process, console, setTimeout) {${code}\n})`;
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
    const environment = Object.create(process, { env: { value: env } });
    Load.parse(load)(find, module, module.exports, environment, quiet, setTimeout);
    return z.object({ handler: Handler }).parse({ ...module.exports }).handler;
  };
}

const nothing = (): void => undefined;
const quiet = { log: nothing, info: nothing, warn: nothing, error: nothing, debug: nothing };
