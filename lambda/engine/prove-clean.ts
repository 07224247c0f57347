import type { Actor } from '../../core/journal.ts';
import { cutQuestions } from '../../core/probe.ts';
import { isSeenOpen } from '../../core/told.ts';
import type { Gateways } from '../gateways.ts';
import { sample } from './probing.ts';
import { look } from './restore.ts';
import type { Look } from './restore.ts';
import { contextOf } from './run-context.ts';
import type { RunContext } from './run-context.ts';

/** Looks again; once nothing is left, tries what the cut had closed, unless it was seen open already. */
export async function proveClean(runId: string, by: Actor, gateways: Gateways): Promise<Look> {
  const looked = await look(runId, by, gateways);
  if (!looked.final || !looked.touched) return looked;
  const context = await contextOf(runId, gateways);
  const notes = await gateways.journal.notes(runId);
  if (!isSeenOpen(context, context.run, notes)) await tryConnections(context, gateways);
  return looked;
}

/** Tries what the cut had closed, and notes what it saw; it asks hosts, as long as one probe may take. */
export async function tryConnections(context: RunContext, gateways: Gateways): Promise<void> {
  await sample(context, 'clean', { questions: cutQuestions(context), gateways });
}
