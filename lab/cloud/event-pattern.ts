import * as z from 'zod';

/** Something inside an event pattern that EventBridge may know and the lab does not. */
function unsupported(what: string): Error {
  return new Error(
    `Cannot match an event pattern as its matchers must be values, prefix, suffix, anything-but, exists or $or: found ${what}`,
  );
}

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Words = z.union([Scalar.transform((one) => [one]), z.array(Scalar)]);

const Matcher = z.union([
  Scalar.transform((value) => ({ kind: 'equals' as const, value })),
  z
    .strictObject({ prefix: z.string() })
    .transform(({ prefix }) => ({ kind: 'prefix' as const, prefix })),
  z
    .strictObject({ suffix: z.string() })
    .transform(({ suffix }) => ({ kind: 'suffix' as const, suffix })),
  z
    .strictObject({ exists: z.boolean() })
    .transform(({ exists }) => ({ kind: 'exists' as const, exists })),
  z
    .strictObject({ 'anything-but': Words })
    .transform(({ 'anything-but': not }) => ({ kind: 'not' as const, not })),
]);
type Matcher = z.infer<typeof Matcher>;

const Fields = z.record(z.string(), z.unknown());
/** EventBridge wants two at least. */
const Alternatives = z.array(Fields).min(2);

/** A parsed event pattern: true for the events it matches. */
export type EventPattern = (event: unknown) => boolean;

/** Parse an event pattern; throws where it uses a matcher that the lab does not know. */
export function parsePattern(pattern: Readonly<Record<string, unknown>>): EventPattern {
  const parts = Object.entries(pattern).map(([name, node]): EventPattern => {
    if (name === '$or') return parseOr(node);
    if (name.startsWith('$')) throw unsupported(name);
    const matches = parseNode(node);
    return (event) => matches(fieldOf(event, name));
  });
  return (event) => parts.every((matches) => matches(event));
}

function parseOr(node: unknown): EventPattern {
  const { data } = Alternatives.safeParse(node);
  if (data === undefined) throw unsupported(`$or of ${JSON.stringify(node)}`);
  const alternatives = data.map(parsePattern);
  return (event) => alternatives.some((matches) => matches(event));
}

/** An array of objects in an event matches where one of them does. */
function parseNode(node: unknown): EventPattern {
  if (!Array.isArray(node)) {
    const matches = parsePattern(Fields.parse(node));
    return (value) => (Array.isArray(value) ? value.some(matches) : matches(value));
  }
  const matchers = node.map((item: unknown) => {
    const parsed = Matcher.safeParse(item);
    if (!parsed.success) throw unsupported(JSON.stringify(item));
    return parsed.data;
  });
  return (value) => matchers.some((matcher) => matchesOne(matcher, value));
}

/** An array in an event matches where one of its items does. */
function matchesOne(matcher: Matcher, value: unknown): boolean {
  if (matcher.kind === 'exists') return (value !== undefined) === matcher.exists;
  if (Array.isArray(value)) return value.some((item) => matchesOne(matcher, item));
  switch (matcher.kind) {
    case 'equals':
      return value === matcher.value;
    case 'prefix':
      return typeof value === 'string' && value.startsWith(matcher.prefix);
    case 'suffix':
      return typeof value === 'string' && value.endsWith(matcher.suffix);
    case 'not':
      return value !== undefined && !matcher.not.some((word) => word === value);
  }
}

/** A field of an object; undefined where there is none. */
export function fieldOf(value: unknown, name: string): unknown {
  const parsed = Fields.safeParse(value);
  return parsed.success && Object.hasOwn(parsed.data, name) ? parsed.data[name] : undefined;
}
