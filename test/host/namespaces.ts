import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe } from 'vitest';
import * as z from 'zod';
import { hostScript } from '../../host/compose.ts';
import type { ScriptName } from '../../core/script-names.ts';

/**
 * A host to run the composed scripts on, for real: a network, mount and process namespace of its own, with
 * /run and /var/lib of its own, and peers behind veth pairs in further network namespaces.
 *
 * Made by `makeHost`, ended by `end` or with the test process: the first process of the namespace is killed
 * then, and the kernel kills the rest. Nothing outside can be changed; the files of the machine can be seen.
 */
export class Host {
  readonly #unshare: ChildProcess;
  readonly #enter: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'aerofault-host-'));

  constructor(unshare: ChildProcess, firstPid: string) {
    this.#unshare = unshare;
    this.#enter = [
      '-t',
      firstPid,
      ...(isRoot ? [] : ['-U', '--preserve-credentials']),
      '-n',
      '-m',
      '-p',
    ];
  }

  /** Where the composed script lies. */
  #path(name: ScriptName): string {
    const path = join(this.#folder, `${name}.sh`);
    if (!existsSync(path)) writeFileSync(path, hostScript(name));
    return path;
  }

  /** Starts a command on the host, or in the namespace of a peer, as leader of a process group. */
  start(command: readonly string[], { peer, env = {} }: Where = {}): ChildProcess {
    const inside = peer === undefined ? command : ['ip', 'netns', 'exec', peer, ...command];
    return spawn('nsenter', [...this.#enter, '--', ...inside], {
      detached: true,
      env: { PATH: process.env['PATH'], ...env },
    });
  }

  /** Runs a command to its end and gives what it said. */
  run(command: readonly string[], where?: Where): Promise<Ended> {
    return ended(this.start(command, where));
  }

  /** Runs lines of sh; throws when they fail. */
  async sh(lines: string, where?: Where): Promise<string> {
    const { code, stdout, stderr } = await this.run(['sh', '-ec', lines], where);
    if (code !== 0)
      throw new Error(`Cannot go on as '${lines}' must succeed: found ${code} ${stderr}`);
    return stdout;
  }

  /** Starts a host script the way the SSM agent does; `env` is what else the agent says. */
  startScript(name: ScriptName, parameters: Parameters, env: Parameters = {}): ChildProcess {
    const given = Object.entries(parameters).map(([key, value]) => [`SSM_${key}`, value]);
    return this.start(['sh', this.#path(name)], {
      env: { ...env, ...Object.fromEntries(given) },
    });
  }

  /** Runs a host script to its end and parses its one line. */
  script(name: ScriptName, parameters: Parameters, env: Parameters = {}): Promise<Said> {
    return said(this.startScript(name, parameters, env));
  }

  end(): void {
    this.#unshare.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }
}

interface Where {
  readonly peer?: string;
  readonly env?: Readonly<Record<string, string>>;
}

type Parameters = Readonly<Record<string, string>>;

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a script said: its line's members, its exit code, and its complaints. */
export interface Said {
  readonly code: number | null;
  readonly json: Readonly<Record<string, unknown>>;
  readonly stderr: string;
}

const Json = z.record(z.string(), z.unknown());

/** Waits for a script; its stdout must be exactly one line of JSON under 2,500 characters. */
export async function said(child: ChildProcess): Promise<Said> {
  const { code, stdout, stderr } = await ended(child);
  if (!/^\{.*\}\n$/.test(stdout) || stdout.length > 2_500) {
    throw new Error(
      `Cannot go on as stdout must be one short line of JSON: found '${stdout}' ${stderr}`,
    );
  }
  return { code, json: Json.parse(JSON.parse(stdout)), stderr };
}

function ended(child: ChildProcess): Promise<Ended> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => (texts.stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => (texts.stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...texts }));
  });
}

const isRoot = process.getuid?.() === 0;
const unshareFlags = [isRoot ? '-nmp' : '-Urnmp', '--mount-proc', '--fork', '--kill-child'];

