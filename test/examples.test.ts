import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { parseExperiment } from '../core/experiment.ts';
import type { Experiment } from '../core/experiment.ts';
import type { Inventory, RuleSpec, SecurityGroup } from '../core/inventory.ts';
import { plan } from '../core/plan/plan.ts';
import { Refusal } from '../core/refusal.ts';
import {
  aClient,
  aGroup,
  aRule,
  anInventory,
  cidr,
  groupPeer,
  refusalOf,
  someNodes,
  tcp,
} from './core/inventories.ts';
import { aDestination } from './core/plans.ts';

const folder = join(import.meta.dirname, '../examples');
const published = z.fromJSONSchema(
  z.record(z.string(), z.json()).parse(read('../schema/experiment.schema.json')),
);

function read(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'));
}

const jsonIn = (place: string): string[] =>
  readdirSync(join(folder, place)).filter((file) => file.endsWith('.json'));

const tagged = { 'aerofault:cluster': 'orders-staging' };
const anywhere: RuleSpec = { protocol: '-1', peer: cidr('0.0.0.0/0') };

/** A group that lets everything out. */
function open(name: string, ingress: readonly RuleSpec[]): SecurityGroup {
  const group = aGroup(name, ingress, tagged);
  const out = { ...aRule(group.id, 0, anywhere), direction: 'egress' as const };
  return { ...group, rules: [...group.rules, out] };
}

/** The cluster that the lab builds: three nodes in zones of their own, one client, one destination. */
function staging(): Inventory {
  const zones = ['a', 'b', 'c'];
  const nodes = someNodes(3).map((node, at) => ({ ...node, zone: `zone-${zones[at]!}` }));
  const inventory = anInventory({
    instances: [...nodes, aClient(1), aDestination(1)],
    groups: [
      open('nodes', [
        tcp('3001-3002', groupPeer('sg-nodes')),
        tcp('3000-3003', groupPeer('sg-clients')),
      ]),
      open('clients', []),
      open('far', [tcp('3000', groupPeer('sg-nodes'))]),
    ],
  });
  const subnetOf = (id = ''): string =>
    `subnet-${zones[Number(/^i-n(\d)$/.exec(id)?.[1]) - 1] ?? 'd'}`;
  return {
    ...inventory,
    cluster: 'orders-staging',
    interfaces: inventory.interfaces.map((one) => ({
      ...one,
      tags: tagged,
      subnetId: subnetOf(one.instanceId),
    })),
    subnets: [...zones, 'd'].map((zone) => ({
      id: `subnet-${zone}`,
      vpcId: 'vpc-1',
      zone: `zone-${zone}`,
      tags: tagged,
    })),
    networkAcls: [
      {
        id: 'acl-default',
        vpcId: 'vpc-1',
        isDefault: true,
        subnetIds: ['subnet-a', 'subnet-b', 'subnet-c', 'subnet-d'],
        entries: (['ingress', 'egress'] as const).map((direction) => ({
          number: 100,
          direction,
          action: 'allow',
          protocol: '-1',
          cidr: '0.0.0.0/0',
        })),
        tags: {},
      },
    ],
  };
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

  test('can be planned on the cluster it names', () => {
    expect(experiment.cluster).toBe(staging().cluster);
    expect(plan(experiment, staging(), 'run1').steps.length).toBeGreaterThan(0);
  });
});

const example = (name: string): Experiment => parseExperiment(read(`${name}.json`));

describe('the examples show what they are named for', () => {
  test('each is short enough to watch', () => {
    const held = jsonIn('.').map((file) => parseExperiment(read(file)).holdSeconds);

    expect(held.length).toBeGreaterThan(3);
    expect(Math.max(...held)).toBeLessThanOrEqual(20);
  });

  test('between them they show every kind of fault and every mechanism', () => {
    const shown = jsonIn('.').map((file) => parseExperiment(read(file)));

    expect(new Set(shown.map(({ fault }) => fault.kind))).toEqual(
      new Set(['partition', 'client-cut', 'xdr-cut']),
    );
    expect(new Set(shown.map(({ mechanism }) => mechanism))).toEqual(
      new Set(['iptables', 'security-group', 'network-acl']),
    );
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

  test.each(casesBy('plan'))('$file by the plan: $says', ({ file, says }) => {
    const experiment = parseExperiment(read(`bad/${file}`));
    const isKnown = experiment.cluster === staging().cluster;
    const seen = isKnown ? staging() : anInventory({ instances: [] });

    expect(refusalOf(() => plan(experiment, seen, 'run1'))).toBe(says);
    expect(() => plan(experiment, seen, 'run1')).toThrow(Refusal);
  });
});
