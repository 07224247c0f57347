/** How every connection that the run asked for was before the fault, during it and after: the matrix. */
import * as z from 'zod';
import { within } from '../cut.ts';
import { ConnectionAnswer } from '../observation.ts';
import { answersIn, nameOf } from '../judge/answers.ts';
import type { AnswerTo, Sample } from '../judge/answers.ts';
import { touchedBy } from '../probe/touched.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from '../probe.ts';
import type { ConnectionQuestion, Subject } from '../probe.ts';
import { looksAt, sampleAt, subjectOf } from '../story.ts';
import type { Story } from '../story.ts';

const Answer = z
  .enum([...ConnectionAnswer.options, 'alive', 'dead', 'absent'])
  .nullable()
  .meta({ description: 'null: not asked, or not answered; alive, dead, absent: of a canary' });

export const ConnectionReport = z.strictObject({
  from: z.string().meta({ description: 'Name of the machine that dialled' }),
  to: z.string(),
  port: z.int(),
  family: z.enum(['IPv4', 'IPv6']),
  kind: z.enum(['cut', 'control', 'canary']).meta({
    description:
      'cut: must stop; control: must go on; canary: stands since before the fault, in a cut or not',
  }),
  needed: z.boolean().nullable().default(null).meta({
    description:
      'Whether it must be open before the fault; null: the report is of before this was told',
  }),
  expected: z.enum(['alive', 'dead']).nullable().default(null).meta({
    description: 'Of a canary: what the fault should make of it; null: no single look can say',
  }),
  before: Answer,
  during: Answer.meta({ description: 'At the last look in which it was answered' }),
  after: Answer,
});
export type ConnectionReport = z.infer<typeof ConnectionReport>;

/** Every connection that was asked for, in the order of the questions. */
export function connectionReportsOf(story: Story): ConnectionReport[] {
  const subject = subjectOf(story);
  if (subject === undefined) return [];
  const { notes } = story;
  const moments = {
    before: answerAt([sampleAt(notes, 'baseline')]),
    during: answerAt(looksAt(story).toReversed()),
    after: answerAt([sampleAt(notes, 'recovery'), sampleAt(notes, 'clean')]),
  };
  const expectedOf = canaryExpectation(subject);
  const canaries = canaryQuestions(subject, 'kept').map((question) => ({
    ...rowOf(question, 'canary', subject),
    expected: expectedOf(question),
    before: moments.before({ ...question, item: question.item.replace('kept/', 'keep/') }),
    during: moments.during(question),
    after: null,
  }));
  const dials = [
    ...cutQuestions(subject).map((question) => ({ question, kind: 'cut' as const })),
    ...controlQuestions(subject).map((question) => ({ question, kind: 'control' as const })),
  ].map(({ question, kind }) => ({
    ...rowOf(question, kind, subject),
    before: moments.before(question),
    during: moments.during(question),
    after: moments.after(question),
  }));
  return [...dials, ...canaries];
}

function rowOf(
  { from, to, port, item, needed }: ConnectionQuestion,
  kind: ConnectionReport['kind'],
  subject: Subject,
): Omit<ConnectionReport, 'before' | 'during' | 'after'> {
  const family = item.includes(':') ? 'IPv6' : 'IPv4';
  const [dials, dialled] = [nameOf(from, subject), nameOf(to, subject)];
  return { from: dials, to: dialled, port, family, kind, needed, expected: null };
}

/** As the verdict wants it: in what falls dead, else alive; what a part of a plan stops has looks of its own. */
function canaryExpectation({
  plan,
}: Subject): (canary: ConnectionQuestion) => ConnectionReport['expected'] {
  const [isCut, falls] = [within(plan.cuts), within(plan.prediction.falls)];
  const isTouched = touchedBy(plan);
  return (canary) => {
    if (!isTouched(canary)) return 'alive';
    if (plan.parts !== undefined || !isCut(canary)) return null;
    return falls(canary) ? 'dead' : 'alive';
  };
}

/** The answer in the first of the looks that has one; of an hour's, only those that it takes are gone through. */
function answerAt(
  samples: readonly (Sample | undefined)[],
): (question: Pick<ConnectionQuestion, 'from' | 'item'>) => ConnectionReport['before'] {
  const looked = samples.filter((sample) => sample !== undefined);
  const known: AnswerTo[] = [];
  return (question) => {
    for (const [index, { seen }] of looked.entries()) {
      const answerTo = (known[index] ??= answersIn(seen));
      const { data, success } = Answer.safeParse(answerTo(question) ?? null);
      if (success && data !== null) return data;
    }
    return null;
  };
}
