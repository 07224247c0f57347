/**
 * Replays one recorded row on stand-in nodes and prints what was seen as one line of JSON.
 *
 *   unshare -Urnm -p --fork --kill-child node test/lab/node/replay-row.ts '<row as JSON>'
 *
 * Must run in its own user, network, mount and pid namespaces: it mounts a tmpfs on /run and makes one network
 * namespace a node, joined by a bridge in the namespace it was started in. When it ends, the pid namespace
 * ends, and every node with it. Refuses to start where the network is not empty.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { fieldsOf, InfoClient } from './info-client.ts';
import type { Sighting, Sample } from './replay-outcome.ts';

const rowSchema = z.object({
  nodes: z.int().min(2).max(9),
  links: z.int().min(1).max(2).default(1),
  before: z.array(z.string()).default([]),
  rules: z.array(z.string()),
  during: z.array(z.object({ at: z.number(), commands: z.array(z.string()) })).default([]),
  holdSeconds: z.number(),
  healSeconds: z.number(),
  timeoutIntervals: z.int().default(10),
});
const row = rowSchema.parse(JSON.parse(process.argv[2] ?? ''));
const ports = { service: 3000, fabric: 3001, heartbeat: 3002, admin: 3003 };
const numbers = Array.from({ length: row.nodes }, (_, index) => index + 1);
const addressOf = (number: number, link = 0) => `10.${77 + link}.0.${number}`;
const links = Array.from({ length: row.links }, (_, link) => link);
const sightings: Sighting[] = [];
let phase: Sighting['phase'] = 'before';
let phaseStart = performance.now();

if (Object.keys(networkInterfaces()).length > 0) {
  throw new Error('Cannot replay a row as it must have a network of its own: found interfaces');
}
run('mount -t tmpfs none /run');
run('ip link set lo up');
run('ip link add br0 type bridge forward_delay 0 mcast_snooping 0');
run('ip addr add 10.77.0.100/24 dev br0');
run('ip link set br0 up');
for (const number of numbers) joinNode(number);
for (const rule of row.before) on(rule);
await Promise.all(numbers.map(startNode));
const clients = numbers.map((number) => new InfoClient(addressOf(number), ports.service));
await waitUntilWhole();

const before = await Promise.all(clients.map(look));
const watching = new AbortController();
const watchers = Promise.all(clients.map(watch));
await sleep(300);
for (const rule of row.rules) on(rule);
begin('held');
// What came late delays what follows: a pulse must last as long as it says, on a slow machine too.
let late = 0;
for (const { at, commands } of row.during) {
  await sleep(at * 1000 + late - (performance.now() - phaseStart));
  for (const command of commands) on(command);
  late = Math.max(late, performance.now() - phaseStart - at * 1000);
}
await sleep(row.holdSeconds * 1000 - (performance.now() - phaseStart));
const held = await Promise.all(clients.map(look));
for (const rule of row.rules) on(rule.replace(' -I ', ' -D '));
begin('healed');
await sleep(row.healSeconds * 1000);
const healed = await Promise.all(clients.map(look));
watching.abort();
await watchers;
const cpuSeconds = process.resourceUsage().userCPUTime / 1e6;
process.stdout.write(`${JSON.stringify({ before, held, healed, sightings, cpuSeconds })}\n`);
process.exit(0);

function run(command: string): void {
  const [program = '', ...parts] = command.split(' ');
  execFileSync(program, parts, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Runs what is written as in the recordings: `n1 iptables -I INPUT ...`. */
function on(command: string): void {
  run(`ip netns exec ${command.replace(' iptables ', ' iptables -w ')}`);
}

function joinNode(number: number): void {
  run(`ip netns add n${number}`);
  run(`ip link add v${number} type veth peer name eth0 netns n${number}`);
  run(`ip link set v${number} master br0 up`);
  for (const link of links) {
    run(`ip -n n${number} addr add ${addressOf(number, link)}/24 dev eth0`);
  }
  run(`ip -n n${number} link set eth0 up`);
  run(`ip -n n${number} link set lo up`);
}

async function startNode(number: number): Promise<void> {
  const config = {
    id: `A${number}`,
    address: addressOf(number),
    ports,
    seeds: numbers.map((each) => addressOf(each)),
    fabricAddresses: row.links > 1 ? links.map((link) => addressOf(number, link)) : [],
    timeoutIntervals: row.timeoutIntervals,
    clusterName: 'rehearsal',
    namespaces: [{ name: 'test', replicationFactor: 2 }],
  };
  const words = ['netns', 'exec', `n${number}`, process.execPath, 'lab/node/main.ts'];
  const child = spawn('ip', [...words, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
}

async function look(client: InfoClient): Promise<Sample> {
  const imStable = 'cluster-stable:ignore-migrations=true';
  const values = await client.ask('statistics', 'namespace/test', imStable, 'cluster-stable:');
  const statistics = fieldsOf(values.get('statistics'));
  const namespace = fieldsOf(values.get('namespace/test'));
  const stable = (name: string) => (values.get(name) ?? '').replace(/^[0-9A-F]+$/, 'key');
  return {
    cluster_size: statistics.get('cluster_size') ?? '',
    cluster_key: statistics.get('cluster_key') ?? '',
    cluster_principal: statistics.get('cluster_principal') ?? '',
    cluster_integrity: statistics.get('cluster_integrity') ?? '',
    cluster_is_member: statistics.get('cluster_is_member') ?? '',
    migrate_allowed: statistics.get('migrate_allowed') ?? '',
    heartbeat_connections: statistics.get('heartbeat_connections') ?? '',
    heartbeat_connections_closed: statistics.get('heartbeat_connections_closed') ?? '',
    fabric_connections: statistics.get('fabric_connections') ?? '',
    ns_cluster_size: namespace.get('ns_cluster_size') ?? '',
    unavailable_partitions: namespace.get('unavailable_partitions') ?? '',
    effective_replication_factor: namespace.get('effective_replication_factor') ?? '',
    migrating: statistics.get('migrate_partitions_remaining') === '0' ? '0' : '>0',
    stable_im: stable(imStable),
    stable: stable('cluster-stable:'),
  };
}

async function waitUntilWhole(): Promise<void> {
  for (;;) {
    const samples = await Promise.all(clients.map(look));
    const isWhole = samples.every(
      (sample) =>
        sample.cluster_size === String(row.nodes) &&
        sample.stable === 'key' &&
        sample.heartbeat_connections === String(row.nodes - 1) &&
        sample.fabric_connections === String(24 * (row.nodes - 1)),
    );
    if (isWhole) return;
    await sleep(100);
  }
}

async function watch(client: InfoClient, index: number): Promise<void> {
  let last = before[index];
  while (!watching.signal.aborted) {
    const sample = await look(client);
    const at = Math.round((performance.now() - phaseStart) / 10) / 100;
    for (const [field, to] of Object.entries(sample)) {
      const from = last?.[field] ?? '';
      if (from !== to) sightings.push({ phase, at, node: `n${index + 1}`, field, from, to });
    }
    last = sample;
    await sleep(100);
  }
}

function begin(next: Sighting['phase']): void {
  phase = next;
  phaseStart = performance.now();
}
