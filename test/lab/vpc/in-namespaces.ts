import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { runCommand } from '../../../lab/vpc/command.ts';

/**
 * Tests that need the kernel: a scenario is a program that runs as the lab does, in namespaces of
 * its own, and prints what it saw as one JSON line; the test judges that. Where namespaces cannot
 * be had the tests are skipped loudly, and fail where CI=true.
 */

const UNSHARE = ['unshare', '-Urnmp', '--fork', '--kill-child'];

/** Run `test/lab/vpc/scenarios/<name>.ts` inside fresh namespaces and give back what it printed. */
export async function observe(name: string): Promise<unknown> {
  const program = join(import.meta.dirname, 'scenarios', `${name}.ts`);
  const start = `mount -t tmpfs tmpfs /run && exec "$@"`;
  // Ends before the hook's own time is over, and with it everything in its namespaces.
  const command = [
    'timeout',
    '-s',
    'KILL',
    '300',
    ...UNSHARE,
    'sh',
    '-c',
    start,
    'sh',
    process.execPath,
    program,
  ];
  const { code, stdout, stderr } = await runCommand(command);
  if (code === 0) return JSON.parse(stdout);
  throw new Error(
    `Cannot observe "${name}" as it must run to its end: found exit ${code}, ${stderr}`,
  );
}

const PROBE = `
mount -t tmpfs tmpfs /run && ip link add probe type veth peer name probe-peer &&
echo 'table inet probe { chain c { ct state new accept; }; }' | nft -f - && iptables -S`;

function missing(): string | undefined {
  const probe = spawnSync(UNSHARE[0]!, [...UNSHARE.slice(1), 'sh', '-c', PROBE], {
    encoding: 'utf8',
  });
  if (probe.status === 0) return undefined;
  return `no namespaces with packet filters here: ${probe.error?.message ?? probe.stderr.trim()}`;
}

/** `describe` for tests that need the kernel; see the header for what happens where there is none. */
export function describeKernel(name: string, body: () => void): void {
  const reason = missing();
  if (reason === undefined) {
    describe(name, body);
  } else if (process.env.CI === 'true') {
    test(`${name}: needs namespaces`, () => {
      throw new Error(reason);
    });
  } else {
    process.stderr.write(`\n!!! SKIPPED: ${name}: ${reason}\n\n`);
    describe.skip(`${name} [SKIPPED: ${reason}]`, body);
  }
}
