import type * as z from 'zod';
import { CountersAnswer, HereAnswer, PeersAnswer } from '../../core/audit/answers.ts';
import type { AuditPort } from '../../core/audit/audit.ts';
import {
  askedOf,
  counterQuestions,
  hereQuestion,
  peerQuestions,
} from '../../core/audit/questions.ts';
import { askedPortOf } from '../../core/audit/request.ts';
import type { AuditRequest } from '../../core/audit/request.ts';
import { connectionsOf, countersOf } from '../../core/audit/tables.ts';
import { nodesOf } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import { askEach } from './audit-questions.ts';
import type { AuditAsking } from './audit-questions.ts';

/** Between the two looks at what nodes count. */
const pauseMs = 3_000;

/** What the looks of an audit have in common. */
export interface Scene {
  readonly inventory: Inventory;
  readonly ports: readonly AuditPort[];
  /** Ids of the hosts that can be asked. */
  readonly online: readonly string[];
  readonly request: AuditRequest;
  readonly short: AuditAsking;
}

/** Before anything is dialled, so that the audit's own connections are not among those that are told. */
export async function lookAtTables({ inventory, ports, online, short, request }: Scene) {
  const { clock } = short.gateways;
  const hosts = askedOf(inventory);
  const scene = { inventory, ports, online, short, request };
  const before = await lookAtCounters(scene);
  await clock.sleep(pauseMs);
  const [after, peers, heres] = await Promise.all([
    lookAtCounters(scene),
    askEach(online, peerQuestions(addressesOf(hosts), ports), { ...short, schema: PeersAnswer }),
    askEach(online, [hereQuestion(ports)], { ...short, schema: HereAnswer }),
  ]);
  const nameOf = new Map(hosts.map(({ id, name }) => [id, name]));
  const notes = [...peers, ...heres].flatMap(({ host, answer: { probe, more } }) =>
    more === 0 ? [] : [`${nameOf.get(host)}: ${more} more ${probe === 'here' ? 'rules' : 'peers'}`],
  );
  return {
    here: new Map(heres.map(({ host, answer }) => [host, answer])),
    connections: connectionsOf(
      inventory,
      ports,
      peers.map(({ host, question, answer }) => ({ host, question, ...answer })),
    ),
    counters: [...after].flatMap(([node, counted]) => {
      const was = before.get(node);
      return was === undefined ? [] : [countersOf(node, was, counted)];
    }),
    notes,
  };
}

type Counted = z.infer<typeof CountersAnswer>;

async function lookAtCounters({
  inventory,
  ports,
  online,
  short,
  request,
}: Scene): Promise<Map<string, Counted>> {
  const plain = ports.find(({ name }) => name === 'service');
  const tls = { name: 'tlsService' as const, port: askedPortOf(request) };
  const service = request.access?.tls === undefined ? plain : tls;
  if (service === undefined) return new Map();
  const nodes = nodesOf(inventory).filter(({ id }) => online.includes(id));
  const told = await askEach(
    nodes.map(({ id }) => id),
    counterQuestions(addressesOf(nodes), service),
    { ...short, schema: CountersAnswer },
  );
  return new Map(told.map(({ host, answer }) => [host, answer]));
}

export const addressesOf = (hosts: readonly { address: string }[]): string[] =>
  hosts.map(({ address }) => address);
