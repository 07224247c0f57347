import type { Actor } from '../../core/journal.ts';
import { cutQuestions } from '../../core/probe.ts';
import { isSeenOpen } from '../../core/told.ts';
import type { Gateways } from '../gateways.ts';
import { sample } from './probing.ts';
import { look } from './restore.ts';
import type { Look } from './restore.ts';
import { contextOf } from './run-context.ts';

/** Looks again; once nothing is left, tries what the cut had closed, unless it was seen open already. */
export async function proveClean(runId: string, by: Actor, gateways: Gateways): Promise<Look> {
  const looked = await look(runId, by, gateways);
  if (!looked.final || !looked.touched) return looked;
  const context = await contextOf(runId, gateways);
  if (isSeenOpen(context, context.run, await gateways.journal.notes(runId))) return looked;
  await sample(context, 'clean', { questions: cutQuestions(context), gateways });
  return looked;
}
