import { hypothesesOf } from '../judge/expected.ts';
import type { Hypothesis } from '../judge/hypothesis.ts';
import { markersExpected } from './markers.ts';
import { changesOf, endMsOf, injected, looksAt, sampleAt, subjectOf } from '../story.ts';
import { sizesInRun } from '../judge/sizes.ts';
import type { Subject } from '../probe.ts';
import type { Story } from '../story.ts';
import { worst } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';

/** Every hypothesis of a run; none where nothing was injected, or nobody looked at it. */
export function hypothesesIn(
  story: Story,
  { restoredAt, recoveredAt }: { restoredAt: number | null; recoveredAt: number | null },
): Hypothesis[] {
  const subject = subjectOf(story);
  const baseline = sampleAt(story.notes, 'baseline');
  const armed = sampleAt(story.notes, 'armed');
  const looks = looksAt(story);
  if (subject === undefined || baseline === undefined || looks.length === 0) return [];
  if (!injected(story)) return [];
  const recorded = { changes: changesOf(story), endMs: endMsOf(story.run) };
  const sizes =
    subject.plan.parts === undefined
      ? undefined
      : sizesInRun({ subject: asExpected(subject), baseline, looks, of: 'run' }, recorded);
  const seen = hypothesesOf({ subject, baseline, armed, looks, sizes, restoredAt, recoveredAt });
  return [...seen, ...markersExpected(story)];
}

/** What comes and goes as the plan says, but with the sizes that the experiment's author expects meanwhile. */
function asExpected(subject: Subject): Subject {
  const { plan, experiment } = subject;
  const { clusterSizes } = experiment.expect ?? {};
  if (clusterSizes === undefined) return subject;
  const parts = plan.parts?.map((part) => ({ ...part, clusterSizes }));
  return { ...subject, plan: { ...plan, parts } };
}

/** All of them together; of none, inconclusive. */
export function expectedVerdict(hypotheses: readonly Hypothesis[]): Verdict {
  if (hypotheses.length === 0) {
    return { answer: 'inconclusive', evidence: ['nothing was seen of what was expected'] };
  }
  return worst(
    hypotheses.map(({ what, expected, seen, answer }) => ({
      answer,
      saw: `${what}: expected ${expected}, seen: ${seen}`,
    })),
  );
}
