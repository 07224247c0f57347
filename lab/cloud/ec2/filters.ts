import * as z from 'zod';
import { Ec2Error, invalidValue } from './ec2-error.ts';
import type { Tags } from './model.ts';

/** `Filters` as requests carry them. */
export const Filters = z
  .array(z.strictObject({ Name: z.string(), Values: z.array(z.string()).default([]) }))
  .default([]);

/** For each filter name that an action knows, the values a resource shows to it. */
export type FilterTable<Resource> = Readonly<
  Record<string, (resource: Resource) => readonly (string | undefined)[]>
>;

interface Tagged {
  readonly tags?: Tags;
}

/**
 * The resources that match every filter: any of a filter's values, `*` and `?` as wildcards.
 * `tag:<key>` is known wherever there are tags; a filter the action does not know is an error,
 * as on EC2. Source: the API reference, `Filter`.
 */
export function filtered<Resource extends Tagged>(
  resources: readonly Resource[],
  filters: z.infer<typeof Filters>,
  table: FilterTable<Resource>,
): Resource[] {
  const tests = filters.map(({ Name, Values }) => {
    const shown = valuesOf(Name, table);
    const patterns = Values.map(wildcard);
    return (resource: Resource) =>
      shown(resource).some((value) => patterns.some((p) => value !== undefined && p.test(value)));
  });
  return resources.filter((resource) => tests.every((test) => test(resource)));
}

function valuesOf<Resource extends Tagged>(
  name: string,
  table: FilterTable<Resource>,
): (resource: Resource) => readonly (string | undefined)[] {
  if (name.startsWith('tag:')) return ({ tags }) => [tags?.[name.slice('tag:'.length)]];
  const known = Object.hasOwn(table, name) ? table[name] : undefined;
  if (known === undefined) throw invalidValue(`The filter '${name}' is invalid`);
  return known;
}

function wildcard(value: string): RegExp {
  const source = value.replace(/\\[*?\\]|[\s\S]/g, (token) => {
    if (token === '*') return '[\\s\\S]*';
    if (token === '?') return '[\\s\\S]';
    return (token.length === 2 ? token.slice(1) : token).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}

/** The members that page requests share. */
export const Paging = { MaxResults: z.int().optional(), NextToken: z.string().optional() };

/** One page, and the token of the next where there is one. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly NextToken: string | undefined;
}

/**
 * The page of `items` that a request asks for; without `MaxResults` all of them. Pages hold 5 to
 * 1000 items but where an action's API reference says otherwise. Tokens are opaque and one action's own.
 */
export function page<Item>(
  items: readonly Item[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
  { least, most } = { least: 5, most: 1000 },
): Page<Item> {
  if (MaxResults !== undefined && (MaxResults < least || MaxResults > most)) {
    const bound =
      MaxResults < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
    throw invalidValue(
      `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value ${bound}.`,
    );
  }
  const start = NextToken === undefined ? 0 : readToken(NextToken);
  const end = Math.min(items.length, start + (MaxResults ?? items.length));
  return {
    items: items.slice(start, end),
    NextToken: end < items.length ? writeToken(end) : undefined,
  };
}

/** Refuse ids together with paging where the API reference of an action forbids it. */
export function refuseIdsWithPaging(
  parameter: string,
  ids: readonly string[],
  maxResults?: number,
): void {
  if (ids.length === 0 || maxResults === undefined) return;
  throw new Ec2Error(
    'InvalidParameterCombination',
    `The parameter ${parameter} cannot be used with the parameter maxResults`,
  );
}

function writeToken(start: number): string {
  return Buffer.from(`lab page from ${start}`).toString('base64url');
}

function readToken(token: string): number {
  const text = Buffer.from(token, 'base64url').toString();
  const start = /^lab page from (\d+)$/.exec(text)?.[1];
  if (start === undefined) throw invalidValue('Unable to parse pagination token');
  return Number(start);
}
