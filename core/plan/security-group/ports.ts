import type { RuleSpec } from '../../inventory.ts';

/** Ports from first to last, both included. */
export interface PortRange {
  readonly fromPort: number;
  readonly toPort: number;
}

const lastPort = 65_535;

/** Whether a rule lets TCP in on a port. EC2 says `tcp`; requests may say 6. */
export function admitsTcp({ protocol, fromPort = 0, toPort = lastPort }: RuleSpec, port: number) {
  if (protocol === '-1') return true;
  return (protocol === 'tcp' || protocol === '6') && fromPort <= port && port <= toPort;
}

/** The parts of a rule's TCP ports that none of `ports` lies in, ascending. */
export function portsOutside(spec: RuleSpec, ports: readonly number[]): PortRange[] {
  const { fromPort = 0, toPort = lastPort } = spec.protocol === '-1' ? {} : spec;
  const inside = ports.filter((port) => fromPort <= port && port <= toPort);
  const edges = [fromPort - 1, ...inside.toSorted((a, b) => a - b), toPort + 1];
  return edges
    .slice(1)
    .map((end, index) => ({ fromPort: (edges[index] ?? 0) + 1, toPort: end - 1 }))
    .filter((range) => range.fromPort <= range.toPort);
}

/** Ports as the fewest ranges, ascending. */
export function rangesOf(ports: readonly number[]): PortRange[] {
  const ranges: PortRange[] = [];
  for (const port of [...new Set(ports)].toSorted((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last.toPort === port - 1) {
      ranges[ranges.length - 1] = { fromPort: last.fromPort, toPort: port };
    } else {
      ranges.push({ fromPort: port, toPort: port });
    }
  }
  return ranges;
}
