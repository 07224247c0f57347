import * as z from 'zod';

/** Flows to stop: every connection dialled from one of `from` to one of `to` on one of `ports`. */
export const Cut = z.strictObject({
  from: z.array(z.string()).meta({ description: 'Instance ids that dial' }),
  to: z.array(z.string()).meta({ description: 'Instance ids that accept' }),
  ports: z.array(z.int()),
});
export type Cut = z.infer<typeof Cut>;

/** The pairs and ports of a cut, one connection each. */
export interface Connection {
  readonly from: string;
  readonly to: string;
  readonly port: number;
}

/** Every connection that the cuts stop. */
export function connectionsOf(cuts: readonly Cut[]): Connection[] {
  return cuts.flatMap(({ from, to, ports }) =>
    from.flatMap((source) =>
      to.flatMap((target) => ports.map((port) => ({ from: source, to: target, port }))),
    ),
  );
}
