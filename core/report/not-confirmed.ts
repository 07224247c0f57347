import { stoppedByOf } from '../stop/stopped-by.ts';
import { failureOf } from '../story.ts';
import type { Story } from '../story.ts';
import type { Verdict } from '../verdict.ts';
import type { Verdicts } from '../verdicts.ts';

/** The run's four answers, and whether what was expected was seen. */
export type AllVerdicts = Verdicts & { readonly expected: Verdict };

/** One sentence on a run that is clean and not confirmed: what stopped it, or else which verdict fell short. */
export function notConfirmed(what: string, story: Story, verdicts: AllVerdicts): string {
  const stopped = stoppedByOf(story);
  if (stopped === null) {
    return `NOT CONFIRMED ${what}: ${shortcoming(verdicts, failureOf(story)?.cause)}`;
  }
  const { injectAt } = story.run;
  const seconds = Math.max(0, Math.round((stopped.at - (injectAt ?? 0)) / 1000));
  const after = injectAt === undefined ? 'before its fault' : `after ${seconds} s of it`;
  return `STOPPED ${what}: ${stopped.says}, ${after}; clean, recovered: ${verdicts.recovered.answer}`;
}

/** The first verdict that is not confirmed, and why. */
function shortcoming(
  { steady, inForce, expected, recovered }: AllVerdicts,
  cause?: string,
): string {
  const spans = { steady, 'in force': inForce, expected, recovered };
  const short = Object.entries(spans).find(([, { answer }]) => answer !== 'confirmed');
  const [span, verdict] = short ?? ['in force', inForce];
  return `${span} ${verdict.answer}: ${cause ?? verdict.evidence[0] ?? 'nothing was seen'}`;
}
