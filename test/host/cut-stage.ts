import { expect } from 'vitest';
import { cutParameters } from './cut-parameters.ts';
import { makeHost } from './namespaces.ts';
import type { Host, Said } from './namespaces.ts';
import { startActor } from './start-actor.ts';
import type { Actor } from './start-actor.ts';

/** A host to cut, a peer to cut it from, and a bystander, all listening on the same ports. */
export interface Stage {
  readonly host: Host;
  readonly own: Actor;
  readonly peer: Actor;
  readonly bystander: Actor;
  readonly cut: (values?: Readonly<Record<string, string>>) => Promise<Said>;
}

/** Both packet filters; a cut must not tell them apart but by its line. */
export const filters = ['iptables', 'nft'] as const;

/** What both packet filters, the routes and the rules for them say, without counters and comments. */
export const everything = `
  for s in iptables-save ip6tables-save; do $s | sed -e /^#/d -e 's/ \\[[0-9:]*\\]$//'; done
  nft -s list ruleset | sed 's/ counter packets [0-9]* bytes [0-9]*/ counter/'
  ip route; ip -6 route; ip rule; ip -6 rule`;

/**
 * Plays on a stage of its own, which must be clean after a restore and as it was before.
 *
 * ICMP errors are not limited there, for the kernel sends a peer a few a second.
 */
export async function onStage(
  play: (stage: Stage) => Promise<void>,
  { first = '', ports = [3000, 3001] }: { first?: string; ports?: readonly number[] } = {},
): Promise<void> {
  const host = await makeHost(`
    sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
    ${first}`);
  const [own, peer, bystander] = await Promise.all([
    startActor(host),
    startActor(host, 'p1'),
    startActor(host, 'p2'),
  ]);
  for (const actor of [own, peer, bystander]) {
    for (const port of ports) await actor.tell({ order: 'listen', port });
  }
  const before = await host.sh(everything);
  const cut: Stage['cut'] = (values) => host.script('cut', cutParameters(values));
  await play({ host, own, peer, bystander, cut });
  const { json } = await host.script('restore', { RunId: 'run1', Action: 'undo' });
  expect(json).toMatchObject({ outcome: 'clean', left: 0 });
  expect(await host.sh(everything)).toBe(before);
  host.end();
}

/** The next whole second that is at least so many milliseconds away. */
export function wholeSecond(ms: number): number {
  return Math.ceil((Date.now() + ms) / 1_000) * 1_000;
}
