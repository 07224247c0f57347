import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mustRun, runCommand } from './command.ts';
import type { Outcome } from './command.ts';
import { firewallScript } from './firewall.ts';
import { hold, inside, insideNetwork, release } from './instance.ts';
import type { Holder, Housing } from './instance.ts';
import { normaliseSnapshot, SNAPSHOT_SCRIPT } from './snapshot.ts';
import {
  CLOUD_LINK,
  hostBatch,
  linkBatch,
  QUIET_SYSCTLS,
  ROUTER_SYSCTLS,
  routerBatch,
  TRACKING_SYSCTLS,
  TRACKING_TABLE,
} from './wiring.ts';
import type { NetworkHost } from './wiring.ts';

/**
 * The lab's VPC: the calling process's own network namespace is the cloud, every host is a
 * namespace of its own, and a router namespace between them all is where security groups are
 * enforced.
 *
 * {@link createNetwork} starts it, and only inside a fresh `unshare -Urnmp --fork --kill-child`
 * with a private /run: it refuses a network namespace that has anything but loopback, so it can
 * never touch the machine's own. `close()` ends it, and kills what `enter` started; the end
 * of the unshared process ends it too. Not covered: processes that left `enter`'s children behind
 * (they go with the pid namespace), and traffic shaping.
 */
export interface Network {
  /** Start `command` inside `host`, in its network, among its processes, with its own /run, /tmp and /var/lib; working directory /. */
  enter(host: string, command: readonly string[], options?: EnterOptions): ChildProcess;
  /** Run `command` inside `host` to its end. */
  run(host: string, command: readonly string[]): Promise<Outcome>;
  /** The host's packet filters, rules and routes as text, equal for as long as nobody touches them. */
  snapshot(host: string): Promise<string>;
  /** Replace the router's rule set by this nft text, all of it or nothing; calls take effect in order. */
  enforce(ruleset: string): Promise<void>;
  close(): Promise<void>;
}

/** How a command inside a host is started; left out, it inherits the environment and has pipes. */
export interface EnterOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly stdio?: StdioOptions;
}

/**
 * Build a network of `hosts`. Until the first `enforce`, every host reaches every other.
 *
 * Rejects where a namespace, sysctl, link or firewall cannot be had, with the tool's own words.
 */
export async function createNetwork(hosts: readonly NetworkHost[]): Promise<Network> {
  refuseBadNames(hosts);
  await refuseUsedNamespace();
  const holders = await hold([{ name: 'router' }, ...hosts.map(housingOf)]);
  try {
    await wire(hosts);
  } catch (error) {
    await takeDown(holders);
    throw error;
  }
  return network(hosts, holders);
}

function housingOf({ name, machine }: NetworkHost): Housing {
  return { name, hides: machine?.hides ?? [] };
}

function refuseBadNames(hosts: readonly NetworkHost[]): void {
  const names = hosts.map(({ name }) => name);
  const bad = names.find((name) => !/^[a-z][a-z0-9-]{0,11}$/.test(name));
  if (bad !== undefined) {
    throw new RangeError(
      `Cannot build the network as a host's name must be up to 12 of a-z, 0-9 and "-": found "${bad}"`,
    );
  }
  const taken = ['router', 'cloud', ...names];
  const twice = taken.find((name, index) => taken.indexOf(name) !== index);
  if (twice !== undefined) {
    throw new RangeError(
      `Cannot build the network as hosts must have names of their own: found "${twice}" twice`,
    );
  }
}

/**
 * The guard that keeps the machine's network safe: `unshare -r` maps exactly one user, which no
 * machine's or container's own user namespace does, and a fresh network has loopback and nothing else.
 */
async function refuseUsedNamespace(): Promise<void> {
  const users = readFileSync('/proc/self/uid_map', 'utf8').trim();
  if (!/^0\s+\d+\s+1$/.test(users)) {
    throw new Error(
      `Cannot build the network as it must have a user namespace of its own (unshare -Urnmp): found uid_map ${users.replace(/\s+/g, ' ')}`,
    );
  }
  const links = await mustRun(['ip', '-o', 'link', 'show'], 'look at the network namespace');
  const names = [...links.matchAll(/^\d+: ([^:@]+)/gm)].map(([, name]) => name);
  const strange = names.filter((name) => name !== 'lo');
  if (strange.length === 0) return;
  throw new Error(
    `Cannot build the network as its namespace must be fresh (unshare -Urnmp): found ${strange.join(', ')}`,
  );
}

