/** What nodes counted while the run looked: growth by node, and how clients fared between looks. */
import * as z from 'zod';
import { clientsIn, countedIn, growthOf } from '../counters.ts';
import type { Clients, Counted, Reading } from '../counters.ts';
import { nodesOf } from '../inventory.ts';
import { counterNames } from '../probe/counters.ts';
import { looksAt, sampleAt, samplesAt } from '../story.ts';
import type { Story } from '../story.ts';

const Growth = z
  .record(z.enum(counterNames), z.int().nullable())
  .nullable()
  .meta({ description: 'Counter → growth; null: unknown, as after a restart' });

export const CounterReport = z.strictObject({
  node: z.string(),
  during: Growth.meta({ description: 'From the look before the fault to the last in it' }),
  after: Growth.meta({ description: 'From there to the last look after restore' }),
});
export type CounterReport = z.infer<typeof CounterReport>;

export const ClientSpan = z.strictObject({
  from: z.int().meta({ description: 'Epoch milliseconds' }),
  until: z.int(),
  ok: z.number().nullable().meta({ description: 'Reads and writes done, a second, all nodes' }),
  timeouts: z.number().nullable(),
  errors: z.number().nullable(),
});
export type ClientSpan = z.infer<typeof ClientSpan>;

/** How much each node's counters grew; empty where no node was ever asked. */
export function counterReportsOf(story: Story): CounterReport[] {
  const { record, notes } = story;
  const before = byNode([
    sampleAt(notes, 'baseline') ?? { seen: [] },
    ...samplesAt(notes, 'armed').slice(-1),
  ]);
  const during = byNode(looksAt(story));
  const after = byNode(samplesAt(notes, 'recovery'));
  if (record === undefined || before.size + during.size + after.size === 0) return [];
  return nodesOf(record.inventory).map(({ id, name }) => ({
    node: name,
    during: growthBetween(before.get(id), during.get(id)),
    after: growthBetween(during.get(id), after.get(id)),
  }));
}

/** The last reading of each node among some looks. */
function byNode(looks: readonly Parameters<typeof countedIn>[0][]): Map<string, Reading> {
  return new Map(looks.flatMap(countedIn).map(({ from, reading }) => [from, reading]));
}

function growthBetween(
  before: Reading | undefined,
  after: Reading | undefined,
): CounterReport['during'] {
  const growth = growthOf(before, after);
  if (growth === undefined) return null;
  return z.record(z.enum(counterNames), z.int().nullable()).parse(Object.fromEntries(growth));
}

/** From look to look, what clients got a second; a span in which a node did not tell is unknown. */
export function clientSpansOf({ record, notes }: Story): ClientSpan[] {
  if (record === undefined) return [];
  const nodes = nodesOf(record.inventory).map(({ id }) => id);
  const looks = (['quiet', 'baseline', 'armed', 'prove', 'hold', 'recovery'] as const)
    .flatMap((moment) => samplesAt(notes, moment))
    .map((look) => new Map(countedIn(look).map((one) => [one.from, one])))
    .filter((look) => look.size > 0);
  return looks.slice(1).flatMap((look, index) => spanBetween(looks[index], look, nodes));
}

type Look = ReadonlyMap<string, Counted>;

/** Looks that are less than this apart, in milliseconds, say nothing of a rate. */
const leastMs = 500;

function spanBetween(
  before: Look | undefined,
  after: Look,
  nodes: readonly string[],
): ClientSpan[] {
  const from = atOf(before ?? new Map());
  const until = atOf(after);
  if (before === undefined || until - from < leastMs) return [];
  const clients = nodes.map((id) =>
    clientsIn(growthOf(before.get(id)?.reading, after.get(id)?.reading)),
  );
  const rateOf = (what: keyof Clients): number | null => {
    const sums = clients.map((one) => one[what]);
    if (sums.some((sum) => sum === null)) return null;
    const total = sums.reduce<number>((all, sum) => all + (sum ?? 0), 0);
    return Math.round((100_000 * total) / (until - from)) / 100;
  };
  return [
    {
      from,
      until,
      ok: rateOf('done'),
      timeouts: rateOf('timeouts'),
      errors: rateOf('errors'),
    },
  ];
}

const atOf = (look: Look): number => Math.max(0, ...[...look.values()].map(({ at }) => at));
