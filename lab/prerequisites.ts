import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal } from '../core/refusal.ts';

const tools = ['ip', 'ss', 'iptables', 'ip6tables', 'nft', 'unshare', 'nsenter', 'flock', 'bash'];

const installCommand = 'apt-get update && apt-get install -y iproute2 iptables nftables';

/**
 * Makes sure the kernel's tools are there: installs them for root on Debian and Ubuntu, and says so.
 *
 * @throws Refusal with the exact command to run where it cannot.
 */
export function ensureTools(say: (line: string) => void): void {
  const missing = missingTools();
  if (missing.length === 0) return;
  if (process.getuid?.() === 0 && debianLike()) {
    say(`installing ${missing.join(', ')}: ${installCommand}`);
    spawnSync('sh', ['-c', installCommand], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const still = missingTools();
  if (still.length === 0) return;
  throw new Refusal(
    `Cannot start the lab as ${still.join(', ')} must be installed: found none; run: sudo sh -c '${installCommand}'`,
  );
}

/** A real Aerospike server to rehearse with: what AEROFAULT_ASD names, or `asd` on the PATH. */
export function aerospikeServer(): string | undefined {
  const named = process.env['AEROFAULT_ASD'];
  if (named !== undefined && named !== '') return named;
  const onPath = searchedFolders().map((folder) => join(folder, 'asd'));
  return onPath.find((path) => existsSync(path));
}

function searchedFolders(): string[] {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
}

function missingTools(): string[] {
  const folders = searchedFolders();
  return tools.filter((tool) => !folders.some((folder) => existsSync(join(folder, tool))));
}

function debianLike(): boolean {
  return (
    existsSync('/etc/os-release') && /debian|ubuntu/i.test(readFileSync('/etc/os-release', 'utf8'))
  );
}

/**
 * What runs as the first process of the namespaces and waits for the command behind it: every process there
 * whose parent has gone becomes a child of the first one, and bash buries it where Node would not.
 */
const firstProcess = ['bash', '--norc', '-c', '"$@"; exit "$?"', 'bash'];

/**
 * The command that enters namespaces of our own. A user namespace is part of it even for root: inside
 * it, nothing of the machine's own network can be named.
 *
 * @throws Refusal where the machine forbids user namespaces.
 */
export function unshareCommand(): string[] {
  const way = ['unshare', '-Urnmp', '--fork', '--kill-child', '--mount-proc', ...firstProcess];
  const [command = '', ...words] = way;
  if (spawnSync(command, [...words, 'true'], { stdio: 'ignore' }).status === 0) return way;
  throw new Refusal(
    'Cannot start the lab as user namespaces must be allowed: found they are not; run: sudo sysctl -w kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000 kernel.apparmor_restrict_unprivileged_userns=0',
  );
}
