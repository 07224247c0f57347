import { DialsAnswer, RoutesAnswer } from '../../core/audit/answers.ts';
import type { Audit, Cell } from '../../core/audit/audit.ts';
import { cellsOf, isClosed } from '../../core/audit/cells.ts';
import { portsOf } from '../../core/audit/ports.ts';
import { askedOf, dialQuestions, diallersOf, routeQuestions } from '../../core/audit/questions.ts';
import { askedPortOf, parseAuditRequest } from '../../core/audit/request.ts';
import type { AuditRequest } from '../../core/audit/request.ts';
import type { AuditSeen } from '../../core/audit/seen.ts';
import { writeAudit } from '../../core/audit/write-audit.ts';
import { destinationsOf, nodesOf } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import { foreignTo } from '../../core/named-clusters.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Audits } from '../gateways-of-audits.ts';
import type { Gateways } from '../gateways.ts';
import { closeAccess, withAccess } from './access.ts';
import { askEach } from './audit-questions.ts';
import { addressesOf, lookAtTables } from './audit-tables.ts';
import type { Scene } from './audit-tables.ts';
import { surveyHosts } from './survey.ts';

/** What Step Functions knows of the execution that asks for an audit. */
export interface AskedAudit {
  readonly auditId: string;
  readonly input: unknown;
}

/** What an audit touches: it only asks, and keeps its document. */
export type AuditGateways = Pick<
  Gateways,
  'journal' | 'network' | 'hosts' | 'clock' | 'secrets' | 'clusters'
> & {
  readonly audits: Audits;
};

/** For an answer that takes a moment, and for one that dials all. */
const shortSeconds = 15;
const dialSeconds = 32;
/** Scripts of an audit leave nothing running, so any instant after it will do. */
const untilMs = 600_000;

/** As much of a sentence as a failed execution's cause should have; Step Functions takes 32,768. */
const causeMost = 2_000;

/**
 * A run without a fault: the whole matrix of a cluster's connections, tables and counters beside it, and
 * for every closed port the reason, held against what was accepted. Takes no lock, and changes nothing but
 * the audits of the journal.
 *
 * @throws Refusal for a request that is none, a cluster that the deployment is not for, or one without nodes.
 */
export async function audit(
  { auditId, input }: AskedAudit,
  gateways: AuditGateways,
): Promise<{
  verdict: Audit['verdict'];
  accepted: boolean;
  error: string;
  cause: string;
  says: string;
}> {
  const request = parseAuditRequest(input);
  const { cluster, accept } = request;
  const must = foreignTo(gateways.clusters, cluster);
  if (must !== undefined) throw new Refusal(`Cannot audit cluster "${cluster}" as ${must}`);
  const seen = await lookAround(cluster, { auditId, request, gateways });
  const { audits } = gateways;
  const written = writeAudit(seen, await audits.accepted(cluster));
  await audits.put(written);
  if (accept) await audits.accept(written);
  const { verdict, says } = written;
  const cause = `${says.slice(0, causeMost)}; audit ${auditId}`;
  return { verdict, accepted: accept, error: 'Differs', cause, says: cause };
}

interface Looking {
  readonly auditId: string;
  readonly request: AuditRequest;
  readonly gateways: AuditGateways;
}

/** Hosts are given what access needs for the time of the audit alone. */
async function lookAround(cluster: string, looking: Looking): Promise<AuditSeen> {
  const { auditId, request, gateways } = looking;
  const { clock, network } = gateways;
  const startedAt = clock.now();
  const [observed, runsBefore] = await Promise.all([
    network.observe(cluster),
    runsOn(cluster, gateways),
  ]);
  refuseEmpty(observed);
  const { access } = request;
  const until = startedAt + untilMs;
  const asked = access && { access, runId: auditId, inventory: observed, until };
  return withAccess(asked, gateways, async (unopened) => {
    const seen = await lookInside(looking, { startedAt, observed, runsBefore, unopened });
    if (asked !== undefined) await closeAccess(asked, gateways);
    return seen;
  });
}

/** What was known before hosts were asked. */
interface Before {
  readonly startedAt: number;
  readonly observed: Inventory;
  readonly runsBefore: readonly string[];
  readonly unopened: Readonly<Record<string, string>>;
}

