import { nodesOf } from './inventory.ts';
import { nameOf } from './judge/answers.ts';
import type { Sample } from './judge/answers.ts';
import {
  predictsSplit,
  quietFinding,
  settledFinding,
  sizesFinding,
  wholeFinding,
} from './judge/cluster.ts';
import {
  blockedFinding,
  controlFinding,
  controlsBeforeFinding,
  reachFinding,
  reopenedFinding as reopened,
} from './judge/connections.ts';
import { standingFinding, standingsOf } from './judge/established.ts';
import type { Standing } from './judge/established.ts';
import { classFinding, classOf } from './judge/verdict-class.ts';
import { whyFindings } from './judge/why.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from './probe.ts';
import type { ConnectionQuestion, Subject } from './probe.ts';
import type { Finding, VerdictClass } from './verdict.ts';

export type { Sample, Views } from './judge/answers.ts';

/** Is the cluster whole and quiet: one key, full size everywhere, nothing migrating or unavailable? */
export function steadyFindings(subject: Subject, sample: Sample): Finding[] {
  const { views } = sample;
  const size = nodesOf(subject.inventory).length;
  const canaries = canaryQuestions(subject, 'keep').filter(({ needed }) => needed);
  return [
    wholeFinding(subject, views),
    ...views.map(({ from, view }) => quietFinding(nameOf(from, subject), view, size)),
    reachFinding('open before', connectionsOf(subject), sample),
    ...controlsBeforeFinding(subject, sample),
    ...(canaries.length === 0 ? [] : [reachFinding('held open as canaries', canaries, sample)]),
  ];
}

/**
 * Did the fault bite: connections, canaries, controls, and what Aerospike itself says? The first finding
 * tells the verdict class.
 */
export function inForceFindings(subject: Subject, baseline: Sample, now: Sample): Finding[] {
  const found = {
    blocked: blockedFinding(subject, baseline, now),
    controls: controlFinding(subject, baseline, now),
    sizes: sizesFinding(subject, now.views),
    standings: standingsOf(subject, baseline, now),
  };
  const seen = classOf(subject, found);
  const deciding = decidingFinding(subject, seen, found);
  const others = [
    found.blocked,
    ...found.standings.flatMap(standingFinding),
    found.controls,
    found.sizes,
  ].filter(({ saw }) => saw !== deciding.saw);
  const findings = [classFinding(subject, seen, deciding), ...others];
  const bit = findings.every(({ answer }) => answer !== 'refuted');
  const why = bit ? [] : whyFindings({ subject, baseline, now, standings: found.standings });
  return [...findings, ...why];
}

interface Found {
  readonly blocked: Finding;
  readonly controls: Finding;
  readonly sizes: Finding;
  readonly standings: readonly Standing[];
}

function decidingFinding(
  subject: Subject,
  seen: VerdictClass,
  { blocked, controls, sizes, standings }: Found,
): Finding {
  if (seen === 'overreach') return controls;
  if (seen === 'none') return blocked;
  const [told] = standings.flatMap(standingFinding);
  if (told !== undefined) return told;
  if (standings.length === 0) {
    return { answer: 'inconclusive', saw: 'established connections: none could be watched' };
  }
  return predictsSplit(subject) ? sizes : blocked;
}

/** Is the cluster whole again, migrations done, and what was open open again? */
export function recoveredFindings(subject: Subject, baseline: Sample, now: Sample): Finding[] {
  return [
    wholeFinding(subject, now.views),
    ...now.views.map(({ from, view }) => settledFinding(nameOf(from, subject), view)),
    reopened(connectionsOf(subject), baseline, now),
  ];
}

/** Whether what the cut had closed is open again; the network's half of `clean`. */
export function reopenedFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  return reopened(cutQuestions(subject), baseline, now);
}

const connectionsOf = (subject: Subject): ConnectionQuestion[] => [
  ...cutQuestions(subject),
  ...controlQuestions(subject),
];
