import { test } from 'vitest';
import { aerospikeServer } from '../../lab/prerequisites.ts';

const isReal = aerospikeServer() !== undefined;

if (isReal) {
  process.stderr.write('\n!!! On a real server: what only the stand-in can play is SKIPPED\n\n');
}

/**
 * Rehearsals are on a real server where the lab finds one. What only the stand-in can play is skipped there:
 * racks, TLS, IPv6 and XDR are of the Enterprise Edition, a server behind a container's address translation
 * cannot tell others where it is, and none answers late when it is told to.
 */
export const standInOnly = test.skipIf(isReal);
