import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { buildAssembly } from '../lab/build-assembly.ts';

/** The variable with the folder of the assembly. */
const variable = 'AEROFAULT_ASSEMBLY';

let made: string | undefined;

/** The assembly that was made, or was given. */
export const madeAssembly = (): string => z.string().parse(process.env[variable]);

/** Synthesises once for all files, unless AEROFAULT_ASSEMBLY names what is synthesised already. */
export async function setup(): Promise<void> {
  if (process.env[variable] !== undefined) return;
  made = mkdtempSync(join(tmpdir(), 'aerofault-assembly-'));
  process.env[variable] = await buildAssembly(made);
}

/** Takes away what was made. */
export function teardown(): void {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
}
