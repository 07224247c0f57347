import type { RunItem } from './journal.ts';
import {
  countersFinding,
  inForceFindings,
  recoveredFindings,
  reopenedFinding,
  runFindings,
  steadyFindings,
} from './judge.ts';
import type { Sample } from './judge.ts';
import type { Moment, Note } from './note.ts';
import { cutQuestions } from './probe.ts';
import { markersLeft } from './report/markers.ts';
import type { Subject } from './probe.ts';
import {
  changesOf,
  endMsOf,
  inForceLooks,
  injected,
  looksAt,
  notesOf,
  proofOf,
  sampleAt,
  subjectOf,
} from './story.ts';
import type { Story } from './story.ts';
import { worst } from './verdict.ts';
import type { Finding, Verdict } from './verdict.ts';

/** The run's four answers. */
export interface Verdicts {
  readonly steady: Verdict;
  readonly inForce: Verdict;
  readonly clean: Verdict;
  readonly recovered: Verdict;
}

/** Judges a whole run by what was noted of it. What nobody looked at is inconclusive. */
export function verdictsOf(story: Story): Verdicts {
  const { notes } = story;
  const subject = subjectOf(story);
  const baseline = sampleAt(notes, 'baseline');
  const steady =
    subject === undefined || baseline === undefined
      ? unknown('the cluster was not looked at before the fault')
      : worst(steadyFindings(subject, baseline, sampleAt(notes, 'quiet')));
  if (subject === undefined || baseline === undefined || !injected(story)) {
    const untouched = unknown('nothing was injected');
    return { steady, inForce: untouched, clean: cleanUntouched(story), recovered: untouched };
  }
  return {
    steady,
    inForce: inForceVerdict(story, subject, baseline),
    clean: cleanVerdict(story, subject, baseline),
    recovered: lastVerdict(notes, 'recovery', (now) => recoveredFindings(subject, baseline, now)),
  };
}

/**
 * In force means: at the proof, and still at the last look before restore, which came when it was due.
 * Anything between that refutes counts too, whatever those two said. Parts of a plan are judged by all
 * looks together, for each look only meets those that were on, or off, just then.
 */
function inForceVerdict(story: Story, subject: Subject, baseline: Sample): Verdict {
  const { run } = story;
  const proof = proofOf(story);
  if (proof === undefined) return unknown('the fault was never looked at while it was in force');
  const looks = { subject, baseline, looks: looksAt(story), of: 'run' } as const;
  if (subject.plan.parts !== undefined) {
    const recorded = { changes: changesOf(story), endMs: endMsOf(run) };
    const unseen = looks.looks.length > 1 ? [] : [unseenEnd].map(sawIn('end of hold'));
    return worst([...runFindings(looks, recorded), ...unseen, ...cutShort(run)]);
  }
  const findings = inForceFindings(subject, baseline, proof);
  const held = inForceLooks('hold', story).map((sample) =>
    inForceFindings(subject, baseline, sample),
  );
  const lapses = held.slice(0, -1).flatMap((seen) => seen.filter(refutes));
  const end = held.at(-1) ?? [unseenEnd];
  return worst([
    ...findings,
    ...lapses.map(sawIn('hold')),
    ...end.map(sawIn('end of hold')),
    ...countersFinding(looks),
    ...cutShort(run),
  ]);
}

const unseenEnd: Finding = { answer: 'inconclusive', saw: 'nobody looked after the proof' };

/** A hold that ended before its time shows nothing of the time it did not have. */
function cutShort({
  injectAt = 0,
  restoreAt = 0,
  closedAt = Infinity,
  closedBy,
}: RunItem): Finding[] {
  if (closedAt >= restoreAt) return [];
  const [held, asked] = [closedAt - injectAt, restoreAt - injectAt].map((ms) =>
    Math.round(ms / 1000),
  );
  const saw = `the hold ended early, after ${held} of ${asked} s, by ${closedBy ?? 'nobody'}`;
  return [{ answer: 'inconclusive', saw }];
}

const refutes = ({ answer }: Finding): boolean => answer === 'refuted';

const sawIn =
  (span: string) =>
  (finding: Finding): Finding => ({ ...finding, saw: `${span}: ${finding.saw}` });

function cleanVerdict(story: Story, subject: Subject, baseline: Sample): Verdict {
  const reopened = sampleAt(story.notes, 'clean');
  return worst([
    ...stuckFindings(story),
    lookFinding(story),
    residueFinding(story.notes),
    ...markersLeft(story),
    ...reopenedFindings(subject, baseline, reopened),
  ]);
}

/** What stops no connection that could be dialled has none to try. */
function reopenedFindings(
  subject: Subject,
  baseline: Sample,
  reopened: Sample | undefined,
): Finding[] {
  if (cutQuestions(subject).length === 0) return [];
  return reopened === undefined
    ? [{ answer: 'inconclusive', saw: 'connections were not tried after restore' }]
    : [reopenedFinding(subject, baseline, reopened)];
}

function cleanUntouched(story: Story): Verdict {
  const { life } = story.run;
  if (life === 'final') return { answer: 'confirmed', evidence: ['nothing was ever touched'] };
  const saw = `the run is ${life}, not final`;
  return worst([...stuckFindings(story), { answer: 'inconclusive', saw }]);
}

/** Why restore has given up for now, the first steps of it; the report's own `stuck` has all. */
function stuckFindings({ run: { stuckSteps = [] } }: Story): Finding[] {
  return stuckSteps
    .slice(0, 3)
    .map(({ stepId, reason }) => ({ answer: 'inconclusive', saw: `${stepId}: ${reason}` }));
}

function lookFinding({ run, notes }: Story): Finding {
  const look = notesOf(notes, 'look').at(-1);
  if (run.life === 'final')
    return { answer: 'confirmed', saw: 'the last look found nothing of ours' };
  if (look === undefined) return { answer: 'inconclusive', saw: 'nobody has looked since' };
  const { found, unknown: unseen } = look;
  if (unseen.length > 0) {
    return { answer: 'inconclusive', saw: `could not look at ${unseen.join(', ')}` };
  }
  return found > 0
    ? { answer: 'refuted', saw: `${found} step(s) were still in force at the last look` }
    : {
        answer: 'inconclusive',
        saw: 'nothing was found, but it was too early to be the last look',
      };
}

function residueFinding(notes: readonly Note[]): Finding {
  const looked = notesOf(notes, 'residue').at(-1);
  if (looked === undefined)
    return { answer: 'inconclusive', saw: 'before and after were not compared' };
  const { length } = looked.others;
  const saw =
    length === 0
      ? 'nothing differs from before'
      : `only others' ${length} change(s) differ from before`;
  return looked.residue.length === 0
    ? { answer: 'confirmed', saw }
    : { answer: 'refuted', saw: `differs from before: ${looked.residue.join('; ')}` };
}

function lastVerdict(
  notes: readonly Note[],
  moment: Moment,
  judge: (sample: Sample) => Finding[],
): Verdict {
  const sample = sampleAt(notes, moment);
  return sample === undefined ? unknown(`nothing was seen of ${moment}`) : worst(judge(sample));
}

const unknown = (saw: string): Verdict => ({ answer: 'inconclusive', evidence: [saw] });
