/** What people see of an experiment that is none: every problem with its place, the line, and carets under it. */
import { printable } from '../core/printable.ts';
import type { Problem } from '../core/experiment-problems.ts';
import { Refusal } from '../core/refusal.ts';
import { positionIn } from './experiment-text.ts';
import type { Span } from './experiment-text.ts';

/** A problem, and where it is in its file. Lines and columns count from 1. */
export interface PlacedProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly code: string;
  readonly says: string;
  readonly meant?: string | undefined;
  /** The line of the text, and what is to be underlined in it. */
  readonly source: { readonly text: string; readonly carets: number };
}

/** A Refusal of a file, with all that is wrong with it; its message is for people. */
export class BadExperiment extends Refusal {
  readonly problems: readonly PlacedProblem[];

  constructor(problems: readonly PlacedProblem[]) {
    super(problems.flatMap(problemLines).join('\n'));
    this.problems = problems;
  }
}

/** How the last line counts them. */
export const countedProblems = ({ problems }: Pick<BadExperiment, 'problems'>): string =>
  `${problems.length} ${problems.length === 1 ? 'problem' : 'problems'}. Nothing was changed.`;

/** A problem where it stands in a text. */
export function placed(
  problem: Pick<Problem, 'code' | 'says' | 'meant'>,
  {
    file,
    text,
    span: [from, to],
  }: { readonly file: string; readonly text: string; readonly span: Span },
): PlacedProblem {
  const { line, column } = positionIn(text, from);
  const whole = text.split('\n')[line - 1] ?? '';
  const { code, says, meant } = problem;
  const carets = Math.max(1, Math.min(to - from, whole.length - column + 1));
  return { file, line, column, code, says, meant, source: { text: whole, carets } };
}

/** How much of a long line is shown. */
const widthMax = 88;

function problemLines(problem: PlacedProblem): string[] {
  const { file, line, column, code, says, meant, source } = problem;
  const guess = meant === undefined ? '' : `. Did you mean "${meant}"?`;
  // Of a line without end, what is around the place.
  const cut = column + source.carets > widthMax ? Math.max(0, column - 30) : 0;
  const shown = source.text.slice(cut, cut + widthMax);
  const carets = '^'.repeat(Math.min(source.carets, Math.max(1, widthMax - (column - 1 - cut))));
  const margin = ' '.repeat(String(line).length);
  return [
    printable(`${file}:${line}:${column}  ${says}${guess} [${code}]`),
    `  ${line} | ${onOneColumn(shown)}`.trimEnd(),
    `  ${margin} | ${' '.repeat(column - 1 - cut)}${carets}`,
  ];
}

/** As many columns as characters, and nothing that a terminal acts on. */
const onOneColumn = (text: string): string =>
  text.replaceAll('\t', ' ').replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·');
