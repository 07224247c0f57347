import type { Comparison, End, Found, Gates, Unwanted } from './comparison.ts';
import { assumptions } from './endpoints.ts';
import type { Endpoint, Member } from './endpoints.ts';
import type { Profile } from './group-gates.ts';
import type { PortSet } from './port-sets.ts';

/** Looks at every pair of interfaces of the inventory, class by class. */
export function differenceAmongKnown(comparison: Comparison): Unwanted | undefined {
  const { endpoints, cuts, sets } = comparison;
  for (const from of endpoints) {
    for (const to of endpoints) {
      if (from.at.family !== to.at.family) continue;
      const cut = cuts.between(from.membership, to.membership);
      if (cut === sets.none && !from.touched && !to.touched) continue;
      if (from.only !== undefined && from.only === to.only) continue;
      const found = judgePair(comparison, { from, to, cut });
      if (found !== undefined) return { ...found, ...twoOf(from, to) };
    }
  }
  return undefined;
}

interface Pair {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

function judgePair(
  comparison: Comparison,
  { from, to, cut }: Pair & { cut: PortSet },
): Found | undefined {
  const { before, now } = comparison;
  for (const [outBefore, outNow] of assumptions(from)) {
    for (const [inBefore, inNow] of assumptions(to)) {
      const found = comparison.judge(
        passing(comparison, { from, to, gates: before, out: outBefore, in: inBefore }),
        passing(comparison, { from, to, gates: now, out: outNow, in: inNow }),
        { family: from.at.family, cut },
      );
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What leaves one interface and enters the other, both edges of their subnets passed. */
export function passing(
  comparison: Comparison,
  { from, to, gates, ...open }: Pair & { gates: Gates; out?: boolean; in?: boolean },
): PortSet {
  const { sets, all } = comparison;
  const [ours, theirs] = [at(from, comparison, gates), at(to, comparison, gates)];
  const out =
    open.out === true ? all : gates.groups.admitted(ours, 'egress', { at: to.at, profile: theirs });
  if (out === sets.none) return out;
  const into =
    open.in === true
      ? all
      : gates.groups.admitted(theirs, 'ingress', { at: from.at, profile: ours });
  const both = sets.intersection(out, into);
  if (from.subnetId === to.subnetId || both === sets.none) return both;
  const edges = sets.intersection(
    gates.acls.passed(from.subnetId, 'egress', to.at),
    gates.acls.passed(to.subnetId, 'ingress', from.at),
  );
  return sets.intersection(both, edges);
}

const at = ({ before, now }: Endpoint, comparison: Comparison, gates: Gates): Profile =>
  gates === comparison.before ? before : now;

/** A member of each class, on two interfaces. */
function twoOf(from: Endpoint, to: Endpoint): { from: End; to: End } {
  for (const sender of from.members) {
    const receiver = to.members.find((one) => one.interface.id !== sender.interface.id);
    if (receiver !== undefined) return { from: endOf(sender), to: endOf(receiver) };
  }
  throw new Error('Cannot name a pair as two classes must have two interfaces: found one');
}

const endOf = (member: Member): End => ({ name: member.interface.id, member });
