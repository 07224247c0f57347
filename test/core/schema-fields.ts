import * as z from 'zod';

/** One place in a JSON Schema, with the path that leads to it in a value of that schema. */
export interface Field {
  readonly path: readonly (string | number)[];
  readonly schema: Readonly<Record<string, unknown>>;
}

/**
 * Every place of `value` with the part of the schema that rules it, the value itself included.
 *
 * A `oneOf` is followed along the branch whose `kind` is the value's, an `anyOf` along that of its type; of
 * a list, its first entry.
 */
export function fieldsOf(
  schema: Field['schema'],
  value: unknown,
  path: Field['path'] = [],
): Field[] {
  const branch = branchOf(schema, value);
  return [{ path, schema: branch }, ...childrenOf(branch, value, path)];
}

function childrenOf(schema: Field['schema'], value: unknown, path: Field['path']): Field[] {
  if (Array.isArray(value)) {
    const entry = at(schema, ['prefixItems', 0]) ?? schema['items'];
    return fieldsOf(recordOf(entry), at(value, [0]), [...path, 0]);
  }
  const properties = recordOf(schema['properties'] ?? {});
  return Object.entries(properties).flatMap(([key, inner]) => {
    const found = at(value, [key]);
    return found === undefined ? [] : fieldsOf(recordOf(inner), found, [...path, key]);
  });
}

function branchOf(schema: Field['schema'], value: unknown): Field['schema'] {
  if (Array.isArray(schema['anyOf'])) return alternativeOf(schema['anyOf'], value);
  const branches = schema['oneOf'];
  if (!Array.isArray(branches)) return schema;
  const kind = at(value, ['kind']);
  const branch = branches
    .map(recordOf)
    .find((one) => at(one, ['properties', 'kind', 'const']) === kind);
  if (branch === undefined) throw new Error(`Expected a branch for kind ${String(kind)}`);
  return branch;
}

/** Of several types, that of the value. */
function alternativeOf(branches: readonly unknown[], value: unknown): Field['schema'] {
  const type = Number.isInteger(value) ? 'integer' : typeof value;
  const branch = branches.map(recordOf).find((one) => one['type'] === type);
  if (branch === undefined) throw new Error(`Expected a branch for type ${type}`);
  return branch;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return z.record(z.string(), z.unknown()).parse(value);
}

/** What stands at `path` in `value`; undefined when nothing does. */
export function at(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  );
}

/** A copy of `value` with `put` at `path`; `undefined` takes the key away. */
export function withAt(value: unknown, path: readonly (string | number)[], put: unknown): unknown {
  const copy: unknown = structuredClone(value);
  const last = path.at(-1);
  if (last === undefined) return put;
  const parent = at(copy, path.slice(0, -1));
  if (typeof parent !== 'object' || parent === null) throw new Error('Expected an object');
  if (put === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, put);
  return copy;
}
