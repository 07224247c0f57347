import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { PortNumbers } from '../core/aerospike.ts';
import type { Finding } from '../core/verdict.ts';
import type { Host } from './vpc/hosts.ts';
import type { Network } from './vpc/network.ts';

/**
 * What becomes of the flows between bystanders and nodes, both ways, seen from the machines that dial:
 * the lab's own look, beside the probes of the run, which see it only at moments and only from the nodes.
 *
 * {@link watchBystanders} starts it before the run; `end` ends it and says what was seen. Flows that
 * were closed from the beginning are nobody's and are left out.
 */
export interface BystanderWatch {
  /** A finding a machine that dialled; none where there are no bystanders. */
  end(): Promise<Finding[]>;
}

const program = fileURLToPath(new URL('watcher.ts', import.meta.url));

const Seen = z.strictObject({
  opened: z.int(),
  closed: z.int(),
  answered: z.int(),
  silent: z.int(),
  harmed: z.array(z.string()),
});

interface Watcher {
  readonly name: string;
  readonly child: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

/** Starts a watcher on every machine that shares flows with a bystander, and waits until each has looked once. */
export async function watchBystanders(
  hosts: readonly Host[],
  network: Network,
  ports: PortNumbers,
): Promise<BystanderWatch> {
  const bystanders = hosts.filter(({ role }) => role === 'bystander');
  const nodes = hosts.filter(({ role }) => role === 'node');
  const dialled: (readonly [Host, readonly Host[]])[] =
    bystanders.length === 0
      ? []
      : [
          ...bystanders.map((one) => [one, nodes] as const),
          ...nodes.map((one) => [one, bystanders] as const),
        ];
  const watchers = await Promise.all(
    dialled.map(([from, to]) => startWitness(from.name, flowsTo(to, ports), { network, ports })),
  );
  return { end: async () => (await Promise.all(watchers.map(ask))).map(findingOf) };
}

function flowsTo(hosts: readonly Host[], { service, fabric, heartbeat }: PortNumbers): string[] {
  return hosts
    .flatMap(({ address, address6 }) => [address, ...(address6 === undefined ? [] : [address6])])
    .flatMap((address) => [service, fabric, heartbeat].map((port) => `${address}/${port}`));
}

async function startWitness(
  name: string,
  flows: readonly string[],
  { network, ports }: { readonly network: Network; readonly ports: PortNumbers },
): Promise<Watcher> {
  const child = network.enter(name, [process.execPath, program, ...flows], {
    env: { ...process.env, SERVICE: String(ports.service) },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const watcher = { name, child, lines: linesOf(child)[Symbol.asyncIterator]() };
  await nextLine(watcher);
  return watcher;
}

function linesOf({ stdout }: ChildProcess): Interface {
  if (stdout !== null) return createInterface(stdout);
  throw new Error(
    'Cannot watch bystanders as the output of a watcher must be readable: found none',
  );
}

async function nextLine({ name, lines }: Watcher): Promise<string> {
  const line = await lines.next();
  if (line.done !== true) return line.value;
  throw new Error(`Cannot watch bystanders as the watcher on ${name} must answer: found its end`);
}

async function ask(watcher: Watcher): Promise<{ name: string; seen: z.infer<typeof Seen> }> {
  watcher.child.stdin?.end();
  return { name: watcher.name, seen: Seen.parse(JSON.parse(await nextLine(watcher))) };
}

function findingOf({ name, seen }: { name: string; seen: z.infer<typeof Seen> }): Finding {
  const { opened, closed, answered, silent, harmed } = seen;
  const counts = `${opened} of ${opened + closed} new connections opened, ${answered} of ${answered + silent} questions over standing ones answered`;
  if (harmed.length > 0) {
    return {
      answer: 'refuted',
      saw: `overreach: bystander flows from ${name}: ${counts}; harmed: ${harmed.join(', ')}`,
    };
  }
  return { answer: 'confirmed', saw: `bystander flows from ${name}: ${counts}` };
}
