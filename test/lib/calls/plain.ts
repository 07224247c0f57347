import type { IamRequest } from './iam-request.ts';

/** What was asked of IAM, and by which function, after its state. */
export interface Asked extends IamRequest {
  readonly function: string;
}

/** Ids, runs and times that differ from run to run become the same; keys come sorted. */
export function plain({ function: name, action, resource, context }: Asked): Asked {
  const sorted = Object.entries(context)
    .map(
      ([key, value]) => [key, typeof value === 'string' ? plainText(key, value) : value] as const,
    )
    .map(([key, value]) => [key, typeof value === 'string' ? value : keysOf(key, value)] as const)
    .filter(([key]) => !/\/(Name|aerofault:role)$/.test(key))
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const path = resource
    .replace(/\/(sgr|sg|eni|i|subnet|acl|vpc|pl)-[\w-]+$/, '/$1-0a1b2c3d')
    .replace(/\/\d{4}\/\d\d\/\d\d\/[a-z0-9]{12}\//, '/2027/01/15/run1/')
    .replace(/(:schedule\/[^/]+\/)[\w-]+$/, '$1run1');
  return { function: name, action, resource: path, context: Object.fromEntries(sorted) };
}

function plainText(key: string, value: string): string {
  if (key.endsWith('/aerofault:run')) return 'run1';
  if (key.endsWith('/aerofault:expires')) return '1800000000';
  if (/\/aerofault:(subnet|original-acl)$/.test(key)) return 'id';
  return value;
}

const keysOf = (key: string, values: readonly string[]): readonly string[] =>
  key === 'dynamodb:LeadingKeys'
    ? values.map((value) => value.replace(/^run#.*/, 'run#run1'))
    : values.toSorted();
