import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { mustRun, runCommand } from './command.ts';

/**
 * The namespaces of the router and of the instances.
 *
 * A holder process unshares a network and a mount namespace, mounts the instance's private
 * directories, and then waits: as long as it lives, `nsenter` enters its mount namespace through
 * /proc. (Pinning mount namespaces to files, as is done with the network, is refused now and then
 * by kernel 6.18, which takes some for older than their parent.) The holder ends with
 * {@link release}, or when the lab's process dies and its pipe closes; nothing is left then but
 * what other processes inside still use, and that ends with the lab's pid namespace.
 */

/** Where network namespaces are pinned, the place that `ip netns` and `netns <name>` know. */
const NET_DIRECTORY = '/run/netns';

/** Directories that hold nothing of the machine's inside an instance, and outlive single commands. */
const PRIVATE_DIRECTORIES = ['/run', '/tmp', '/var/lib'] as const;

/** Where the agent and the host scripts keep their own; empty in a new instance. */
const STATE_DIRECTORY = '/var/lib/aerofault';

/** The repository and this Node: readable inside an instance even where they lie in a private directory. */
const VISIBLE = [resolve(import.meta.dirname, '../..'), dirname(process.execPath)];

/** A pair of namespaces and the process that keeps them. */
export interface Holder {
  readonly name: string;
  /** Its process id as this process's /proc shows it. */
  readonly pid: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
}

/** The command line that runs `command` inside the instance that `holder` keeps. */
export function inside({ name, pid }: Holder, command: readonly string[]): string[] {
  const mount = `--mount=/proc/${pid}/ns/mnt`;
  return ['nsenter', `--net=${NET_DIRECTORY}/${name}`, mount, '--', ...command];
}

/** The command line that runs `command` in the network namespace `name`, files as they are here. */
export function insideNetwork(name: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=${NET_DIRECTORY}/${name}`, '--', ...command];
}

/** Make namespaces under these names; each starts with a loopback that is down. */
export async function hold(names: readonly string[]): Promise<Holder[]> {
  const started = await Promise.allSettled(names.map(startHolder));
  const holders = started.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
  try {
    const failed = started.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    mkdirSync(NET_DIRECTORY, { recursive: true });
    await mustRun(['sh', '-eu'], 'pin the namespaces', holders.map(pinCommand).join(''));
  } catch (error) {
    await release(holders);
    throw error;
  }
  return holders;
}

/** Let go of the namespaces; those with no other process in them are gone afterwards. */
export async function release(holders: readonly Holder[]): Promise<void> {
  const files = holders.map(({ name }) => `${NET_DIRECTORY}/${name}`).filter(existsSync);
  const commands = files.map((file) => `umount '${file}' 2>/dev/null; rm -f '${file}'\n`);
  await runCommand(['sh'], commands.join(''));
  const ends = holders.map(async ({ child }) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.ref();
    child.stdin.end();
    await exited;
  });
  await Promise.all(ends);
}

async function startHolder(name: string): Promise<Holder> {
  const command = ['-nm', '--propagation=private', 'sh', '-euc', HOLDER_SCRIPT];
  const child = spawn('unshare', command, { stdio: ['pipe', 'pipe', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => complaints.push(text));
  const pid = await new Promise<string>((resolvePid, reject) => {
    child.once('error', reject);
    child.once('close', () => reject(cannotHold(name, complaints)));
    createInterface(child.stdout).once('line', resolvePid);
  });
  child.unref(); // Nor do its closed-over pipes keep the lab alive: they have nothing more to say.
  child.stdout.destroy();
  child.stderr.destroy();
  return { name, pid, child };
}

function cannotHold(name: string, complaints: readonly string[]): Error {
  const found = complaints.join('').trim();
  return new Error(`Cannot make "${name}" as its namespaces must be made: found ${found}`);
}

function pinCommand({ name, pid }: Holder): string {
  const file = `${NET_DIRECTORY}/${name}`;
  writeFileSync(file, '');
  return `mount --bind /proc/${pid}/ns/net '${file}'\n`;
}

/**
 * What a holder runs. It reads its process id from /proc rather than `$$`, as /proc may be mounted
 * for another pid namespace than ours. A private directory is all new, so what must stay visible
 * in it is bound aside first and moved back under its name. The new /proc is a comfort (`ps`
 * shows the lab only); where the kernel forbids it the old one serves.
 */
const HOLDER_SCRIPT = `
read -r pid rest </proc/self/stat
aside=/mnt
mount -t tmpfs tmpfs "$aside"
index=0
for path in ${hiddenPaths().map(quoted).join(' ')}; do
  index=$((index + 1))
  mkdir "$aside/$index"
  mount --rbind "$path" "$aside/$index"
done
mount -t tmpfs -o mode=755 tmpfs /run
mount -t tmpfs -o mode=755 tmpfs /var/lib
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -p ${STATE_DIRECTORY} /run/lock
index=0
for path in ${hiddenPaths().map(quoted).join(' ')}; do
  index=$((index + 1))
  mkdir -p "$path"
  mount --move "$aside/$index" "$path"
done
umount "$aside"
mount -t proc proc /proc 2>/dev/null || true
echo "$pid"
exec >/dev/null 2>&1
read -r _ || true
`;

function hiddenPaths(): string[] {
  return VISIBLE.filter((path) =>
    PRIVATE_DIRECTORIES.some((directory) => path.startsWith(`${directory}/`)),
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
