/** The experiments of examples/, each with the lab it is meant for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { WorldPlan } from '../../lab/vpc/world.ts';

/** One experiment with its lab. */
export interface Scene {
  readonly name: string;
  readonly input: unknown;
  readonly plan: WorldPlan;
}

const folder = join(import.meta.dirname, '../../examples');

/** Where the usual lab, of three nodes and a client, does not do. */
const labs: Readonly<Record<string, Partial<WorldPlan>>> = {
  bridge: { nodes: 5 },
  minority: { nodes: 5 },
  ring: { nodes: 5 },
  zones: { nodes: 5 },
  halves: { nodes: 5, layout: 'shared' },
  'halves-leave': { nodes: 5, layout: 'shared' },
  'halves-acl-pulse': { layout: 'tiers' },
  'zones-network-acl': { layout: 'tiers' },
  'link-down': { layout: 'two-fabric' },
  reroute: { layout: 'two-fabric' },
  'reroute-every-second': { layout: 'two-fabric' },
  'isolate-rack': { layout: 'racks' },
  'client-cut-one-node': { clients: 2 },
  'xdr-cut': { destinations: 2 },
  'xdr-cut-iptables': { destinations: 2 },
  'service-stop': { destinations: 1 },
};

/** Every example, in the order of names. */
export const scenes: readonly Scene[] = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .toSorted()
  .map((file) => {
    const name = file.slice(0, -'.json'.length);
    const input = z.json().parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));
    const usual = { cluster: 'orders-staging', nodes: 3, clients: 1 };
    return { name, input, plan: { ...usual, ...labs[name] } };
  });
