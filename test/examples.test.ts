import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseExperiment } from '../core/experiment.ts';
import type { Experiment } from '../core/experiment.ts';
import { experimentOn } from '../core/experiment-on.ts';
import { partsOf } from '../core/experiment-parts.ts';
import { Fault, Mechanism, Packets } from '../core/fault.ts';
import { refuseDataLoss } from '../core/guards/refuse-data-loss.ts';
import type { Inventory } from '../core/inventory.ts';
import { plan } from '../core/plan/plan.ts';
import { Refusal } from '../core/refusal.ts';
import type { WorldPlan } from '../lab/vpc/world.ts';
import { anInventory, refusalOf } from './core/inventories.ts';
import { surveyed } from './core/surveys.ts';
import { observedWorld } from './lab/observed-world.ts';

const folder = join(import.meta.dirname, '../examples');
const published = z.fromJSONSchema(
  z.record(z.string(), z.json()).parse(read('../schema/experiment.schema.json')),
);

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

const jsonIn = (place: string): string[] =>
  readdirSync(join(folder, place)).filter((file) => file.endsWith('.json'));

const cluster = 'orders-staging';

/** What an example needs that the lab does not build by itself. */
const settings: Readonly<Record<string, Partial<WorldPlan>>> = {
  ring: { nodes: 5 },
  bridge: { nodes: 5 },
  'zones-network-acl': { layout: 'tiers' },
  'halves-acl-pulse': { layout: 'tiers' },
  'link-down': { layout: 'two-fabric' },
  reroute: { layout: 'two-fabric' },
  'reroute-every-second': { layout: 'two-fabric' },
  'flapping-on-strong': { layout: 'strong' },
};

/** The cluster that the lab builds, every host asked for itself. */
async function staging(name = '', nodes = 3): Promise<Inventory> {
  const world = { cluster, nodes, clients: 1, destinations: 1, ...settings[name] };
  const strong = world.layout === 'strong' ? ['test'] : [];
  return surveyed(await observedWorld(world), { strong });
}

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

  test('can be planned on the cluster it names', async () => {
    expect(experiment.cluster).toBe(cluster);
    const { steps } = plan(experiment, await staging(experiment.name), 'run1');
    expect(steps.length).toBeGreaterThan(0);
  });

  test('cuts off no more nodes than it may, or says that it means to', async () => {
    for (const nodes of [3, 5]) {
      const inventory = await staging(experiment.name, nodes);
      refuseDataLoss(experimentOn(experiment, inventory), inventory, 'run1');
    }
  });
});

const example = (name: string): Experiment => parseExperiment(read(`${name}.json`));

/** The kinds that a union of the schema has. */
const kindsIn = (union: typeof Fault): string[] =>
  union.options.map(({ shape }) => shape.kind.value);

