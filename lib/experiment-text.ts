/** The text of an experiment, YAML or JSON (which is YAML, too), and where in it each part stands. */
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair } from 'yaml';

/** From one character of a text to before another. */
export type Span = readonly [from: number, to: number];

/** What a text holds, or why it cannot be read. */
export interface ReadText {
  readonly value: unknown;
  readonly mistakes: readonly { readonly span: Span; readonly says: string }[];
  /** Where what is at a path stands; of a key, or of its value. Of what is not there: of what is around it. */
  readonly spanOf: (path: readonly PropertyKey[], ofKey: boolean) => Span;
}

/** How often a text may refer to a part of itself: enough for people, too little for a bomb. */
const maxAliasCount = 100;

/** Reads a text. One that says it is JSON must be JSON, for whoever pastes it into a console. */
export function readText(text: string, { isJson }: { readonly isJson: boolean }): ReadText {
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'error' });
  const spanOf = (path: readonly PropertyKey[], ofKey: boolean): Span =>
    spanIn(document, { path, ofKey, text });
  const found = document.errors.map(({ pos, message }) => ({ span: pos, says: plain(message) }));
  // What is no JSON is told in the words of JSON, once.
  const strict = isJson ? mistakeOfJson(text, found[0]?.span ?? [0, 1]) : [];
  const mistakes = strict.length > 0 ? strict : found;
  if (mistakes.length > 0) return { value: undefined, mistakes, spanOf };
  try {
    return { value: document.toJS({ maxAliasCount }), mistakes, spanOf };
  } catch (error) {
    const says = plain(error instanceof Error ? error.message : String(error));
    return { value: undefined, mistakes: [{ span: [0, 1], says }], spanOf };
  }
}

/** The line and column of a character, both from 1 on. */
export function positionIn(text: string, offset: number): { line: number; column: number } {
  const lines = new LineCounter();
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
  lines.lineStarts.unshift(0);
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function mistakeOfJson(text: string, usual: Span): ReadText['mistakes'] {
  try {
    JSON.parse(text);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // V8's own words, which mostly have a position in them.
    const [, offset] = / at position (\d+)/.exec(message) ?? [];
    const says = plain(message.replace(/(?: in JSON)? at position .*$/s, ''));
    const span: Span = offset === undefined ? usual : [Number(offset), Number(offset) + 1];
    return [{ span, says }];
  }
}

interface Place {
  readonly path: readonly PropertyKey[];
  readonly ofKey: boolean;
  readonly text: string;
}

function spanIn(document: Document, { path, ofKey, text }: Place): Span {
  let node: unknown = document.contents;
  let span = spanOfNode(node) ?? [0, Math.min(1, text.length)];
  let isWhole = true;
  for (const [depth, step] of path.entries()) {
    const pair = pairIn(node, step);
    if (pair !== undefined) {
      const keySpan = spanOfNode(pair.key) ?? span;
      span = ofKey && depth === path.length - 1 ? keySpan : (spanOfNode(pair.value) ?? keySpan);
      // A value of many lines is told by its key.
      if (isMap(pair.value) || isSeq(pair.value)) span = keySpan;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = node.items[step];
      span = spanOfNode(node) ?? span;
    } else {
      break;
    }
    isWhole = false;
  }
  return isWhole ? firstWord(text, span) : span;
}

function pairIn(node: unknown, key: PropertyKey): Pair | undefined {
  if (!isMap(node)) return undefined;
  return node.items.find(
    (pair) => isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(key),
  );
}

function spanOfNode(node: unknown): Span | undefined {
  const range = rangeOf(node);
  return range === undefined || range === null ? undefined : [range[0], range[1]];
}

const rangeOf = (node: unknown): Node['range'] | undefined =>
  isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;

/** Of what is about the whole, the first word is shown. */
function firstWord(text: string, [from]: Span): Span {
  const [word = ''] = /^\S+/.exec(text.slice(from)) ?? [];
  return [from, from + Math.max(1, word.length)];
}

/** As the end of a sentence in the house grammar. */
const plain = (message: string): string => message.replaceAll(/\s+/g, ' ').replace(/[ .]+$/, '');
