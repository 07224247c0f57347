import * as z from 'zod';

const port = z.int().min(1).max(65535);
const anyAddress = z.union([z.ipv4(), z.ipv6()]);
const name = z.string().regex(/^[\w-]{1,31}$/);

/** A destination of XDR: its name, which namespaces go there, and its nodes' service endpoints. */
const destinationSchema = z.strictObject({
  dc: name,
  namespaces: z.array(name),
  nodes: z.array(z.strictObject({ address: anyAddress, port })).min(1),
});

/**
 * What one stand-in node is told when it starts; `seeds` are the addresses of all nodes, its own too.
 *
 * It tells others `address` and listens there, or on `bind`, where its addresses are another machine's
 * business (a container's). Fabric runs over `fabricAddresses` where these are given. The TLS ports speak
 * plain TCP, but for the service's where a node has a certificate: what counts is that they are ports of
 * their own, and that nodes which have them dial each other there.
 */
export const nodeConfigSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9A-F]{1,16}$/)
    .refine((id) => BigInt(`0x${id}`) > 0n),
  address: z.ipv4(),
  address6: z.ipv6().optional(),
  bind: z.ipv4().optional(),
  fabricAddresses: z.array(anyAddress).max(4).default([]),
  ports: z.strictObject({
    service: port,
    fabric: port,
    heartbeat: port,
    admin: port,
    tlsService: port.optional(),
    tlsFabric: port.optional(),
    tlsHeartbeat: port.optional(),
  }),
  seeds: z.array(anyAddress),
  intervalMs: z.int().min(50).max(10_000).default(150),
  timeoutIntervals: z.int().min(3).max(1000).default(10),
  clusterName: z.string().regex(/^[\w.-]{1,64}$/),
  namespaces: z
    .array(
      z.strictObject({
        name,
        replicationFactor: z.int().min(1).max(256),
        strongConsistency: z.boolean().default(false),
      }),
    )
    .min(1),
  rack: z.int().min(0).max(1_000_000).default(0),
  destinations: z.array(destinationSchema).default([]),
  /** A file that says how it is guarded (NodeSecurity); left out: it answers everybody. */
  securityFile: z.string().optional(),
  build: z
    .string()
    .regex(/^\d+(\.\d+){2,3}$/)
    .default('8.1.2.0'),
});

/** One stand-in node's configuration, parsed. */
export type NodeConfig = z.infer<typeof nodeConfigSchema>;

/** One destination of XDR. */
export type Destination = z.infer<typeof destinationSchema>;

/** A node's configuration before what is left out has been filled in. */
export type NodeSettings = z.input<typeof nodeConfigSchema>;

/** The major and minor number of the version that a node plays, 4.9 as 409. */
export function releaseOf({ build }: Pick<NodeConfig, 'build'>): number {
  const [major = 0, minor = 0] = build.split('.').map(Number);
  return major * 100 + minor;
}

/** Whether the node plays an Enterprise Edition: only that has XDR, racks and strong consistency. */
export function isEnterprise({ destinations, rack, namespaces }: NodeConfig): boolean {
  return (
    destinations.length > 0 ||
    rack > 0 ||
    namespaces.some(({ strongConsistency }) => strongConsistency)
  );
}

/** The addresses on which fabric listens, and which others are told. */
export function fabricAddressesOf(config: NodeConfig): readonly string[] {
  const { fabricAddresses, address, address6 } = config;
  if (fabricAddresses.length > 0) return fabricAddresses;
  return address6 === undefined ? [address] : [address, address6];
}
