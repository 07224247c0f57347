import * as z from 'zod';
import { Flapping, Intensity } from '../fault.ts';
import { partsSeen } from '../judge.ts';
import { countedOf } from '../judge/looks.ts';
import type { PlanPart } from '../plan/plan.ts';
import { PlanPart as PlanPartSchema } from '../plan/plan.ts';
import { onSpans } from '../probe/windows.ts';
import { endMsOf, injected, looksAt, sampleAt, subjectOf } from '../story.ts';
import type { Story } from '../story.ts';
import { Verdict, worst } from '../verdict.ts';

const Instant = z.int().nullable();

/** One fault of a run that has several, or one with times or a strength of its own, and what was seen of it. */
export const PartReport = z.strictObject({
  part: z.int(),
  kind: PlanPartSchema.shape.kind,
  says: z.string(),
  startAt: Instant.meta({ description: 'Epoch milliseconds; null: the run never got there' }),
  endAt: Instant,
  timesOn: z.int().meta({ description: 'How often it was on: more than once where it flaps' }),
  flapping: Flapping.nullable(),
  intensity: Intensity.nullable(),
  rules: z
    .strictObject({ seen: z.int(), hit: z.int() })
    .nullable()
    .meta({ description: "What its hosts' own rules counted; null: none did" }),
  seen: Verdict.meta({ description: 'What was seen of it, by itself' }),
});
export type PartReport = z.infer<typeof PartReport>;

/** What a report says of each part; none for a plan that is one whole cut for the whole hold. */
export function partReportsOf(story: Story): PartReport[] {
  const { parts = [] } = story.record?.plan ?? {};
  const seenOf = parts.length === 0 ? () => unseen : whatWasSeen(story);
  return parts.map((part) => ({
    part: part.part,
    kind: part.kind,
    says: part.says,
    ...timesOf(part, story),
    flapping: part.flapping ?? null,
    intensity: part.intensity ?? null,
    ...seenOf(part),
  }));
}

/** Of a run that ended early only the times it came to. */
function timesOf(
  part: PlanPart,
  { run }: Story,
): Pick<PartReport, 'startAt' | 'endAt' | 'timesOn'> {
  const { injectAt } = run;
  const endMs = endMsOf(run);
  const on = onSpans(part).filter(({ startMs }) => startMs < endMs);
  if (injectAt === undefined || on.length === 0) {
    return { startAt: null, endAt: null, timesOn: 0 };
  }
  return {
    startAt: injectAt + part.window.startMs,
    endAt: injectAt + Math.min(part.window.endMs, endMs),
    timesOn: on.length,
  };
}

type PartSeen = Pick<PartReport, 'rules' | 'seen'>;

const unseen: PartSeen = {
  rules: null,
  seen: { answer: 'inconclusive', evidence: ['nobody looked at it while it was in force'] },
};

function whatWasSeen(story: Story): (part: PlanPart) => PartSeen {
  const subject = subjectOf(story);
  const baseline = sampleAt(story.notes, 'baseline');
  const looks = looksAt(story);
  if (subject === undefined || baseline === undefined || !injected(story) || looks.length === 0) {
    return () => unseen;
  }
  const seen = { subject, baseline, looks, of: 'run' } as const;
  const all = new Map(partsSeen(seen).map((one) => [one.part.part, one.findings]));
  return ({ part }) => ({
    rules: countedOf(part, seen) ?? null,
    seen: worst(all.get(part) ?? []),
  });
}
