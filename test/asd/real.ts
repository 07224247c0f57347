import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import type { Report } from '../../core/report.ts';
import { aerospikeServer } from '../../lab/prerequisites.ts';
import { exampleLike, rehearse, reportIn } from '../rehearsal/rehearse.ts';

const client = process.env['AEROFAULT_CLIENT'] ?? '';
const lacks = [
  ...(aerospikeServer() === undefined ? ['a server: set AEROFAULT_ASD'] : []),
  ...(existsSync(join(client, 'node_modules/aerospike'))
    ? []
    : ['a client: npm install --prefix FOLDER aerospike, and set AEROFAULT_CLIENT=FOLDER']),
];
if (lacks.length > 0) process.stderr.write(`\n!!! SKIPPED: no ${lacks.join('; no ')}\n\n`);

/** `describe` for what only a real server and its client show; skipped loudly where there are none. */
export const describeReal = describe.skipIf(lacks.length > 0);

/** Where marker records go on the lab's servers. */
export const markers = { namespace: 'test', set: 'aerofault' };

/** The report of a rehearsal, like an example but for these members, on three real servers. */
export async function reported(
  example: string,
  changes: { readonly name: string } & Readonly<Record<string, unknown>>,
): Promise<Report> {
  const run = await rehearse([exampleLike(example, changes), '--json']);
  expect(run.stderr).toContain('3 real nodes');
  return reportIn(run);
}
