import type { Host } from './vpc/hosts.ts';
import type { Network } from './vpc/network.ts';

/** The processes with which a host ends a fault by itself, or waits for its beginning (host/arm.sh, lifecycle.sh). */
const script = `
for file in /run/aerofault/*/timer.pid /run/aerofault/*/*/timer.pid \\
  /run/aerofault/*/waiter.pid /run/aerofault/*/*/waiter.pid; do
  [ -f "$file" ] || continue
  read -r pid rest <"$file" && kill -9 "$pid" 2>/dev/null && basename "$file" .pid
done
exit 0`;

/** SIGKILL to every timer and waiting script of runs; the answer names host and kind of those that lived. */
export async function endHostScripts(hosts: readonly Host[], network: Network): Promise<string[]> {
  const ended = await Promise.all(
    hosts.map(async ({ name }) => {
      const { stdout } = await network.run(name, ['sh', '-c', script]);
      const kinds = stdout.split('\n').filter((line) => line !== '');
      return kinds.map((kind) => `${name}'s ${kind}`);
    }),
  );
  return ended.flat();
}
