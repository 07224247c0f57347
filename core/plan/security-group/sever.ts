import type { Cut } from '../../cut.ts';
import type { Instance, Inventory } from '../../inventory.ts';
import type { Sever } from '../../step.ts';
import { phases } from './steps-between.ts';

/** Whose sockets to close, and with whom. */
export interface Ends {
  readonly hosts: readonly string[];
  readonly peers: readonly string[];
}

/** The ends of cuts on the machines that accept, or on those that dial: either closes the connection. */
export const endsOf = (cuts: readonly Cut[], on: 'from' | 'to'): Ends[] =>
  cuts.map(({ from, to }) =>
    on === 'to' ? { hosts: to, peers: from } : { hosts: from, peers: to },
  );

/** Closes what stands of a cut on these ends; a machine that is in several is asked once. */
export function severSteps(
  ends: readonly Ends[],
  ports: readonly number[],
  { instances }: Inventory,
): Sever[] {
  const byId = new Map(instances.map((one) => [one.id, one]));
  const peers = new Map<string, Set<string>>();
  for (const end of ends) {
    for (const host of end.hosts) {
      const known = peers.get(host) ?? new Set<string>();
      for (const peer of end.peers) if (peer !== host) known.add(peer);
      peers.set(host, known);
    }
  }
  return [...peers].flatMap(([id, others]) => {
    const host = byId.get(id);
    const known = [...others].flatMap((other) => byId.get(other) ?? []);
    return host === undefined ? [] : [sever(host, known, ports)];
  });
}

function sever(
  { id, name }: Instance,
  peers: readonly Instance[],
  ports: readonly number[],
): Sever {
  return {
    id: `sever/${id}`,
    kind: 'sever',
    phase: phases.sever,
    says: `${name}: close connections on port ${ports.join(', ')} with ${peers.length} machine(s)`,
    instanceId: id,
    peers: peers.flatMap(({ addresses }) => addresses),
    ports: [...ports],
  };
}
