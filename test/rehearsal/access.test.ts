import { expect, test } from 'vitest';
import { traps } from '../../lab/traps.ts';
import { confirmed, splitIn } from './confirmed.ts';
import { rehearse, reportIn } from './rehearse.ts';

/**
 * A cluster that wants TLS and a login. The lab looks for password and hash in all that outlives a run (lab/leaks.ts);
 * where it finds one, the rehearsal is not clean.
 */
const secure = 'examples/isolate-secure-cluster.json';

test.concurrent('by TLS and with a login: every verdict confirmed, and the password is nowhere', async () => {
  const report = await confirmed([secure]);

  expect(splitIn(report)).toEqual({ sizes: [1, 2], keys: 2 });
  expect(JSON.stringify(report)).toContain('orders/aerofault');
  expect(JSON.stringify(report)).not.toContain('$2a$10$');
});

test.concurrent('with a password of last year: refused with what would help, and nothing is touched', async () => {
  const run = await rehearse([secure, '--trap', 'wrong-password', '--json']);
  const report = reportIn(run);

  expect(run.stderr).toContain(traps['wrong-password'].says);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('access.login must hold a user and the password that the cluster');
  expect(run.stderr).not.toContain('of-last-year');
  expect(report.timing.injectedAt).toBeNull();
  expect(report.residue).toEqual([]);
});
