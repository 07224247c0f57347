import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildAssembly } from '../../lab/build-assembly.ts';

let made: string | undefined;

/** Synthesises once for all files, unless AEROFAULT_ASSEMBLY names what is synthesised already. */
export async function setup(): Promise<void> {
  if (process.env['AEROFAULT_ASSEMBLY'] !== undefined) return;
  made = mkdtempSync(join(tmpdir(), 'aerofault-virtual-'));
  process.env['AEROFAULT_ASSEMBLY'] = await buildAssembly(made);
}

/** Takes away what was made. */
export function teardown(): void {
  if (made !== undefined) rmSync(made, { recursive: true, force: true });
}