async function wire(hosts: readonly NetworkHost[]): Promise<void> {
  const scripts = hosts.map(hostScript);
  await Promise.all([
    mustRun(['sh', '-eu'], 'set up the cloud', writeSysctls(QUIET_SYSCTLS)),
    mustRun(inRouter(['sh', '-eu']), 'set up the router', writeSysctls(ROUTER_SYSCTLS)),
    mustRun(inRouter(['nft', '-f', '-']), 'track connections', TRACKING_TABLE),
    ...hosts.map(({ name }) =>
      mustRun(insideNetwork(name, ['sh', '-eu']), `set up ${name}`, writeSysctls(QUIET_SYSCTLS)),
    ),
  ]);
  await mustRun(['ip', '-batch', '-'], 'link the hosts', linkBatch(hosts));
  await Promise.all([
    mustRun(inRouter(['ip', '-batch', '-']), 'set up the router', routerBatch(hosts)),
    mustRun(inRouter(['sh', '-eu']), 'set up the router', writeSysctls(TRACKING_SYSCTLS)),
    ...hosts.map(({ name }, index) =>
      mustRun(insideNetwork(name, ['sh', '-eu']), `set up ${name}`, scripts[index]),
    ),
  ]);
}

function inRouter(command: readonly string[]): string[] {
  return insideNetwork('router', command);
}

function writeSysctls(sysctls: Readonly<Record<string, string>>): string {
  return Object.entries(sysctls)
    .map(([name, value]) => `echo ${value} >/proc/sys/${name}\n`)
    .join('');
}

function hostScript(host: NetworkHost, index: number): string {
  return [
    `ip -batch - <<'END'\n${hostBatch(host, index)}END`,
    firewallScript(host.machine?.firewall ?? 'usual'),
  ].join('\n');
}

async function takeDown(holders: readonly Holder[]): Promise<void> {
  await runCommand(['ip', 'link', 'delete', CLOUD_LINK]);
  await release(holders);
}

/** How long what was entered may outlive its machine. */
const lingerMs = 500;

function network(hosts: readonly NetworkHost[], holders: readonly Holder[]): Network {
  const entered = new Set<ChildProcess>();
  let enforcing: Promise<unknown> = Promise.resolve();
  const into = (host: string, command: readonly string[]): string[] => {
    const known = hosts.map(({ name }) => name);
    const holder = holders.find(({ name }) => name === host && known.includes(name));
    if (holder !== undefined) return inside(holder, command);
    throw new RangeError(`Cannot enter "${host}" as it must be one of ${known.join(', ')}`);
  };
  return {
    enter(host, command, { env = process.env, stdio = 'pipe' } = {}) {
      const [file = '', ...args] = into(host, command);
      const child = spawn(file, args, { env, stdio });
      entered.add(child);
      child.once('exit', () => entered.delete(child));
      child.once('error', () => entered.delete(child));
      return child;
    },
    run: async (host, command) => runCommand(into(host, command)),
    async snapshot(host) {
      into(host, []); // Refuses what is no host. The tools are ours, whatever the host lacks.
      const script = insideNetwork(host, ['sh', '-c', SNAPSHOT_SCRIPT]);
      return normaliseSnapshot(await mustRun(script, `take a snapshot of ${host}`));
    },
    async enforce(ruleset) {
      const command = insideNetwork('router', ['nft', '-f', '-']);
      const load = () => mustRun(command, 'enforce the security groups', ruleset);
      const loaded = enforcing.then(load, load);
      enforcing = loaded;
      await loaded;
    },
    async close() {
      // The kernel ends what is inside with its holder, and nsenter after it.
      const ends = [...entered].map(ended);
      await takeDown(holders);
      await Promise.all(ends);
    },
  };
}

/** A stopped nsenter (its command was) does not notice the end of its command. */
async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  const timer = setTimeout(() => child.kill('SIGKILL'), lingerMs);
  await exited;
  clearTimeout(timer);
}
