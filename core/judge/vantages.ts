import { controlQuestions, cutQuestions } from '../probe.ts';
import type { ConnectionQuestion, Subject } from '../probe.ts';
import { isHostStep } from '../step.ts';
import { answeredWith } from './answers.ts';
import type { Sample } from './answers.ts';

/** What is dialled. */
const placeOf = ({ to, port }: ConnectionQuestion): string => `${to} ${port}`;

/** So many failures together are no overreach of one rule. */
const lostLeast = 3;

/**
 * Machines that reach nothing any more, for a reason that is not the plan's: no rule of ours is on them, nor
 * on one of those that they do not reach, and others reach that one. What they say of the fault says nothing.
 *
 * Only for plans that change hosts and nothing else: what a change of groups or ACLs reaches is not known by
 * machine, so there it counts as the plan's.
 */
export function cutOffThemselves(
  subject: Subject,
  baseline: Sample,
  now: Sample,
): ReadonlySet<string> {
  const { hosts, steps } = subject.plan;
  if (!steps.every(isHostStep)) return new Set();
  const touched = new Set(hosts);
  const controls = controlQuestions(subject);
  const asked = answeredWith(['open'], [...cutQuestions(subject), ...controls], baseline);
  const open = answeredWith(['open', 'refused'], asked, now);
  const reached = new Set(open.map(({ from }) => from));
  const answering = new Set(open.map(placeOf));
  const lost = answeredWith(['timed-out', 'unreachable'], asked, now);
  const isFarFromOurs = (question: ConnectionQuestion): boolean =>
    question.purpose === 'control' &&
    !touched.has(question.from) &&
    !touched.has(question.to) &&
    answering.has(placeOf(question));
  const lostFrom = Map.groupBy(lost, ({ from }) => from);
  return new Set(
    [...lostFrom]
      .filter(([from, all]) => !reached.has(from) && all.length >= lostLeast)
      .filter(([, all]) => all.some(isFarFromOurs))
      .map(([from]) => from),
  );
}
