import { canaryQuestions, controlQuestions, cutQuestions } from '../probe.ts';
import type { ConnectionQuestion, Subject } from '../probe.ts';
import { touchedBy } from '../probe/touched.ts';
import type { Finding } from '../verdict.ts';
import { answeredWith, answersIn, count, nameOf } from './answers.ts';
import type { Count, Sample } from './answers.ts';
import { cutOffThemselves } from './vantages.ts';

/** Answers that came from the machine itself, or from a filter that says no. */
const reached = ['open', 'refused'];

/**
 * Connections that must be open, over all that were asked; of none at all nothing is known. One that is
 * not needed and closed is only told of.
 */
export function reachFinding(
  word: string,
  questions: readonly ConnectionQuestion[],
  sample: Sample,
): Finding {
  const answerTo = answersIn(sample.seen);
  const needed = countOpen(questions.filter((one) => one.needed).map(answerTo));
  const spare = countOpen(questions.filter((one) => !one.needed).map(answerTo));
  const open = needed.right + spare.right;
  const saw = `${open} of ${questions.length} tried connections ${word}${notNeeded(spare)}`;
  if (needed.wrong > 0) return { answer: 'refuted', saw };
  if (needed.unanswered > 0) {
    return { answer: 'inconclusive', saw: `${saw}, ${needed.unanswered} unanswered` };
  }
  return { answer: open > 0 ? 'confirmed' : 'inconclusive', saw };
}

const countOpen = (answers: readonly (string | undefined)[]): Count =>
  count(answers, (answer) => answer === 'open');

const notNeeded = ({ wrong, unanswered }: Count): string =>
  wrong + unanswered === 0 ? '' : ` (${wrong + unanswered} others are not needed)`;

/** Those that were open before must be again, all of them. */
export function reopenedFinding(
  questions: readonly ConnectionQuestion[],
  baseline: Sample,
  now: Sample,
): Finding {
  const wasOpen = answeredWith(['open'], questions, baseline);
  return reachFinding(
    'open again',
    wasOpen.map((question) => ({ ...question, needed: true })),
    now,
  );
}

/** Overreach can only be seen by a control that was reached before; of none asked, nothing is said. */
export function controlsBeforeFinding(subject: Subject, sample: Sample): Finding[] {
  const controls = controlQuestions(subject);
  if (controls.length === 0 || answeredWith(reached, controls, sample).length > 0) return [];
  return [{ answer: 'inconclusive', saw: `none of ${controls.length} controls was open before` }];
}

/** The new connections of the cut that were open before and still are. */
export function stillOpen(subject: Subject, baseline: Sample, now: Sample): ConnectionQuestion[] {
  return answeredWith(['open'], triedOf(subject, baseline), now);
}

const triedOf = (subject: Subject, baseline: Sample): ConnectionQuestion[] =>
  answeredWith(['open'], cutQuestions(subject), baseline);

/** Do new connections of the cut fail that were open before? */
export function blockedFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  const deaf = cutOffThemselves(subject, baseline, now);
  const tried = triedOf(subject, baseline).filter(({ from }) => !deaf.has(from));
  if (tried.length === 0) {
    return {
      answer: 'inconclusive',
      saw: 'none of the connections to cut was open before the fault',
    };
  }
  const answers = tried.map(answersIn(now.seen));
  const { wrong, right, unanswered } = count(answers, (answer) => answer !== 'open');
  const how = [...new Set(answers.filter((answer) => answer !== undefined && answer !== 'open'))];
  const saw = `new connections: ${right} of ${tried.length} stopped${how.length > 0 ? ` (${how.join(', ')})` : ''}`;
  if (wrong > 0) return { answer: 'refuted', saw: `${saw}, ${wrong} still open` };
  return unanswered > 0
    ? { answer: 'inconclusive', saw: `${saw}, ${unanswered} unanswered` }
    : { answer: 'confirmed', saw };
}

/**
 * Controls must do as before, else the fault hit something it should not: open stays open, a host that
 * refused can still say so, and a connection that stood outside the cut stands.
 */
export function controlFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  const deaf = cutOffThemselves(subject, baseline, now);
  const controls = controlQuestions(subject).filter(({ from }) => !deaf.has(from));
  const answerTo = answersIn(now.seen);
  const open = countOpen(answeredWith(['open'], controls, baseline).map(answerTo));
  const refused = count(answeredWith(['refused'], controls, baseline).map(answerTo), (answer) =>
    reached.includes(answer),
  );
  const held = count(
    heldControls(subject, baseline)
      .filter(({ from }) => !deaf.has(from))
      .map((canary) => livingOf(saidOf(canary, answerTo(canary), now))),
    (answer) => answer === 'alive',
  );
  if (deaf.size > 0 && open.wrong + refused.wrong === 0) {
    const names = [...deaf].map((id) => nameOf(id, subject)).join(', ');
    const saw = `${names} reached nothing at all, far from any rule of ours: cut off by something else`;
    return { answer: 'inconclusive', saw };
  }
  if (open.of + refused.of === 0) {
    return { answer: 'inconclusive', saw: 'no control connection was open before the fault' };
  }
  const saw = [
    `controls: ${open.right} of ${open.of} still open`,
    ...(refused.of > 0 ? [`${refused.right} of ${refused.of} still refused`] : []),
    ...(held.of > 0 ? [`${held.right} of ${held.of} held alive`] : []),
  ].join(', ');
  const all = [open, refused, held];
  if (all.some(({ wrong }) => wrong > 0)) return { answer: 'refuted', saw: `${saw}: overreach` };
  return {
    answer: all.some(({ unanswered }) => unanswered > 0) ? 'inconclusive' : 'confirmed',
    saw,
  };
}

/** A node that does not even answer for itself is late or hangs; a canary that died on it tells no more. */
function saidOf(
  { to }: ConnectionQuestion,
  answer: string | undefined,
  { views }: Sample,
): string | undefined {
  const isSilent = views.some(({ from, view }) => from === to && view === null);
  return answer === 'dead' && isSilent ? undefined : answer;
}

/** What a canary says of its connection; one that is not there says nothing. */
export function livingOf(answer: string | undefined): 'alive' | 'dead' | undefined {
  return answer === 'alive' || answer === 'dead' ? answer : undefined;
}

/** The canaries outside the cut that came to stand. */
function heldControls(subject: Subject, baseline: Sample): ConnectionQuestion[] {
  const isTouched = touchedBy(subject.plan);
  return heldCanaries(subject, baseline).filter((canary) => !isTouched(canary));
}

/** The canaries that came to stand before the fault, to be asked how they are. */
export function heldCanaries(subject: Subject, baseline: Sample): ConnectionQuestion[] {
  const opened = answeredWith(['open'], canaryQuestions(subject, 'keep'), baseline);
  return opened.map((canary) => ({ ...canary, item: canary.item.replace(/^keep/, 'kept') }));
}
