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

/** A quick test for whether a connection is one that the cuts stop. */
export function within(cuts: readonly Cut[]): (connection: Connection) => boolean {
  const bySource = new Map<string, { to: ReadonlySet<string>; ports: ReadonlySet<number> }[]>();
  for (const cut of cuts) {
    const parts = { to: new Set(cut.to), ports: new Set(cut.ports) };
    for (const source of cut.from) {
      bySource.set(source, [...(bySource.get(source) ?? []), parts]);
    }
  }
  return ({ from, to, port }) =>
    bySource.get(from)?.some((cut) => cut.to.has(to) && cut.ports.has(port)) ?? false;
}