async function lookInside(
  looking: Looking,
  { startedAt, observed, runsBefore, unopened }: Before,
): Promise<AuditSeen> {
  const { auditId, request, gateways } = looking;
  const { clock } = gateways;
  const { inventory, silent } = await surveyed(observed, looking);
  const ports = portsOf(inventory, request.servicePort);
  const short = { auditId, gateways, waitSeconds: shortSeconds, until: startedAt + untilMs };
  const online = askedOf(inventory)
    .map(({ id }) => id)
    .filter((id) => silent[id] === undefined);
  const scene: Scene = { inventory, ports, online, short, request };
  const tables = await lookAtTables(scene);
  const notes = [...tables.notes, ...notesOf(inventory, unopened)];
  const cells = await dialAll(scene);
  const routes = await lookAtRoutes(scene, cells);
  const runs = [...new Set([...runsBefore, ...(await runsOn(request.cluster, gateways))])];
  const endedAt = clock.now();
  return {
    auditId,
    startedAt,
    endedAt,
    inventory,
    silent,
    ports,
    cells,
    routes,
    runs,
    ...tables,
    notes,
  };
}

/** The run that holds the cluster, if any; its fault would show in what is found. */
async function runsOn(cluster: string, { journal }: AuditGateways): Promise<string[]> {
  const locks = await journal.locks();
  return locks.filter((lock) => lock.cluster === cluster).map(({ runId }) => runId);
}

function refuseEmpty(inventory: Inventory): void {
  if (nodesOf(inventory).length > 0) return;
  throw new Refusal(
    `Cannot audit cluster "${inventory.cluster}" as running instances must bear its tags with the role node: found none`,
  );
}

/** Nodes tell their ports; of the others it is only known whether their agent answers. */
async function surveyed(
  observed: Inventory,
  { auditId, request, gateways }: Looking,
): Promise<{ inventory: Inventory; silent: Record<string, string> }> {
  const all = askedOf(observed);
  const { servicePort } = request;
  const asked = { runId: auditId, ports: [servicePort], servicePort: askedPortOf(request) };
  const nodes = all.filter(({ role }) => role !== 'client');
  const [{ surveys }, online] = await Promise.all([
    surveyHosts(nodes, asked, gateways),
    gateways.hosts.online(all.map(({ id }) => id)),
  ]);
  const silent = all
    .filter(({ id }) => !online.has(id))
    .map(({ id }) => [id, 'its SSM agent is not online'] as const);
  return { inventory: { ...observed, surveys }, silent: Object.fromEntries(silent) };
}

/** Why hosts could not ask their nodes, a line each. */
const notesOf = ({ instances }: Inventory, unopened: Readonly<Record<string, string>>): string[] =>
  instances.flatMap(({ id, name }) => {
    const why = unopened[id];
    return why === undefined ? [] : [`${name}: ${why}`];
  });

async function dialAll({ inventory, ports, online, short }: Scene): Promise<Cell[]> {
  const asking = { ...short, waitSeconds: dialSeconds, schema: DialsAnswer };
  const those = (hosts: readonly { id: string }[]): string[] =>
    hosts.map(({ id }) => id).filter((id) => online.includes(id));
  const clientPorts = ports.filter(({ name }) => name === 'service' || name === 'tlsService');
  const nodes = nodesOf(inventory);
  const destinations = addressesOf(destinationsOf(inventory));
  const told = await Promise.all([
    askEach(those(diallersOf(inventory)), dialQuestions(addressesOf(nodes), ports), asking),
    askEach(those(nodes), dialQuestions(destinations, clientPorts), asking),
  ]);
  const dialled = told.flat().map(({ host: from, question, answer: { letters } }) => {
    return { from, question, letters };
  });
  return cellsOf(inventory, ports, dialled);
}

/** Routes are only asked for where something is closed: those ends, and one way for all of them. */
async function lookAtRoutes(
  { inventory, online, short }: Scene,
  cells: readonly Cell[],
): Promise<Map<string, Map<string, string>>> {
  const ends = new Set(cells.filter(isClosed).flatMap(({ from, to }) => [from, to]));
  const hosts = askedOf(inventory).filter(({ id }) => ends.has(id));
  const told = await askEach(
    hosts.map(({ id }) => id).filter((id) => online.includes(id)),
    routeQuestions(addressesOf(hosts)),
    { ...short, schema: RoutesAnswer },
  );
  const routes = new Map<string, Map<string, string>>();
  for (const { host, question, answer } of told) {
    const known = routes.get(host) ?? new Map<string, string>();
    for (const [index, address] of question.addresses.entries()) {
      known.set(address, answer.letters[index] ?? '?');
    }
    routes.set(host, known);
  }
  return routes;
}
