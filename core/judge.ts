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
import { lagFindings } from './judge/lag.ts';
import { countersFinding } from './judge/part-cut.ts';
import { clientsFindings } from './judge/quiet.ts';
import { answeringFindings } from './judge/part-service.ts';
import { shippingFindings } from './judge/part-xdr.ts';
import { lookFindings } from './judge/parts.ts';
import { classFinding, classOf } from './judge/verdict-class.ts';
import { whyFindings } from './judge/why.ts';
import { canaryQuestions, controlQuestions, cutQuestions, serviceDials } from './probe.ts';
import type { ConnectionQuestion, Subject } from './probe.ts';
import type { Finding, VerdictClass } from './verdict.ts';

export type { Sample, Views } from './judge/answers.ts';
export { countersFinding } from './judge/part-cut.ts';
export { partsSeen, runFindings } from './judge/parts.ts';

/**
 * Is the cluster whole and quiet: one key, full size everywhere, nothing migrating or unavailable, and
 * clients well since an earlier reading of counters?
 */
export function steadyFindings(
  subject: Subject,
  sample: Sample,
  earlier?: Pick<Sample, 'seen'>,
): Finding[] {
  const { views } = sample;
  const size = nodesOf(subject.inventory).length;
  const canaries = canaryQuestions(subject, 'keep').filter(({ needed }) => needed);
  return [
    wholeFinding(subject, views),
    ...views.map(({ from, view }) => quietFinding(nameOf(from, subject), view, size)),
    reachFinding('open before', connectionsOf(subject), sample),
    ...controlsBeforeFinding(subject, sample),
    ...answeringFindings(subject, sample, 'before'),
    ...shippingFindings(subject, sample, 'before'),
    ...lagFindings(subject, sample),
    ...clientsFindings(subject, earlier, sample),
    ...(canaries.length === 0 ? [] : [reachFinding('held open as canaries', canaries, sample)]),
  ];
}

/**
 * Did the fault bite: connections, canaries, controls, and what Aerospike itself says? The first finding
 * tells the verdict class.
 */
export function inForceFindings(subject: Subject, baseline: Sample, now: Sample): Finding[] {
  if (subject.plan.parts !== undefined) {
    return lookFindings({ subject, baseline, looks: [now], of: 'look' });
  }
  const found = {
    blocked: stoppedFinding(subject, baseline, now),
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

/** Where no address is known to dial, the hosts' own rules tell. */
function stoppedFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  const [counted] = countersFinding({ subject, baseline, looks: [now], of: 'look' });
  return cutQuestions(subject).length === 0 && counted !== undefined
    ? counted
    : blockedFinding(subject, baseline, now);
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
    ...answeringFindings(subject, now, 'again'),
    ...shippingFindings(subject, now, 'again'),
  ];
}

/** Whether what the cut had closed is open again; the network's half of `clean`. */
export function reopenedFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  return reopened(cutQuestions(subject), baseline, now);
}

const connectionsOf = (subject: Subject): ConnectionQuestion[] => [
  ...cutQuestions(subject),
  ...controlQuestions(subject),
  ...serviceDials(subject),
];
