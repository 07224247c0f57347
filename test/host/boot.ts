import type { Host } from './namespaces.ts';

/** What a boot does to what a run left on a host: its timers and waiters are gone, and so is all under /run. */
export async function boot(host: Host): Promise<void> {
  await host.sh(`for file in /run/aerofault/*/*/timer.pid /run/aerofault/*/*/waiter.pid; do
      [ ! -f "$file" ] || kill -9 "-$(cut -d' ' -f1 "$file")"
    done
    rm -rf /run/aerofault`);
}
