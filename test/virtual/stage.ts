/** What the tests of the virtual lab share: the synthesised assembly, and workers that play in it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { startPool } from './pool.ts';
import type { Pool } from './pool.ts';

/** A folder that goes with the test file. */
export function folderFor(what: string): string {
  const folder = mkdtempSync(join(tmpdir(), `aerofault-${what}-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Workers, as many as the machine has processors for, two at least; they end with the test file. */
export function poolFor(words: readonly string[]): Pool {
  const pool = startPool(Math.max(2, availableParallelism()), words);
  afterAll(() => pool.close());
  return pool;
}
