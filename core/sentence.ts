import type * as z from 'zod';

export type Issue = z.core.$ZodIssue;

/** One sentence in the house grammar for the first thing a schema found wrong with `value`. */
export function sentence(error: z.ZodError, value: unknown): string {
  const issue = error.issues[0];
  if (issue === undefined)
    return 'Cannot read experiment as it must match the schema: found it does not';
  const rest = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return `${sentenceOf(plainest(issue), value)}${rest}`;
}

/** The sentence for one thing that is wrong. */
export const sentenceOf = (issue: Issue, value: unknown): string =>
  `Cannot read experiment as ${requirement(issue, value)}`;

/** Everything that a schema found wrong, each thing by itself: what is no key, key by key. */
export function issuesIn({ issues }: z.ZodError): Issue[] {
  return issues.flatMap((issue) => spelledOut(issue));
}

function spelledOut(issue: Issue): Issue[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ ...issue, keys: [key] }));
  if (issue.code !== 'invalid_union') return [issue];
  const fitting = issue.errors.find(([first]) => first !== undefined && !isOfOtherType(first));
  if (fitting === undefined) return [issue];
  return fitting.flatMap((one) => spelledOut({ ...one, path: [...issue.path, ...one.path] }));
}

/** Of a value that may be of several types, what is wrong with it as the type that it is of. */
function plainest(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const told = issue.errors
    .flatMap(([first]) => first ?? [])
    .find((first) => !isOfOtherType(first));
  return told === undefined ? issue : plainest({ ...told, path: [...issue.path, ...told.path] });
}

const isOfOtherType = ({ path, code }: Issue): boolean =>
  path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');

function requirement(issue: Issue, value: unknown): string {
  const where = issue.path.length === 0 ? 'it' : `'${issue.path.join('.')}'`;
  if (issue.code === 'unrecognized_keys') {
    const parent = issue.path.length === 0 ? '' : ` in '${issue.path.join('.')}'`;
    return `every key${parent} must be known: found ${issue.keys.map((key) => show(key)).join(', ')}`;
  }
  return `${where} must ${must(issue)}: found ${show(at(value, issue.path))}`;
}

function must(issue: Issue): string {
  switch (issue.code) {
    case 'too_big':
      return `${measure(issue.origin)} at most ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
    case 'too_small':
      return `${measure(issue.origin)} at least ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
    case 'invalid_type':
      return `be ${issue.expected === 'int' ? 'a whole number' : article(issue.expected)}`;
    case 'invalid_value':
      return `be ${issue.values.map((value) => show(value)).join(' or ')}`;
    case 'invalid_format':
      return issue.format === 'regex'
        ? `match ${String(issue.pattern)}`
        : `be ${article(issue.format)}`;
    case 'invalid_union':
      return `be ${kindsOf(issue)}`;
    default:
      return issue.message.replace(/^must /, '');
  }
}

/** The kinds a discriminated union knows, where it says them, or the types of another. */
function kindsOf(issue: Issue & { code: 'invalid_union' }): string {
  const { options = [] } = 'options' in issue ? issue : {};
  const types = issue.errors.flatMap(([first]) => first ?? []).map(must);
  const words = [...options.map((option) => show(option)), ...types.map((one) => one.slice(3))];
  return words.join(' or ') || 'of a known kind';
}

const measure = (origin: string): string => (origin === 'array' ? 'have' : 'be');

function unit(origin: string, count: number | bigint): string {
  if (origin === 'array') return count === 1 ? ' entry' : ' entries';
  if (origin !== 'string') return '';
  return count === 1 ? ' character' : ' characters';
}

function article(noun: string): string {
  if (noun === 'null') return noun;
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** What is at a path; undefined where nothing is. */
export function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
}

/** A found value for an error message: short, and with nothing a terminal would act on. */
function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = (JSON.stringify(value) ?? typeof value).replace(/[\p{C}\p{Zl}\p{Zp}]/gu, codePoint);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

/** Control characters beyond ASCII, and those that turn the direction of writing. */
const codePoint = (character: string): string =>
  `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
