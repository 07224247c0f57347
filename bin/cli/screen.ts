/** What commands say: the one result on standard output, everything else on standard error. */
import { styleText } from 'node:util';
import { printable } from '../../core/printable.ts';
import { commandLine } from './command-line.ts';

/** Prints the result. */
export function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Prints prose: on a terminal, lines that are too long go on under themselves, but for what is to be pasted. */
export function printProse(
  lines: readonly string[],
  isPasted: (line: string) => boolean = () => false,
): void {
  const { isTTY, columns } = process.stdout;
  const shown = (line: string): string[] => (isPasted(line) ? [line] : wrapped(line, columns));
  print(isTTY && columns > 0 ? lines.flatMap(shown) : lines);
}

/** In a report, a line at the left edge is a command or a headline. */
export const atLeftEdge = (line: string): boolean => !line.startsWith(' ');

/** A line in as many as it takes, none of them longer than the columns; but a word is never broken. */
export function wrapped(line: string, columns: number): string[] {
  if (line.length < columns) return [line];
  const [row = ''] = /^ *(?:[~+!-] )?(?:\S+(?: \S+)? {2,}){0,2}/.exec(line) ?? [];
  const indent = ' '.repeat(row.length + 24 < columns ? row.length : 4);
  const lines = [row];
  for (const word of line.slice(row.length).split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.trim() !== '' && last.length + 1 + word.length >= columns) lines.push(indent + word);
    else
      lines[lines.length - 1] = last === '' || last.endsWith(' ') ? last + word : `${last} ${word}`;
  }
  return lines;
}

/** Prints the result as the one JSON document of a command; every one says which form it has. */
export function printJson(document: object): void {
  const { schemaVersion = 1, ...rest } = { ...document, ...formOf(document) };
  print([JSON.stringify({ schemaVersion, ...rest }, null, 2)]);
}

const formOf = (document: object): { schemaVersion?: unknown } =>
  'schemaVersion' in document ? { schemaVersion: document.schemaVersion } : {};

/** Says something beside the result. Names in it are other people's text. */
export function tell(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/** What to do next, for people alone: a pipe has no use for it. */
export function nextIs(says: string): void {
  if (process.stderr.isTTY) tell(`Next: ${says}`);
}

/** The command to give next, and when. */
export const next = (words: readonly string[], when = ''): void =>
  nextIs(`${commandLine(...words)}${when}`);

/** Whether the terminal shows lines and nothing else. */
export const isDumb = (): boolean => process.env['TERM'] === 'dumb';

/** Whether somebody can be asked: both ways lead to a terminal, and nobody has said that it is a robot. */
export const canAsk = (): boolean =>
  process.stdin.isTTY && process.stderr.isTTY && process.env['CI'] !== 'true';

const looks = {
  good: 'green',
  bad: 'red',
  unsure: 'yellow',
  dim: 'dim',
  bold: 'bold',
} as const;

/** A word as it looks on a stream that has colours; always a word, never colour alone. */
export const coloured = (
  text: string,
  look: keyof typeof looks,
  stream: NodeJS.WriteStream = process.stderr,
): string => styleText(looks[look], text, { stream });
