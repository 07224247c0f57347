import { peers } from './namespaces.ts';

const { p1 } = peers;

/** Parameters of a cut from p1 that applies at once and would last for a minute. */
export function cutParameters(
  values: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    RunId: 'run1',
    InjectAt: String(Date.now()),
    RestoreAt: String(Date.now() + 60_000),
    Ports: '3001,3002',
    Peers: `${p1.ip4},${p1.ip6}`,
    Packets: 'drop',
    Direction: 'both',
    ...values,
  };
}
