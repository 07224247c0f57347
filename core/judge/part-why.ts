/** Why a part was not as it should be, as far as the plan tells. One finding at most. */
import type { PlanPart } from '../plan/plan.ts';
import { stepsOfPart } from '../probe/touched.ts';
import type { Finding } from '../verdict.ts';
import { countedOf } from './looks.ts';
import type { Looks } from './looks.ts';
import { tallyOf } from './tally.ts';

/** The first reason that holds, where something of the part was refuted. */
export function whyPartFindings(
  part: PlanPart,
  findings: readonly Finding[],
  seen: Looks,
): Finding[] {
  if (!findings.some(({ answer }) => answer === 'refuted')) return [];
  const why = whyOf(part, seen);
  return why === undefined ? [] : [{ answer: 'refuted', saw: `why: ${why}` }];
}

function whyOf(part: PlanPart, seen: Looks): string | undefined {
  switch (part.kind) {
    case 'cut':
      return whyCut(part, seen);
    case 'reroute':
      return undefined;
    case 'service':
      return whyService(part, seen);
    case 'xdr-pause':
      return 'somebody else set it, or the node was started again: it then reads its configuration file';
  }
}

function whyCut(part: PlanPart, seen: Looks): string | undefined {
  const { ends } = tallyOf(part, seen);
  const counted = countedOf(part.part, seen);
  if (ends.off.stopped > 0) {
    return (counted?.hit ?? 0) > 0
      ? 'its rules outlive their time, or a listener had not come back'
      : 'its rules met nothing, so that something else stops them';
  }
  if (ends.on.open === 0 || counted === undefined) return undefined;
  if (counted.hit === 0) return 'its rules met no packet: these connections go another way';
  return part.intensity === undefined
    ? 'its rules stop some and not all: another address, or another rule before them'
    : undefined;
}

function whyService(part: PlanPart, { subject }: Looks): string {
  const names = stepsOfPart(subject.plan, part).flatMap((step) =>
    step.kind === 'hold-service' ? [`${step.how} of ${step.name}`] : [],
  );
  const [first = 'the hold'] = names;
  return `${first} did not last: it was started again, or goes by another name`;
}
