import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { publish, publishedSchemas, staleSchemas } from '../scripts/schema.ts';
import { grammar } from './core/inventories.ts';

const root = join(import.meta.dirname, '..');
const Schema = z.record(z.string(), z.unknown());

/** Every schema inside a schema, with the path that leads to it. */
function partsOf(value: unknown, path = ''): { path: string; schema: z.infer<typeof Schema> }[] {
  const schema = Schema.parse(value);
  const groups = ['properties', '$defs'].flatMap((key) =>
    Object.entries(Schema.parse(schema[key] ?? {})).map(([name, inner]) => [name, inner] as const),
  );
  const lists = ['oneOf', 'anyOf', 'prefixItems'].flatMap((key) =>
    z
      .array(z.unknown())
      .parse(schema[key] ?? [])
      .map((inner, n) => [`${key}${n}`, inner] as const),
  );
  const items = typeof schema['items'] === 'object' ? [['[]', schema['items']] as const] : [];
  return [
    { path, schema },
    ...[...groups, ...lists, ...items].flatMap(([name, inner]) =>
      partsOf(inner, `${path}/${name}`),
    ),
  ];
}

const files = publishedSchemas();
const parts = files.map(({ file, json }) => ({ file, all: partsOf(json) }));

describe('the published schemas', () => {
  test('are current: run `npm run schema` when this fails', () => {
    expect(staleSchemas(join(root, 'schema')).map(({ file }) => file)).toEqual([]);
  });

  test.each(files)('$file is of draft 2020-12', ({ json }) => {
    expect(json['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
  });

  test.each(parts)('$file: no object takes a key it does not name', ({ all }) => {
    const objects = all.filter(({ schema }) => 'properties' in schema);

    expect(objects.length).toBeGreaterThanOrEqual(3);
    expect(objects.filter(({ schema }) => schema['additionalProperties'] !== false)).toEqual([]);
  });
});

describe('experiment.schema.json', () => {
  const { all } = parts[0]!;
  const unbounded = (type: string, ...bounds: string[]): string[] =>
    all
      .filter(({ schema }) => schema['type'] === type)
      .filter(({ schema }) => !bounds.some((bound) => bound in schema))
      .map(({ path }) => path);

  test('bounds every number at both ends', () => {
    expect(unbounded('integer', 'minimum')).toEqual([]);
    expect(unbounded('integer', 'maximum')).toEqual([]);
    expect(unbounded('number')).toEqual([]);
  });

  test('bounds every list and every string', () => {
    expect(unbounded('array', 'maxItems')).toEqual([]);
    expect(unbounded('string', 'pattern', 'enum', 'const')).toEqual([]);
  });

  test('says of every field what it is for', () => {
    const fields = all.filter(
      ({ path }) => /\/\w+$/.test(path) && !/\/(oneOf|prefixItems)\d$/.test(path),
    );

    expect(fields.length).toBeGreaterThan(25);
    expect(
      fields.filter(({ schema }) => !('description' in schema)).map(({ path }) => path),
    ).toEqual([]);
  });
});

function emptyDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'aerofault-schema-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

describe('publish()', () => {
  const names = files.map(({ file }) => file);

  test('with check says which files are missing or old, in a sentence each, and writes nothing', () => {
    const directory = emptyDirectory();
    const sentences = publish(directory, { check: true });

    expect(sentences).toHaveLength(files.length);
    for (const sentence of sentences) expect(sentence).toMatch(grammar);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('writes what is missing or old, and then finds all current', () => {
    const directory = emptyDirectory();
    writeFileSync(join(directory, names[0]!), '{}');

    expect(publish(directory, { check: false })).toEqual(
      names.map((file) => `Wrote schema/${file}`),
    );
    expect(publish(directory, { check: true })).toEqual([]);
    expect(readdirSync(directory)).toEqual(names.toSorted());
  });

  test('finds a file that differs in a single byte', () => {
    const directory = emptyDirectory();
    publish(directory, { check: false });
    appendFileSync(join(directory, names[1]!), ' ');

    expect(staleSchemas(directory).map(({ file }) => file)).toEqual([names[1]]);
  });
});
