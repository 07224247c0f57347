/**
 * The program of every Lambda: which of the handlers this one has, its environment says.
 *
 * One for all, since they have nearly all of their code in common: fifteen bundles are eleven times as large.
 * It loads some 30 ms later than each would alone (docs/decisions/003), and makes one handler's gateways.
 */
import { handler as arm } from './handlers/arm.ts';
import { handler as audit } from './handlers/audit.ts';
import { handler as awaitRecovery } from './handlers/await-recovery.ts';
import { handler as baseline } from './handlers/baseline.ts';
import { handler as deleteGuard } from './handlers/delete-guard.ts';
import { handler as inject } from './handlers/inject.ts';
import { handler as open } from './handlers/open.ts';
import { handler as plan } from './handlers/plan.ts';
import { handler as prove } from './handlers/prove.ts';
import { handler as proveClean } from './handlers/prove-clean.ts';
import { handler as report } from './handlers/report.ts';
import { handler as restore } from './handlers/restore.ts';
import { handler as sweep } from './handlers/sweep.ts';
import { handler as tryRestore } from './handlers/try-restore.ts';
import { handler as watch } from './handlers/watch.ts';
import type { Making } from './making.ts';

const makings: Readonly<Record<string, Making>> = {
  arm,
  audit,
  'await-recovery': awaitRecovery,
  baseline,
  'delete-guard': deleteGuard,
  inject,
  open,
  plan,
  prove,
  'prove-clean': proveClean,
  report,
  restore,
  sweep,
  'try-restore': tryRestore,
  watch,
};

const { AEROFAULT_HANDLER: name = '' } = process.env;

function chosen(): Making {
  const making = Object.hasOwn(makings, name) ? makings[name] : undefined;
  if (making !== undefined) return making;
  throw new Error(
    `Cannot start as AEROFAULT_HANDLER must be of ${Object.keys(makings).join(', ')}: found '${name}'`,
  );
}

/** What Lambda calls. */
export const handler = chosen()(process.env);
