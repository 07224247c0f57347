import type { Cut } from '../../cut.ts';
import { nodesOf } from '../../inventory.ts';
import type { Instance } from '../../inventory.ts';
import { coveringCuts } from '../covering-cuts.ts';
import type { PartRequest } from '../plan-request.ts';
import type { FaultCuts } from '../request-cuts.ts';

/** A host that is changed, and the machines it loses. */
export interface Edit {
  readonly host: Instance;
  readonly peers: readonly Instance[];
}

/** The fewest hosts that cover the cuts, each with those it loses. */
export function editsOf(request: PartRequest, fault: FaultCuts): Edit[] {
  const known = new Map(request.inventory.instances.map((one) => [one.id, one]));
  const named = (ids: readonly string[]): Instance[] => ids.flatMap((id) => known.get(id) ?? []);
  return editedCuts(request, fault).flatMap(({ from, to }) =>
    named(to).map((host) => ({ host, peers: named(from) })),
  );
}

/** Cuts by the hosts that are changed, which is where they lead to. */
function editedCuts({ experiment, inventory }: PartRequest, fault: FaultCuts): readonly Cut[] {
  const { cuts, targets } = fault;
  switch (experiment.fault.kind) {
    case 'client-cut': {
      const sides = { nodes: cuts, clients: cuts.map(mirrored) };
      const { at } = experiment.fault;
      return at === undefined ? coveringCuts(Object.values(sides).flat(), targets) : sides[at];
    }
    case 'xdr-cut': {
      // Of equally many rather the cluster's own hosts than those it ships to.
      const own = nodesOf(inventory).map(({ id }) => id);
      return coveringCuts([...cuts, ...cuts.map(mirrored)], own);
    }
    case 'link-down': // The link is theirs, and only they can tell it from their others.
      return cuts.filter(({ to }) => to.every((id) => targets.includes(id)));
    case 'reroute': // Turned where it is dialled.
      return cuts.map(mirrored);
    case 'partition':
      // A cut of inbound connections alone only exists on the hosts that accept them.
      return experiment.direction === 'inbound' ? cuts : coveringCuts(cuts, targets);
    case 'xdr-pause':
    case 'service-stop':
    case 'service-freeze':
      return [];
  }
}

const mirrored = ({ from, to, ports }: Cut): Cut => ({ from: to, to: from, ports });
