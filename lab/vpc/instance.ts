import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { mustRun, runCommand } from './command.ts';
import { shimScript } from './systemctl-shim.ts';

/**
 * The namespaces of the router and of the instances.
 *
 * A holder process is the first of a pid namespace of its own, with a network and a mount namespace. It
 * mounts the instance's private directories, lays the lab's `systemctl` over /usr/bin and takes away
 * the programs that the machine shall lack, and then waits: as long as it lives, `nsenter` enters its
 * namespaces through /proc. (Pinning mount namespaces to files, as is done with the network, is
 * refused now and then by kernel 6.18, which takes some for older than their parent.) It is bash, which
 * reaps what becomes its child. The holder ends with {@link release}, or when the lab's process dies and
 * its pipe closes; the kernel then ends every process inside.
 */

/** Where network namespaces are pinned, the place that `ip netns` and `netns <name>` know. */
const NET_DIRECTORY = '/run/netns';

/** Directories that hold nothing of the machine's inside an instance, and outlive single commands. */
const PRIVATE_DIRECTORIES = ['/run', '/tmp', '/var/lib'] as const;

/** Where the agent and the host scripts keep their own; empty in a new instance. */
const STATE_DIRECTORY = '/var/lib/aerofault';

/**
 * How long a holder is waited for. The command of an nsenter that was killed falls to the lab's first
 * process; where that does not reap it, the kernel keeps the holder until it goes itself. By then all
 * processes inside are dead, and their networks gone.
 */
const LINGER_MS = 2_000;

/**
 * The repository, this Node, a real server and a folder with its client where they are named: readable inside
 * an instance even where they lie in a private directory.
 */
const VISIBLE = [
  resolve(import.meta.dirname, '../..'),
  dirname(process.execPath),
  ...namedFolders(process.env),
];

/** What an instance is made with. */
export interface Housing {
  readonly name: string;
  /** Programs that are not there, as patterns of their file names. */
  readonly hides?: readonly string[];
}

/** The namespaces of an instance and the process that keeps them. */
export interface Holder {
  readonly name: string;
  /** Its process id as this process's /proc shows it. */
  readonly pid: string;
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
}

/** The command line that runs `command` inside the instance that `holder` keeps. */
export function inside({ name, pid }: Holder, command: readonly string[]): string[] {
  const spaces = [`--mount=/proc/${pid}/ns/mnt`, `--pid=/proc/${pid}/ns/pid`];
  // nsenter forks to change pid namespaces; whoever kills it means the command.
  const withIt = ['setpriv', '--pdeathsig', 'KILL'];
  return ['nsenter', `--net=${NET_DIRECTORY}/${name}`, ...spaces, '--', ...withIt, ...command];
}

/** The command line that runs `command` in the network namespace `name`, files as they are here. */
export function insideNetwork(name: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=${NET_DIRECTORY}/${name}`, '--', ...command];
}

/** Make the namespaces of these instances; each starts with a loopback that is down. */
export async function hold(housings: readonly Housing[]): Promise<Holder[]> {
  const started = await Promise.allSettled(housings.map(startHolder));
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
    await Promise.race([exited, pause(LINGER_MS)]);
    child.unref();
  });
  await Promise.all(ends);
}

async function startHolder({ name, hides = [] }: Housing): Promise<Holder> {
  const spaces = ['-nmp', '--fork', '--kill-child', '--propagation=private'];
  const command = [...spaces, 'bash', '-euc', HOLDER_SCRIPT, 'bash', ...hides];
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
 * What a holder runs; its words are the programs to hide. It reads its process id from /proc rather than
 * `$$`, for it is that of the lab's /proc that counts. A private directory is all new, so what must stay
 * visible in it is bound aside first and moved back under its name. Programs are taken away, and
 * `systemctl` is put there, in a layer over their directories; the machine's own stay as they are.
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
for directory in $(readlink -f /usr/bin /usr/sbin | sort -u); do
  mkdir -p "$aside/upper$directory" "$aside/work$directory"
  mount -t overlay overlay "$directory" \
    -o "lowerdir=$directory,upperdir=$aside/upper$directory,workdir=$aside/work$directory"
  for pattern; do
    for program in "$directory"/$pattern; do rm -f "$program"; done
  done
done
rm -f /usr/bin/systemctl
cat >/usr/bin/systemctl <<'SYSTEMCTL'
${shimScript}
SYSTEMCTL
chmod 755 /usr/bin/systemctl
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
mount -t proc proc /proc
echo "$pid"
exec >/dev/null 2>&1
read -r _ || true
`;

function namedFolders({ AEROFAULT_ASD, AEROFAULT_CLIENT }: NodeJS.ProcessEnv): string[] {
  const server = AEROFAULT_ASD === undefined ? [] : [dirname(AEROFAULT_ASD)];
  const client = AEROFAULT_CLIENT === undefined ? [] : [AEROFAULT_CLIENT];
  return [...server, ...client].filter((folder) => folder.startsWith('/') && existsSync(folder));
}

function hiddenPaths(): string[] {
  return VISIBLE.filter((path) =>
    PRIVATE_DIRECTORIES.some((directory) => path.startsWith(`${directory}/`)),
  );
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
