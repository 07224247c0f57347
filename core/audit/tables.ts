import type { Inventory } from '../inventory.ts';
import type { AuditPort, Connections, Counters } from './audit.ts';
import type { AuditQuestion } from './questions.ts';

/** What one host told of its connections. */
export interface PeersTold {
  readonly host: string;
  readonly question: AuditQuestion;
  readonly links: string;
  readonly others: readonly (readonly [address: string, counts: string])[];
}

/** Who is connected to whom: one row for each host and peer that share a connection. */
export function connectionsOf(
  inventory: Inventory,
  ports: readonly AuditPort[],
  told: readonly PeersTold[],
): Connections[] {
  const owners = new Map(
    inventory.instances.flatMap(({ id, addresses }) => addresses.map((one) => [one, id] as const)),
  );
  const names = new Map(ports.map(({ name, port }) => [port, name]));
  const rows = told.flatMap(({ host, question, links, others }) => {
    const asked = links
      .split(';')
      .map((counts, index) => [question.addresses[index], counts] as const);
    return [...asked, ...others].flatMap(([peer, counts]): Connections[] => {
      const byPort = countsByPort(counts, question.ports, names);
      if (peer === undefined || Object.keys(byPort).length === 0) return [];
      return [{ host, peer, peerId: owners.get(peer) ?? null, byPort }];
    });
  });
  // Whoever is asked about in one script run is a stranger to the next, and told twice.
  return [...new Map(rows.map((row) => [`${row.host} ${row.peer}`, row])).values()];
}

function countsByPort(
  counts: string,
  ports: readonly number[],
  names: ReadonlyMap<number, string>,
): Record<string, number> {
  const byPort = counts.split(',').flatMap((count, index) => {
    const name = names.get(ports[index] ?? 0);
    return name === undefined || Number(count) === 0 ? [] : [[name, Number(count)] as const];
  });
  return Object.fromEntries(byPort);
}

/** What a node counted at one moment, in epoch milliseconds by its own clock. */
export interface Counted {
  readonly at: number;
  readonly figures: Readonly<Record<string, number>>;
}

/** The second look's own connection was opened between the two, and the first's closed. */
const ownConnection: Readonly<Record<string, number>> = {
  client_connections_opened: 1,
  client_connections_closed: 1,
};

/** Figures of the moment; all others only grow. */
const ofTheMoment = /_connections$/;

/**
 * What became of a node's figures from one look to the next. Left out are those that only one look has, and
 * those that began anew, as after a restart.
 */
export function countersOf(node: string, before: Counted, after: Counted): Counters {
  const figures = Object.entries(after.figures).flatMap(([name, value]) => {
    const was = before.figures[name];
    if (was === undefined) return [];
    if (ofTheMoment.test(name)) return [[name, { value, change: value - was }] as const];
    if (value < was) return [];
    return [
      [name, { value, change: Math.max(0, value - was - (ownConnection[name] ?? 0)) }] as const,
    ];
  });
  return { node, seconds: (after.at - before.at) / 1000, figures: Object.fromEntries(figures) };
}
