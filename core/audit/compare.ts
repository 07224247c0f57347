import type { Audit, AuditHost, AuditPort, Cell, Difference, Explanation } from './audit.ts';
import { cellKey, isClosed } from './cells.ts';
import { letterWords } from './answers.ts';

/** An audit as far as it is compared. */
export type Comparable = Pick<Audit, 'hosts' | 'ports' | 'matrix' | 'closed'>;

/**
 * What is not as in the audit that was accepted: hosts and ports that are new or gone, be it in the whole
 * cluster or on one host, and, of those that are in both, ports that closed, opened, or that nobody can tell
 * of any more. In which way a port is closed is no difference.
 */
export function differencesFrom(accepted: Comparable, now: Comparable): Difference[] {
  const before = new Map(cellsIn(accepted).map((cell) => [cellKey(cell), cell]));
  const why = reasonsIn(now.closed);
  const name = namesIn(now);
  const cells = cellsIn(now).flatMap((cell): Difference[] => {
    const was = before.get(cellKey(cell));
    const kind = was === undefined ? undefined : changeOf(was, cell);
    if (was === undefined || kind === undefined) return [];
    const reason = why.get(cellKey(cell));
    const says = `${name(cell)} was ${was.answer}, is ${cell.answer}${reason === undefined ? '' : `: ${reason}`}`;
    return [{ kind, cell, says }];
  });
  const gone = onlyIn(accepted, now).map((cell): Difference => {
    return { kind: 'port-gone', cell, says: `${name(cell)} was ${cell.answer}, is gone` };
  });
  const fresh = onlyIn(now, accepted).map((cell): Difference => {
    return { kind: 'port-new', cell, says: `${name(cell)} is new, is ${cell.answer}` };
  });
  const ports = ofPorts(accepted.ports, now.ports);
  return [...ofHosts(accepted.hosts, now.hosts), ...ports, ...gone, ...fresh, ...cells];
}

/**
 * Cells that one audit has alone, though both have their hosts and their port: a listener that one host has
 * lost or got while another has it. A host that does not tell its ports is dialled on all of them, so one
 * that is refused there is no listener.
 */
function onlyIn(one: Comparable, other: Comparable): Cell[] {
  const known = new Set(cellsIn(other).map(cellKey));
  const hosts = new Set(other.hosts.map(({ id }) => id));
  const ports = new Set(other.ports.map(({ port }) => port));
  return cellsIn(one).filter(
    (cell) =>
      !known.has(cellKey(cell)) &&
      cell.answer !== 'refused' &&
      ports.has(cell.port) &&
      hosts.has(cell.from) &&
      hosts.has(cell.to),
  );
}

function changeOf(was: Cell, is: Cell): 'closed' | 'opened' | 'unknown' | undefined {
  if (is.answer === 'unknown') return was.answer === 'unknown' ? undefined : 'unknown';
  if (isClosed(is)) return isClosed(was) ? undefined : 'closed';
  return was.answer === 'open' ? undefined : 'opened';
}

const words: Readonly<Record<string, Cell['answer']>> = { ...letterWords, '?': 'unknown' };

/** The cells of a document; those that were not asked are not among them. */
export function cellsIn({ matrix, ports }: Pick<Audit, 'matrix' | 'ports'>): Cell[] {
  return matrix.flatMap(({ from, to, answers }) =>
    ports.flatMap(({ port }, index) => {
      const answer = words[answers[index] ?? '-'];
      return answer === undefined ? [] : [{ from, to, port, answer }];
    }),
  );
}

function reasonsIn(closed: readonly Explanation[]): Map<string, string> {
  return new Map(
    closed.flatMap(({ says, cells }) => cells.map((cell) => [cellKey(cell), says] as const)),
  );
}

/** How people call a cell: "node-1 → node-2, fabric 3001". */
function namesIn({
  hosts,
  ports,
}: Pick<Audit, 'hosts' | 'ports'>): (cell: Omit<Cell, 'answer'>) => string {
  const hostNames = new Map(hosts.map(({ id, name }) => [id, name]));
  const portNames = new Map(ports.map(({ name, port }) => [port, `${name} ${port}`]));
  return ({ from, to, port }) =>
    `${hostNames.get(from) ?? from} to ${hostNames.get(to) ?? to}, ${portNames.get(port) ?? port}`;
}

function ofHosts(before: readonly AuditHost[], now: readonly AuditHost[]): Difference[] {
  const gone = without(before, now, ({ id }) => id);
  const fresh = without(now, before, ({ id }) => id);
  return [
    ...gone.map((host) => ({ kind: 'host-gone' as const, says: `${hostWords(host)} is gone` })),
    ...fresh.map((host) => ({ kind: 'host-new' as const, says: `${hostWords(host)} is new` })),
  ];
}

function ofPorts(before: readonly AuditPort[], now: readonly AuditPort[]): Difference[] {
  return [
    ...without(before, now, portWords).map((port) => ({
      kind: 'port-gone' as const,
      says: `${portWords(port)} is gone`,
    })),
    ...without(now, before, portWords).map((port) => ({
      kind: 'port-new' as const,
      says: `${portWords(port)} is new`,
    })),
  ];
}

const hostWords = ({ role, name, id }: AuditHost): string => `${role} ${name} (${id})`;
const portWords = ({ name, port }: AuditPort): string => `port ${name} ${port}`;

function without<Thing>(
  these: readonly Thing[],
  those: readonly Thing[],
  keyOf: (thing: Thing) => string,
): Thing[] {
  const known = new Set(those.map(keyOf));
  return these.filter((thing) => !known.has(keyOf(thing)));
}
