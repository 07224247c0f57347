import type { Audit, Cell, Difference } from './audit.ts';
import { cellKey, isClosed, letterOf, pairsOf } from './cells.ts';
import { differencesFrom } from './compare.ts';
import { explained } from './explain.ts';
import { askedOf } from './questions.ts';
import type { AuditSeen } from './seen.ts';

/** The document of what was found out, held against the one accepted last. */
export function writeAudit(seen: AuditSeen, accepted: Audit | undefined): Audit {
  const { auditId, startedAt, endedAt, inventory, silent } = seen;
  const found = {
    hosts: askedOf(inventory).map(({ id, name, role, zone, address }) => {
      const why = silent[id];
      return { id, name, role, zone, address, ...(why === undefined ? {} : { silent: why }) };
    }),
    ports: [...seen.ports],
    matrix: matrixOf(seen),
    ...explained(seen),
  };
  const differences = accepted === undefined ? [] : differencesFrom(accepted, found);
  const verdict = verdictOf(accepted, differences);
  return {
    schemaVersion: 1,
    auditId,
    cluster: inventory.cluster,
    startedAt,
    endedAt,
    verdict,
    says: sentenceOf(seen, verdict, differences),
    accepted:
      accepted === undefined ? null : { auditId: accepted.auditId, startedAt: accepted.startedAt },
    differences,
    runs: [...seen.runs],
    ...found,
    connections: [...seen.connections],
    counters: [...seen.counters],
    notes: [...seen.notes],
  };
}

function matrixOf({ inventory, ports, cells }: AuditSeen): Audit['matrix'] {
  const answers = new Map(cells.map((cell) => [cellKey(cell), letterOf(cell.answer)]));
  return pairsOf(inventory).map(([{ id: from }, { id: to }]) => ({
    from,
    to,
    answers: ports.map(({ port }) => answers.get(cellKey({ from, to, port })) ?? '-').join(''),
  }));
}

function verdictOf(
  accepted: Audit | undefined,
  differences: readonly Difference[],
): Audit['verdict'] {
  if (accepted === undefined) return 'first';
  return differences.length === 0 ? 'same' : 'differs';
}

/** So many differences are said in a sentence; the document has all. */
const saidMost = 5;

function sentenceOf(
  { inventory, cells, runs }: AuditSeen,
  verdict: Audit['verdict'],
  differences: readonly Difference[],
): string {
  const what = `${inventory.cluster}: ${countsOf(cells)}`;
  const during = runs.length === 0 ? '' : ` (while run ${runs.join(', ')} held it)`;
  switch (verdict) {
    case 'first':
      return `FIRST ${what}; nothing was accepted yet${during}`;
    case 'same':
      return `SAME ${what}${during}`;
    case 'differs': {
      const said = differences.slice(0, saidMost).map(({ says }) => says);
      const more = differences.length - said.length;
      return `DIFFERS ${what}${during}; ${said.join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
    }
  }
}

function countsOf(cells: readonly Cell[]): string {
  const open = cells.filter(({ answer }) => answer === 'open').length;
  const closed = cells.filter(isClosed).length;
  const unknown = cells.length - open - closed;
  return `${open} open, ${closed} closed${unknown === 0 ? '' : `, ${unknown} unknown`}`;
}
