import type { RunItem } from '../../core/journal.ts';
import { inForceFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import type { Moment } from '../../core/note.ts';
import {
  canaryQuestions,
  controlQuestions,
  cutQuestions,
  viewQuestions,
} from '../../core/probe.ts';
import type { Question } from '../../core/probe.ts';
import type { Timing } from '../../core/timing.ts';
import { worst } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gateways } from '../gateways.ts';
import { sample } from './probing.ts';
import { contextOf } from './run-context.ts';
import type { RunContext } from './run-context.ts';

/**
 * The last look before restore begins this long before it, in milliseconds: a probe of a dropped
 * connection takes two seconds, and a Lambda or a script a while to begin.
 */
export function lastLookMs({ sliceSeconds }: Timing): number {
  return 1_000 * Math.min(8, Math.max(4, sliceSeconds));
}

/** Pause between two looks of one proof. */
const pauseMs = 500;

/**
 * Is the fault in force? Asks again until it is or its time is up; a fault that never bites is
 * refuted, and the run goes on to its hold, for that is the finding.
 */
export async function prove(
  runId: string,
  gateways: Gateways,
): Promise<{ until: string; says: string }> {
  const { clock, timing } = gateways;
  const context = await contextOf(runId, gateways);
  const { injectAt = clock.now(), restoreAt = clock.now() } = context.run;
  const baseline = await baselineOf(context.run, gateways);
  const giveUpAt = Math.min(
    injectAt + 1000 * timing.proveSeconds,
    restoreAt - 2 * lastLookMs(timing),
  );
  for (;;) {
    const verdict = await lookInForce(context, 'prove', { baseline, gateways });
    if (verdict.answer === 'confirmed' || clock.now() >= giveUpAt) {
      const until = new Date(nextLookAt(context.run, gateways)).toISOString();
      return { until, says: `in force: ${verdict.answer}: ${verdict.evidence.join('; ')}` };
    }
    await clock.sleep(pauseMs);
  }
}

/** Asks everything that tells whether the fault is in force, and judges it. */
export async function lookInForce(
  context: RunContext,
  moment: Moment,
  { baseline, gateways }: { baseline: Sample; gateways: Gateways },
): Promise<Verdict> {
  const now = await sample(context, moment, { questions: inForceQuestions(context), gateways });
  return worst(inForceFindings(context, baseline, now));
}

function inForceQuestions(context: RunContext): Question[] {
  return [
    ...viewQuestions(context.experiment, context.inventory),
    ...cutQuestions(context),
    ...controlQuestions(context),
    ...canaryQuestions(context, 'kept'),
  ];
}

/** What was seen before the fault, from the journal: a long hold leaves many notes after it. */
export async function baselineOf(
  { runId, injectAt }: RunItem,
  { journal }: Gateways,
): Promise<Sample> {
  // Baseline and Arm may fall into one millisecond.
  const notes = await journal.notes(runId, injectAt === undefined ? undefined : injectAt + 1);
  const seen = notes.findLast((note) => note.kind === 'probes' && note.moment === 'baseline');
  const views = notes.findLast((note) => note.kind === 'views' && note.moment === 'baseline');
  return {
    seen: seen?.kind === 'probes' ? seen.seen : [],
    views: views?.kind === 'views' ? views.views : [],
  };
}

/** When the hold looks next: after a slice, once shortly before restore, and at restore itself. */
export function nextLookAt({ restoreAt = 0 }: RunItem, { clock, timing }: Gateways): number {
  const now = clock.now();
  const lastLookAt = restoreAt - lastLookMs(timing);
  const slice = now + 1000 * timing.sliceSeconds;
  if (now >= lastLookAt) return restoreAt;
  return slice + lastLookMs(timing) / 2 > lastLookAt ? lastLookAt : slice;
}
