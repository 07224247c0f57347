import { printable } from '../printable.ts';
import type { Audit, Counters, Explanation } from './audit.ts';

/** An audit as lines for a terminal; no colour. */
export function auditText(audit: Audit): string[] {
  const { says, differences, closed, surprises, notes } = audit;
  const lines = [
    says,
    '',
    ...matrixLines(audit),
    ...section(
      'Differences',
      differences.map(({ kind, says: what }) => `${kind.padEnd(10)}${what}`),
    ),
    ...section('Closed, and why', closed.map(explanationLine)),
    ...section(
      'Open against the rules',
      surprises.map(({ says: what, cells }) => `${counted(cells.length)} ${what}`),
    ),
    ...section('Connections', connectionLines(audit)),
    ...section(
      'Counted by nodes',
      audit.counters.map((one) => counterLine(one, audit)),
    ),
    ...section('Not told', [...silentLines(audit), ...notes]),
  ];
  return lines.map(printable);
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

/** Rows that are wholly open are said to be so together. */
function matrixLines({ hosts, ports, matrix }: Audit): string[] {
  const nameOf = new Map(hosts.map(({ id, name }) => [id, name]));
  const width = Math.max(0, ...hosts.map(({ name }) => name.length));
  const head = ports.map(({ name, port }) => `${name} ${port}`).join(', ');
  const told = matrix.filter(({ answers }) => /[^O-]/.test(answers));
  const whole = matrix.length - told.length;
  return [
    `Ports ${head}: a letter each (O open, R refused, T timed out, U unreachable, X reset, ? not known)`,
    ...told.map(({ from, to, answers }) => {
      const [left, right] = [from, to].map((id) => (nameOf.get(id) ?? id).padEnd(width));
      return `  ${left} to ${right}  ${answers}`;
    }),
    `  ${whole} of ${matrix.length} pairs all open`,
  ];
}

const counted = (count: number): string => `${count} port${count === 1 ? '' : 's'}`;

const explanationLine = ({ because, says, cells }: Explanation): string =>
  `${because.padEnd(15)}${counted(cells.length).padStart(10)}  ${says}`;

/** By host: how many connections with how many peers, and those with nobody of the cluster by address. */
function connectionLines({ hosts, connections }: Audit): string[] {
  return hosts.flatMap(({ id, name }) => {
    const own = connections.filter(({ host }) => host === id);
    if (own.length === 0) return [];
    const sums: Record<string, number> = {};
    for (const { byPort } of own) {
      for (const [port, count] of Object.entries(byPort)) sums[port] = (sums[port] ?? 0) + count;
    }
    const strangers = own.filter(({ peerId }) => peerId === null).map(({ peer }) => peer);
    const also = strangers.length === 0 ? '' : `; not of the cluster: ${strangers.join(', ')}`;
    const words = Object.entries(sums).map(([port, count]) => `${port} ${count}`);
    return [`${name}: ${words.join(', ')} with ${own.length} peer(s)${also}`];
  });
}

const toldFigures = /^client_connections_(opened|closed)$|prox/;

function counterLine({ node, seconds, figures }: Counters, { hosts }: Audit): string {
  const name = hosts.find(({ id }) => id === node)?.name ?? node;
  const words = Object.entries(figures)
    .filter(([figure, { change }]) => toldFigures.test(figure) && change !== 0)
    .map(([figure, { change }]) => `${figure} +${change}`);
  return `${name}: ${words.join(', ') || 'no client came or went, nothing was proxied'} in ${seconds.toFixed(1)} s`;
}

const silentLines = ({ hosts }: Audit): string[] =>
  hosts.flatMap(({ name, silent }) => (silent === undefined ? [] : [`${name}: ${silent}`]));
