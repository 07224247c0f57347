import { destinationsOf, nodesOf } from '../inventory.ts';
import type { Instance, Inventory } from '../inventory.ts';
import { letterWords } from './answers.ts';
import type { AuditPort, Cell, CellAnswer } from './audit.ts';
import { portsAt } from './ports.ts';
import type { AuditQuestion } from './questions.ts';
import { diallersOf } from './questions.ts';

/** Who dialled, what was asked, and the letters of the answer. */
export interface Dialled {
  readonly from: string;
  readonly question: AuditQuestion;
  readonly letters: string;
}

/**
 * The matrix: every node and every client to every node, and every node to where the cluster ships to.
 * Where nobody could be asked, or did not say, the answer is unknown.
 */
export function cellsOf(
  inventory: Inventory,
  ports: readonly AuditPort[],
  dialled: readonly Dialled[],
): Cell[] {
  const heard = new Map<string, CellAnswer>();
  for (const { from, question, letters } of dialled) {
    for (const [row, address] of question.addresses.entries()) {
      for (const [column, port] of question.ports.entries()) {
        const letter = letters[row * question.ports.length + column] ?? '?';
        heard.set(`${from}/${address}/${port}`, answerOf(letter));
      }
    }
  }
  return pairsOf(inventory).flatMap(([from, to]) =>
    portsAt(to, ports, inventory).map(({ port }) => {
      const answer = heard.get(`${from.id}/${to.address}/${port}`) ?? 'unknown';
      return { from: from.id, to: to.id, port, answer };
    }),
  );
}

/** Who dials whom. */
export function pairsOf(inventory: Inventory): (readonly [from: Instance, to: Instance])[] {
  const nodes = nodesOf(inventory);
  return [
    ...diallersOf(inventory).flatMap((from) => nodes.map((to) => [from, to] as const)),
    ...nodes.flatMap((from) => destinationsOf(inventory).map((to) => [from, to] as const)),
  ].filter(([from, to]) => from.id !== to.id);
}

const words: Readonly<Record<string, CellAnswer>> = letterWords;
const answerOf = (letter: string): CellAnswer => words[letter] ?? 'unknown';

/** The letter of an answer, as the matrix has it. */
export const letterOf = (answer: CellAnswer): string =>
  Object.keys(words).find((letter) => words[letter] === answer) ?? '?';

/** Dialled, and not reached. */
export const isClosed = ({ answer }: Pick<Cell, 'answer'>): boolean =>
  answer !== 'open' && answer !== 'unknown';

/** A key by which the same cell is found again. */
export const cellKey = ({ from, to, port }: Omit<Cell, 'answer'>): string =>
  `${from}/${to}/${port}`;
