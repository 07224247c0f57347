import { peers } from './namespaces.ts';

const { p1 } = peers;

/** Peers of a run by itself, for two runs on the same peers are refused; run1 has p1, which is there. */
function peersOf(runId: string): string {
  if (runId === 'run1') return `${p1.ip4},${p1.ip6}`;
  let number = 7;
  for (const letter of runId) number = (number * 31 + letter.charCodeAt(0)) % 60_000;
  return `10.200.${number >> 8}.${number & 255},2001:db8::${(number + 1).toString(16)}`;
}

/** Parameters of a cut from p1 that applies at once and would last for a minute. */
export function cutParameters(
  values: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    RunId: 'run1',
    Part: '0',
    InjectAt: String(Date.now()),
    RestoreAt: String(Date.now() + 60_000),
    Ports: '3001,3002',
    Peers: peersOf(values['RunId'] ?? 'run1'),
    Packets: 'drop',
    Direction: 'both',
    Filter: 'auto',
    Share: 'all',
    Per: 'packet',
    Local: 'any',
    Flap: 'none',
    ...values,
  };
}