describe('the examples show what they are named for', () => {
  test('each is short enough to watch', () => {
    const held = jsonIn('.').map((file) => parseExperiment(read(file)).holdSeconds);

    expect(held.length).toBeGreaterThan(3);
    expect(Math.max(...held)).toBeLessThanOrEqual(30);
  });

  test('between them they show every kind of fault, every mechanism and every kind of packets', () => {
    const shown = jsonIn('.').flatMap((file) => partsOf(parseExperiment(read(file))));
    const experiments = shown.map(({ experiment }) => experiment);

    expect(new Set(experiments.map(({ fault }) => fault.kind))).toEqual(
      new Set(kindsIn(Fault).filter((kind) => kind !== 'sequence')),
    );
    expect(new Set(experiments.map(({ mechanism }) => mechanism))).toEqual(
      new Set(Mechanism.options),
    );
    expect(new Set(experiments.map(({ packets }) => packets))).toEqual(new Set(Packets.options));
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
const bad: Record<string, { by: 'json' | 'schema' | 'sense' | 'plan'; says: string }> = {
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
  'pulse-without-sever.json': {
    by: 'sense',
    says: `Cannot use experiment "halves-acl-pulse" as established must be 'sever' for severBy 'acl-pulse': found 'leave'`,
  },
  'no-naming.json': {
    by: 'sense',
    says: `Cannot use experiment "no-naming" as isolate must have one of 'count', 'nodes', 'role', 'zone' and 'rack': found none`,
  },
  'two-isolations.json': {
    by: 'sense',
    says: `Cannot use experiment "two-isolations" as isolate must have one of 'count', 'nodes', 'role', 'zone' and 'rack': found 'count' and 'role'`,
  },
  'route-of-one-port.json': {
    by: 'sense',
    says: 'Cannot use experiment "route-of-one-port" as ports must be left out for route, which takes them all: found some',
  },
  'share-of-a-group.json': {
    by: 'sense',
    says: 'Cannot use experiment "share-of-a-group" as intensity must be left out for security-group, which takes all or nothing: found one',
  },
  'share-twice.json': {
    by: 'sense',
    says: `Cannot use experiment "share-twice" as intensity must have one of 'percent' and 'every': found both`,
  },
  'dropped-every-third.json': {
    by: 'sense',
    says: `Cannot use experiment "dropped-every-third" as packets must answer where every n-th connection is stopped, for a dropped one is tried again and counted again: found 'drop'`,
  },
  'flapping-groups.json': {
    by: 'sense',
    says: 'Cannot use experiment "flapping-groups" as flapping must be left out for security-group, whose times no kernel keeps: found some',
  },
  'link-of-two-names.json': {
    by: 'sense',
    says: `Cannot use experiment "link-of-two-names" as link-down must have one of 'address' and 'device': found both`,
  },
  'reroute-packets.json': {
    by: 'sense',
    says: `Cannot use experiment "reroute-packets" as intensity must be per connection for reroute, which turns those: found 'packet'`,
  },
  'part-after-the-end.json': {
    by: 'sense',
    says: 'Cannot use experiment "part-after-the-end" as part 1 must begin and end within the hold of 20 s: found it from 10 s to 30 s',
  },
  'sequence-of-groups.json': {
    by: 'sense',
    says: `Cannot use experiment "sequence-of-groups" as mechanisms of a sequence must be iptables, nft, route or aerospike, for all others are undone once, at the end: found 'security-group'`,
  },
  'frozen-by-iptables.json': {
    by: 'sense',
    says: `Cannot use experiment "frozen-by-iptables" as the mechanism of service-freeze must be aerospike: found 'iptables'`,
  },
  'reroute-to-a-stranger.json': {
    by: 'plan',
    says: 'Cannot turn connections to 192.0.2.1 as it must be an address of a node: found no node that has it',
  },
  'flapping-on-strong.json': {
    by: 'plan',
    says: 'Cannot let links flap on "orders-staging" as an experiment must say allowFlapping for namespaces with strong consistency: found test, whose partitions may come out dead',
  },
  'rack-unknown.json': {
    by: 'plan',
    says: 'Cannot target rack 7 as it must hold a node: found nodes only in 1, 2, 3',
  },
  'ring-of-three.json': {
    by: 'plan',
    says: 'Cannot make a ring of "orders-staging" as it must have at least 4 nodes, for each of 3 would see all: found 3',
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

  test.each(casesBy('sense'))('$file for what it says at once: $says', ({ file, says }) => {
    expect(refusalOf(() => parseExperiment(read(`bad/${file}`)))).toBe(says);
    expect(published.safeParse(read(`bad/${file}`)).success).toBe(true);
  });

  test.each(casesBy('plan'))('$file by the plan: $says', async ({ file, says }) => {
    const experiment = parseExperiment(read(`bad/${file}`));
    const isOurs = experiment.cluster === cluster;
    const seen = isOurs ? await staging(experiment.name) : anInventory({ instances: [] });

    expect(refusalOf(() => plan(experiment, seen, 'run1'))).toBe(says);
    expect(() => plan(experiment, seen, 'run1')).toThrow(Refusal);
  });
});