/** The host's side of the link to a peer is .1, the peer's .2, in both families. */
export const peers = {
  p1: { host4: '10.9.1.1', host6: 'fd00:9:1::1', ip4: '10.9.1.2', ip6: 'fd00:9:1::2' },
  p2: { host4: '10.9.2.1', host6: 'fd00:9:2::1', ip4: '10.9.2.2', ip6: 'fd00:9:2::2' },
} as const;

const ownFolders = 'mount -t tmpfs t /run; mount -t tmpfs t /var/lib; ip link set lo up';
// Neighbours are set by hand: finding them takes a second on a link that just came up.
const links = Object.entries(peers).map(
  ([name, { host4, host6, ip4, ip6 }], i) => `
    ip netns add ${name}
    ip link add to-${name} address 02:00:00:00:0${i}:01 type veth \\
      peer name eth0 address 02:00:00:00:0${i}:02 netns ${name}
    ip addr add ${host4}/24 dev to-${name}; ip addr add ${host6}/64 dev to-${name} nodad
    ip -n ${name} addr add ${ip4}/24 dev eth0; ip -n ${name} addr add ${ip6}/64 dev eth0 nodad
    ip link set to-${name} up; ip -n ${name} link set eth0 up; ip -n ${name} link set lo up
    ip neigh replace ${ip6} lladdr 02:00:00:00:0${i}:02 dev to-${name} nud permanent
    ip -n ${name} neigh replace ${host6} lladdr 02:00:00:00:0${i}:01 dev eth0 nud permanent`,
);
/**
 * The first packets on a new link may be lost: waits until every peer refuses a connection. A bash whose stdin is
 * a socket, as here, would read the user's .bashrc.
 */
const warm = Object.values(peers)
  .flatMap(({ ip4, ip6 }) => [ip4, ip6])
  .map(
    (ip) =>
      `until timeout 0.15 bash --norc -c 'exec 3<>/dev/tcp/${ip}/9' 2>&1 | grep -q refused; do sleep 0.02; done`,
  );
/** The first process reaps what the scripts leave behind, and ends with the test process, whose pipe it reads. */
const rest = 'exec 4<&0; cat <&4 >/dev/null & echo ready; wait $!';

/** Makes a host with two peers; `first` runs on it before, for instance to bind a stand-in over a tool. */
export async function makeHost(first = ''): Promise<Host> {
  const setup = ['set -e', ownFolders, ...links, ...warm, first, 'set +e', rest].join('\n');
  const child = spawn('unshare', [...unshareFlags, 'sh', '-c', setup]);
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints += String(chunk)));
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('exit', () => reject(new Error(`Cannot make a host: ${complaints}`)));
  });
  const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  return new Host(child, children.trim());
}

function whyNoNamespaces(): string | undefined {
  const attempt =
    'mount -t tmpfs t /run && ip netns add x && iptables -S && ip6tables -S && ss -tn';
  const { status, stderr, error } = spawnSync('unshare', [...unshareFlags, 'sh', '-ec', attempt], {
    encoding: 'utf8',
  });
  return status === 0
    ? undefined
    : `no namespaces with iptables here: ${error?.message ?? stderr.trim()}`;
}

const obstacle = whyNoNamespaces();

/** `describe` for tests that need a kernel to play with: skipped loudly without one, failed where CI=true. */
export function describeOnKernel(
  name: string,
  tests: () => void,
  { concurrent = false }: { concurrent?: boolean } = {},
): void {
  if (obstacle === undefined) {
    (concurrent ? describe.concurrent : describe)(name, tests);
    return;
  }
  if (process.env['CI'] === 'true') throw new Error(`Cannot test ${name}: ${obstacle}`);
  process.stderr.write(`\n!!! SKIPPED: ${name}: ${obstacle}\n\n`);
  describe.skip(`${name} (SKIPPED: ${obstacle})`, tests);
}

/** Waits, in milliseconds. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks again every 50 ms until the answer is true; false after `ms`. */
export async function eventually(ms: number, question: () => Promise<boolean>): Promise<boolean> {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    if (await question()) return true;
    await sleep(50);
  }
  return false;
}
