import * as z from 'zod';

const port = z.int().min(1).max(65535);

/** What one stand-in node is told when it starts; `seeds` are the addresses of all nodes, its own too. */
export const nodeConfigSchema = z.strictObject({
  id: z
    .string()
    .regex(/^[0-9A-F]{1,16}$/)
    .refine((id) => BigInt(`0x${id}`) > 0n),
  address: z.ipv4(),
  address6: z.ipv6().optional(),
  ports: z.strictObject({ service: port, fabric: port, heartbeat: port, admin: port }),
  seeds: z.array(z.union([z.ipv4(), z.ipv6()])),
  intervalMs: z.int().min(50).max(10_000).default(150),
  timeoutIntervals: z.int().min(3).max(1000).default(10),
  clusterName: z.string().regex(/^[\w.-]{1,64}$/),
  namespaces: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w-]{1,31}$/),
        replicationFactor: z.int().min(1).max(256),
      }),
    )
    .min(1),
  build: z.string().default('8.1.2.0'),
});

/** One stand-in node's configuration, parsed. */
export type NodeConfig = z.infer<typeof nodeConfigSchema>;
