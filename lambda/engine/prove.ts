import type { RunItem } from '../../core/journal.ts';
import { inForceFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import type { Moment } from '../../core/note.ts';
import {
  canaryQuestions,
  counterQuestions,
  controlQuestions,
  cutQuestions,
  firstLookMs,
  guardMsOf,
  lagQuestions,
  nextLookMs,
  partQuestions,
  showsByMs,
  viewQuestions,
} from '../../core/probe.ts';
import type { Question } from '../../core/probe.ts';
import type { Timing } from '../../core/timing.ts';
import { worst } from '../../core/verdict.ts';
import type { Verdict } from '../../core/verdict.ts';
import type { Gateways } from '../gateways.ts';
import { writeMarkers } from './markers.ts';
import { lookWaitSeconds, sample } from './probing.ts';
import { contextOf, runOf, closedBySays } from './run-context.ts';
import type { RunContext } from './run-context.ts';
import { alarmStop, signStop, stopRun } from './stopping.ts';

/**
 * The last look before restore begins this long before it, in milliseconds: a probe of a dropped
 * connection takes two seconds, and a Lambda or a script a while to begin.
 */
function lastLookMs({ sliceSeconds }: Timing): number {
  return 1_000 * Math.min(8, Math.max(4, sliceSeconds));
}

/** A probe of a dropped connection takes two seconds; a look needs that and the way there. */
export const lookNeedsMs = 3_000;

/** When the hold looks next, and what was found. */
export interface Proved {
  readonly until: string;
  readonly says: string;
}

/** Pause between two looks of one proof. */
const pauseMs = 500;

/**
 * Is the fault in force? Asks again until it is or its time is up; a fault that never bites is refuted, and
 * the run goes on to its hold, for that is the finding. A run that is closed meanwhile is proved no longer.
 * Hosts whose kernels switch have answered before they did, and a part of the plan may be on later, or for
 * moments: looks wait for it. Stop conditions hold from the first look on.
 */
export async function prove(runId: string, gateways: Gateways): Promise<Proved> {
  const { clock } = gateways;
  const context = await contextOf(runId, gateways);
  const baseline = await baselineOf(context.run, gateways);
  const giveUpAt = giveUpAtOf(context, gateways);
  for (;;) {
    await clock.sleep(Math.max(0, proofLookAt(context, giveUpAt, gateways) - clock.now()));
    const lookedAt = clock.now();
    const closed = closedBySays(await runOf(runId, gateways));
    if (closed !== undefined) return ended(closed, gateways);
    const { verdict, seen } = await lookInForce(context, 'prove', { baseline, gateways });
    const stop = (await alarmStop(context, gateways)) ?? (await signStop(context, seen, gateways));
    if (stop !== undefined) {
      await stopRun(context, stop, gateways);
      return ended(`stopped: ${stop.says}`, gateways);
    }
    if (verdict.answer === 'confirmed' || lookedAt >= giveUpAt) {
      await writeMarkers(context, seen.views, gateways);
      const until = new Date(firstOfHoldAt(context, gateways)).toISOString();
      return { until, says: `in force: ${verdict.answer}: ${verdict.evidence.join('; ')}` };
    }
    await clock.sleep(pauseMs);
  }
}

/**
 * A look from here on is the proof's last. Of a short hold it leaves no less than Aerospike needs to show the
 * fault, or all but what two looks need.
 */
function giveUpAtOf({ run, plan }: RunContext, { clock, timing }: Gateways): number {
  const { injectAt = clock.now(), restoreAt = clock.now() } = run;
  const appliedBy = Math.max(injectAt, clock.now()); // The proof begins once every step is done.
  const inTime = Math.min(
    appliedBy + 1000 * timing.proveSeconds,
    restoreAt - 2 * lastLookMs(timing),
  );
  const atLeast = Math.min(appliedBy + showsByMs(plan), restoreAt - 2 * lookNeedsMs);
  return Math.max(inTime, atLeast);
}

const ended = (says: string, { clock }: Gateways): Proved => ({
  until: new Date(clock.now()).toISOString(),
  says,
});

/** When the proof looks next: not before the fault is on, and at once where it is for the whole hold. */
function proofLookAt(
  { run: { injectAt }, plan, inventory }: RunContext,
  giveUpAt: number,
  { clock }: Gateways,
): number {
  const from = injectAt ?? clock.now();
  const times = {
    nowMs: Math.max(0, clock.now() - from),
    byMs: giveUpAt - from,
    guardMs: guardMsOf(inventory),
  };
  return from + firstLookMs(plan, times);
}

/** Asks everything that tells whether the fault is in force, and judges it. */
export async function lookInForce(
  context: RunContext,
  moment: Moment,
  { baseline, gateways }: { baseline: Sample; gateways: Gateways },
): Promise<{ verdict: Verdict; seen: Sample }> {
  const questions = inForceQuestions(context);
  const seen = await sample(context, moment, { questions, gateways, waitSeconds: lookWaitSeconds });
  const subject = { ...context, injectAt: context.run.injectAt };
  return { verdict: worst(inForceFindings(subject, baseline, seen)), seen };
}

function inForceQuestions(context: RunContext): Question[] {
  return [
    ...viewQuestions(context.experiment, context.inventory),
    ...cutQuestions(context),
    ...controlQuestions(context),
    ...canaryQuestions(context, 'kept'),
    ...partQuestions(context, 'during'),
    ...lagQuestions(context),
    ...counterQuestions(context),
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

/** The first look after the proof: of a short hold at once, for later were too late. */
function firstOfHoldAt(context: RunContext, gateways: Gateways): number {
  const next = nextLookAt(context, gateways);
  return next === context.run.restoreAt ? gateways.clock.now() : next;
}

/**
 * When the hold looks next: after a slice, or within it where a part of the plan can be seen on or off;
 * once shortly before restore; and at restore itself.
 */
export function nextLookAt(
  { run: { injectAt = 0, restoreAt = 0 }, plan, inventory }: RunContext,
  { clock, timing }: Gateways,
): number {
  const now = clock.now();
  const lastLookAt = restoreAt - lastLookMs(timing);
  if (now >= lastLookAt) return restoreAt;
  const sliceMs = 1000 * timing.sliceSeconds;
  const times = { nowMs: now - injectAt, sliceMs, guardMs: guardMsOf(inventory) };
  const next = injectAt + nextLookMs(plan, times);
  return next + lastLookMs(timing) / 2 > lastLookAt ? lastLookAt : next;
}
