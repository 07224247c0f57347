import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseExperiment } from '../core/experiment.ts';
import type { Experiment } from '../core/experiment.ts';
import { plan } from '../core/plan/plan.ts';
import { Refusal } from '../core/refusal.ts';
import { aClient, aGroup, anInventory, refusalOf, someNodes, tcp } from './core/inventories.ts';

const folder = join(import.meta.dirname, '../examples');
const published = z.fromJSONSchema(
  z.record(z.string(), z.json()).parse(read('../schema/experiment.schema.json')),
);

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

const jsonIn = (place: string): string[] =>
  readdirSync(join(folder, place)).filter((file) => file.endsWith('.json'));

/** The cluster that the lab builds: three nodes, one client. */
const staging = anInventory({
  instances: [...someNodes(3), aClient(1)],
  groups: [
    aGroup('nodes', [tcp('3000-3003', '10.0.1.0/30')], { 'aerofault:cluster': 'orders-staging' }),
  ],
});
staging.cluster = 'orders-staging';

describe.each(jsonIn('.'))('examples/%s', (file) => {
  const experiment = parseExperiment(read(file));

  test('bears the name of its file', () => {
    expect(`${experiment.name}.json`).toBe(file);
  });

  test('points at the published schema, and keeps it', () => {
    const { $schema = '' } = experiment;

    expect(existsSync(resolve(dirname(join(folder, file)), $schema))).toBe(true);
    expect(published.safeParse(read(file)).success).toBe(true);
  });

  test('can be planned on the cluster it names', () => {
    expect(experiment.cluster).toBe(staging.cluster);
    expect(plan(experiment, staging, 'run1').steps.length).toBeGreaterThan(0);
  });
});

const example = (name: string): Experiment => parseExperiment(read(`${name}.json`));

describe('the examples show what they are named for', () => {
  test('there are all four, each short enough to watch', () => {
    expect(jsonIn('.').toSorted()).toEqual([
      'client-cut-sever.json',
      'client-cut.json',
      'isolate-one-node.json',
      'one-ended-recipe.json',
    ]);
    for (const file of jsonIn('.')) expect(parseExperiment(read(file)).holdSeconds).toBe(15);
  });

  test('the recipe is the isolation from one end only', () => {
    const { name: _, packets, direction, ...rest } = example('one-ended-recipe');
    const { name: __, packets: ___, direction: ____, ...isolation } = example('isolate-one-node');

    expect(rest).toEqual(isolation);
    expect({ packets, direction }).toEqual({ packets: 'reject', direction: 'inbound' });
  });

  test('the client-cuts differ in what happens to connections that stand', () => {
    expect(example('client-cut-sever')).toEqual({
      ...example('client-cut'),
      name: 'client-cut-sever',
      established: 'sever',
    });
  });
});

/** What is said of each bad example, and who finds it. */
const bad: Record<string, { by: 'json' | 'schema' | 'plan'; says: string }> = {
  'malformed.json': { by: 'json', says: 'JSON' },
  'unknown-key.json': {
    by: 'schema',
    says: 'Cannot read experiment as every key must be known: found "duration"',
  },
  'hold-over-bound.json': {
    by: 'schema',
    says: "Cannot read experiment as 'holdSeconds' must be at most 3600: found 86400",
  },
  'shell-metacharacter.json': {
    by: 'schema',
    says: `Cannot read experiment as 'cluster' must match /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/: found "orders-staging; rm -rf /"`,
  },
  'zero-targets.json': {
    by: 'schema',
    says: "Cannot read experiment as 'fault.topology.nodes' must have at least 1 entry: found []",
  },
  'unknown-cluster.json': {
    by: 'plan',
    says: 'Cannot plan for cluster "orders-stagnig" as running instances must carry the tags aerofault:cluster=orders-stagnig and aerofault:role=node: found none',
  },
  'all-nodes.json': {
    by: 'plan',
    says: 'Cannot isolate 64 nodes as at least one node of "orders-staging" must stay on the other side: found 3 in all',
  },
};

function casesBy(who: string): { file: string; says: string }[] {
  return Object.entries(bad).flatMap(([file, { by, says }]) => (by === who ? { file, says } : []));
}

describe('a bad example is refused', () => {
  test('every one of them is judged here', () => {
    expect(jsonIn('bad').toSorted()).toEqual(Object.keys(bad).toSorted());
  });

  test.each(casesBy('json'))('$file is no JSON', ({ file, says }) => {
    expect(() => read(`bad/${file}`)).toThrow(says);
  });

  test.each(casesBy('schema'))('$file by the schema: $says', ({ file, says }) => {
    expect(refusalOf(() => parseExperiment(read(`bad/${file}`)))).toBe(says);
    expect(published.safeParse(read(`bad/${file}`)).success).toBe(false);
  });

  test.each(casesBy('plan'))('$file by the plan: $says', ({ file, says }) => {
    const experiment = parseExperiment(read(`bad/${file}`));
    const seen = experiment.cluster === staging.cluster ? staging : anInventory({ instances: [] });

    expect(refusalOf(() => plan(experiment, seen, 'run1'))).toBe(says);
    expect(() => plan(experiment, seen, 'run1')).toThrow(Refusal);
  });
});
