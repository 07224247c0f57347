/** How XDR fared: what each node told of each destination before the fault, at its worst, and at the end. */
import * as z from 'zod';
import { nodesOf } from '../inventory.ts';
import { lagsIn } from '../probe/lag-questions.ts';
import type { Lag } from '../probe/lag-questions.ts';
import { looksAt, sampleAt, samplesAt } from '../story.ts';
import type { Story } from '../story.ts';

const count = z.int().nullable().meta({ description: 'null: its server does not count that' });

const XdrSeen = z
  .strictObject({
    lagSeconds: z.int(),
    queued: count.meta({ description: 'Records in the queue of this destination' }),
    recoveries: count.meta({
      description: 'Partitions recovered by a scan since the node started',
    }),
    pending: count.meta({ description: 'Partitions that wait for recovery' }),
  })
  .nullable()
  .meta({ description: 'null: the node did not tell' });

export const XdrReport = z.strictObject({
  node: z.string(),
  destination: z.string(),
  before: XdrSeen,
  worst: XdrSeen.meta({ description: 'In force: the look with the largest lag' }),
  after: XdrSeen.meta({ description: 'In the last look after restore' }),
});
export type XdrReport = z.infer<typeof XdrReport>;

/** Every destination that a node told of in any look; empty where nobody was asked. */
export function xdrReportsOf(story: Story): XdrReport[] {
  const { record, notes } = story;
  if (record === undefined) return [];
  const before = lagsIn(sampleAt(notes, 'baseline')?.seen ?? []);
  const during = looksAt(story).flatMap(({ seen }) => lagsIn(seen));
  const after = lagsIn(samplesAt(notes, 'recovery').at(-1)?.seen ?? []);
  return nodesOf(record.inventory).flatMap(({ id, name }) => {
    const own = (lags: readonly Lag[]) => lags.filter(({ from }) => from === id);
    const destinations = new Set(own([...before, ...during, ...after]).map(({ dc }) => dc));
    return [...destinations].toSorted().map((dc) => ({
      node: name,
      destination: dc,
      before: worstOf(own(before), dc),
      worst: worstOf(own(during), dc),
      after: worstOf(own(after), dc),
    }));
  });
}

function worstOf(lags: readonly Lag[], destination: string): z.infer<typeof XdrSeen> {
  const [worst] = lags
    .filter(({ dc }) => dc === destination)
    .toSorted((one, other) => other.seconds - one.seconds);
  if (worst === undefined) return null;
  const { seconds: lagSeconds, queued, recoveries, pending } = worst;
  return { lagSeconds, queued, recoveries, pending };
}
