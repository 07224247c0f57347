import type { Packets } from './fault.ts';
import type { HostRoute } from './step.ts';

/** What a route can do of what a packet filter does to packets; absent: it cannot. */
export const routeOfPackets: Readonly<Partial<Record<Packets, HostRoute['how']>>> = {
  drop: 'blackhole',
  reject: 'unreachable',
  'host-unreachable': 'unreachable',
  'admin-prohibited': 'prohibit',
};
