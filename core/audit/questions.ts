import { clientsOf, destinationsOf, nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import type { AuditPort } from './audit.ts';

/** A question of an audit in the words of probe.sh, and what its answer will be about. */
export interface AuditQuestion {
  readonly item: string;
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/** An item may be 3,000 characters with what belongs to it; a script run dials so many ports at most. */
const itemMost = 2_900;
const dialsMost = 512;
/** Connections of so many peers find room in one answer. */
const peersMost = 100;

/** Who dials the cluster's nodes: they themselves, and its clients. */
export const diallersOf = (inventory: Inventory): Instance[] => [
  ...nodesOf(inventory),
  ...clientsOf(inventory),
];

/** Who is asked anything at all. */
export const askedOf = (inventory: Inventory): Instance[] => [
  ...diallersOf(inventory),
  ...destinationsOf(inventory),
];

/** Every port of every address, in as few script runs as will do. */
export function dialQuestions(
  addresses: readonly string[],
  ports: readonly AuditPort[],
): AuditQuestion[] {
  if (ports.length === 0) return [];
  return questions('all', { addresses, ports, most: Math.floor(dialsMost / ports.length) });
}

/** Who is connected to the asked on the ports. */
export const peerQuestions = (
  addresses: readonly string[],
  ports: readonly AuditPort[],
): AuditQuestion[] => questions('peers', { addresses, ports, most: peersMost });

/** What the node counts that has one of the addresses; all nodes are asked in the same words. */
export const counterQuestions = (
  addresses: readonly string[],
  service: AuditPort,
): AuditQuestion[] => questions('tally', { addresses, ports: [service], most: addresses.length });

/** Which way the kernel sends to the addresses. */
export const routeQuestions = (addresses: readonly string[]): AuditQuestion[] =>
  questions('routes', { addresses, ports: [], most: addresses.length });

/** What listens here, and which rules stop packets. */
export const hereQuestion = (ports: readonly AuditPort[]): AuditQuestion => ({
  item: `here/${numbers(ports).join('_')}`,
  addresses: [],
  ports: numbers(ports),
});

const numbers = (ports: readonly AuditPort[]): number[] => ports.map(({ port }) => port);

function questions(
  verb: string,
  {
    addresses,
    ports,
    most,
  }: { addresses: readonly string[]; ports: readonly AuditPort[]; most: number },
): AuditQuestion[] {
  const tail = ports.length === 0 ? '' : `/${numbers(ports).join('_')}`;
  const chunks: string[][] = [];
  for (const address of addresses) {
    const last = chunks.at(-1);
    const length = verb.length + tail.length + [...(last ?? []), address].join('_').length + 1;
    if (last === undefined || last.length >= most || length > itemMost) chunks.push([address]);
    else last.push(address);
  }
  return chunks.map((chunk) => ({
    item: `${verb}/${chunk.join('_')}${tail}`,
    addresses: chunk,
    ports: numbers(ports),
  }));
}
