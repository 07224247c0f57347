import type { ChildProcess } from 'node:child_process';
import { hostScript } from '../../host/compose.ts';
import { goodParameters } from './fuzz-good.ts';
import { scriptNames } from '../../core/script-names.ts';
import type { HostileCase } from './fuzz-hostile.ts';
import { makeHost } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { put } from './put.ts';

/** What a script did with one case. */
export interface Outcome {
  readonly hostileCase: HostileCase;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * A host to fuzz on: its files are read-only but for /run, /var/lib and /tmp, which are its own, and `id` is a
 * trap that leaves a line in /run/canary. Its gateways are the peer p1; its name server is 10.9.1.53.
 * Ended by `end` of the host.
 */
export async function makeFuzzHost(): Promise<Host> {
  const host = await makeHost(`
    mkdir /run/fuzz /run/canary
    printf '%s\\n' '#!/bin/sh' 'echo "$0 $*" >>/run/canary/log' >/run/fuzz/trap
    chmod 755 /run/fuzz/trap
    mount --bind /run/fuzz/trap "$(readlink -f "$(command -v id)")"
    mount -t tmpfs t /tmp
    echo 'nameserver 10.9.1.53' >/run/fuzz/resolv
    mount --bind /run/fuzz/resolv "$(readlink -f /etc/resolv.conf)"
    ip route add default via 10.9.1.2
    ip -6 route add default via fd00:9:1::2
    mount -o remount,bind,ro /`);
  for (const name of scriptNames) await put(host, `/run/fuzz/${name}.sh`, hostScript(name));
  await put(host, '/run/fuzz/loop.bash', loop);
  return host;
}

/**
 * One shell that runs all cases of a file, which holds words that end with a NUL: script, number of assignments,
 * assignments. Writes what the script printed, what it complained of and its exit code, each followed by a NUL.
 */
const loop = `
  LC_ALL=C
  shell=$1 errors=/run/fuzz/errors.$$ at=0
  mapfile -d '' -t words <"$2"
  while ((at < \${#words[@]})); do
    script=\${words[at]} count=\${words[at + 1]}
    env -i PATH="$PATH" "\${words[@]:at + 2:count}" "$shell" "/run/fuzz/$script.sh" </dev/null 2>"$errors"
    code=$?
    printf '\\0%s\\0%s\\0' "$(<"$errors")" "$code"
    ((at += 2 + count))
  done
  rm "$errors"`;

/** The shells that are /bin/sh on the hosts we know. */
export const shells = ['dash', 'bash'] as const;

let files = 0;

/** Runs cases one after the other by a shell, the other parameters good. */
export async function runCases(
  host: Host,
  shell: (typeof shells)[number],
  cases: readonly HostileCase[],
): Promise<Outcome[]> {
  const path = `/run/fuzz/cases.${(files += 1)}`;
  await put(host, path, cases.map(wordsOf).join(''));
  const printed = await output(host.start(['bash', '--norc', '/run/fuzz/loop.bash', shell, path]));
  await host.sh(`rm ${path}`);
  const fields = printed.split('\0');
  return cases.map((hostileCase, index) => {
    const [stdout = '', stderr = '', code = ''] = fields.slice(3 * index);
    return { hostileCase, stdout, stderr, code: code === '' ? -1 : Number(code) };
  });
}

function wordsOf({ script, hostile }: HostileCase): string {
  const assignments = Object.entries({ ...goodParameters(script), ...hostile }).map(
    ([name, value]) => `SSM_${name}=${value}`,
  );
  return [script, assignments.length, ...assignments].map((word) => `${word}\0`).join('');
}

async function output(child: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => process.stderr.write(chunk));
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return Buffer.concat(chunks).toString('utf8');
}

/** Everything a script could have changed, as text; the kernel adds its own fe80 addresses when it likes. */
export function snapshot(host: Host): Promise<string> {
  return host.sh(`
    { iptables-save; ip6tables-save; } | sed '/^#/d;s/\\[[0-9:]*\\]//'
    nft list ruleset 2>/dev/null | sed 's/counter packets.*bytes [0-9]*//' || true
    ip route show table all | grep -v fe80; ip rule; ip -6 rule
    find /run /var/lib /tmp -not -path '/run/fuzz*' | sort
    ps -e -o args= | grep -v -e '^ps ' -e 'sh -ec' -e '^grep' -e '^cat$'
  `);
}
