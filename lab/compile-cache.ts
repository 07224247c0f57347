import { join, resolve } from 'node:path';

/**
 * Where Node keeps what it has compiled of the lab's programs. A lab starts some twenty processes, most of
 * which load the same modules: with it they start in a third of the time. Left as it is where the person
 * has set one, and passed over by Node where it cannot be written.
 */
export const compileCache: Readonly<Record<string, string>> = {
  NODE_COMPILE_CACHE:
    process.env['NODE_COMPILE_CACHE'] ??
    resolve(import.meta.dirname, '../node_modules/.cache/aerofault/compiled'),
};

/** The same for the bundles of an assembly, whose folder may be gone tomorrow: beside them. */
export const compileCacheBeside = (directory: string): string => join(directory, '..', '.compiled');
