import * as z from 'zod';

/** The listeners of an Aerospike node, by the names its own configuration gives them. */
export const PortName = z.enum(['service', 'fabric', 'heartbeat', 'admin']);
export type PortName = z.infer<typeof PortName>;

/**
 * Port numbers by name. The server has no built-in defaults; these are the usual ones of its sample
 * configuration (aerospike.com/docs/database, manage/network).
 */
export type PortNumbers = Readonly<Record<PortName, number>>;

/** The names of listeners that speak TLS, by the listener each stands beside or in place of. */
export const tlsTwins = {
  service: 'tlsService',
  fabric: 'tlsFabric',
  heartbeat: 'tlsHeartbeat',
} as const satisfies Partial<Record<PortName, string>>;

export const usualPorts: PortNumbers = {
  service: 3000,
  fabric: 3001,
  heartbeat: 3002,
  admin: 3003,
};

/**
 * The lowest port the server takes for a listener (CFG_MIN_PORT in its as/src/base/cfg.c). It keeps SSH,
 * and HTTPS for the SSM agent, out of every cut.
 */
export const listenerPortMin = 1024;
