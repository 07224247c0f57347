/** What was seen of the parts of a plan: each by its own kind, then what holds for all of them. */
import { nodesOf } from '../inventory.ts';
import type { PlanPart } from '../plan/plan.ts';
import { partsOf } from '../probe/windows.ts';
import type { Finding } from '../verdict.ts';
import { controlFinding } from './connections.ts';
import { growthFindings } from './growth.ts';
import type { Looks } from './looks.ts';
import { cutPartFindings } from './part-cut.ts';
import { reroutePartFindings } from './part-reroute.ts';
import { servicePartFindings } from './part-service.ts';
import { sharePartFindings } from './part-share.ts';
import { whyPartFindings } from './part-why.ts';
import { xdrPartFindings } from './part-xdr.ts';
import { sizesInLook, sizesInRun } from './sizes.ts';
import type { Recorded } from './sizes.ts';

/** A part with what was found of it. */
export interface PartSeen {
  readonly part: PlanPart;
  readonly findings: readonly Finding[];
}

/** Everything that was found of each part. */
export function partsSeen(seen: Looks): PartSeen[] {
  return partsOf(seen.subject.plan).map((part) => {
    const findings = [...kindFindings(part, seen), ...growthFindings(part, seen)];
    return { part, findings: [...findings, ...whyPartFindings(part, findings, seen)] };
  });
}

function kindFindings(part: PlanPart, seen: Looks): Finding[] {
  switch (part.kind) {
    case 'cut':
      return part.intensity === undefined
        ? cutPartFindings(part, seen)
        : sharePartFindings(part, seen);
    case 'reroute':
      return reroutePartFindings(part, seen);
    case 'service':
      return servicePartFindings(part, seen);
    case 'xdr-pause':
      return xdrPartFindings(part, seen);
  }
}

/** What one look says of a plan with parts: those that it met, the clusters, and what must go on. */
export function lookFindings(seen: Looks): Finding[] {
  return [...named(partsSeen(seen), seen), ...sizesInLook(seen), ...controlsOf(seen)];
}

/** What all looks of a run, and the nodes' own records, say of it. */
export function runFindings(seen: Looks, recorded: Recorded): Finding[] {
  return [...named(partsSeen(seen), seen), ...sizesInRun(seen, recorded), ...controlsOf(seen)];
}

/** With the part's number before it, where there are several. */
function named(parts: readonly PartSeen[], { subject }: Looks): Finding[] {
  const isOne = partsOf(subject.plan).length === 1;
  return parts.flatMap(({ part, findings }) =>
    findings.map((finding) =>
      isOne ? finding : { ...finding, saw: `part ${part.part}: ${finding.saw}` },
    ),
  );
}

/** Controls go on all the time: any look that saw one fall tells, else the last. */
function controlsOf({ subject, baseline, looks }: Looks): Finding[] {
  const all = looks.map((look) => controlFinding(subject, baseline, look));
  const fallen = all.find(({ answer }) => answer === 'refuted');
  const last = fallen ?? all.at(-1);
  if (last === undefined) return [];
  if (last.answer === 'inconclusive' && !hasOthers(subject)) return [];
  return [fallen === undefined ? last : { ...fallen, verdictClass: 'overreach' }];
}

/** Where every machine is held there is nobody left to be harmed. */
function hasOthers({ inventory, plan }: Looks['subject']): boolean {
  const services = partsOf(plan).filter(({ kind }) => kind === 'service');
  const held = new Set(services.flatMap(({ targets }) => targets));
  return nodesOf(inventory).some(({ id }) => !held.has(id));
}
