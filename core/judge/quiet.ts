/** Whether clients fared well before a fault: what nodes counted of them meanwhile. */
import { clientsIn, countedIn, growthOf } from '../counters.ts';
import type { Counted } from '../counters.ts';
import { nodesOf } from '../inventory.ts';
import type { Subject } from '../probe.ts';
import type { Finding } from '../verdict.ts';
import type { Sample } from './answers.ts';

/** Of a hundred requests so many may time out or be proxied in a cluster that is quiet. */
const noiseMostPercent = 1;

/** What clients met between two readings; none where there is only one, as in runs of old. */
export function clientsFindings(
  { inventory }: Subject,
  earlier: Pick<Sample, 'seen'> | undefined,
  now: Sample,
): Finding[] {
  if (earlier === undefined) return [];
  const [before, after] = [byNode(earlier), byNode(now)];
  const nodes = nodesOf(inventory).map(({ id, name }) => {
    const growth = growthOf(before.get(id)?.reading, after.get(id)?.reading);
    return { name, ...clientsIn(growth) };
  });
  const silent = nodes.filter(({ asked, noise }) => asked === null || noise === null);
  if (silent.length > 0) {
    const names = silent.map(({ name }) => name).join(', ');
    return [{ answer: 'inconclusive', saw: `${names} did not tell twice what clients met` }];
  }
  const asked = nodes.reduce((total, one) => total + (one.asked ?? 0), 0);
  const noise = nodes.reduce((total, one) => total + (one.noise ?? 0), 0);
  const seconds = ((atOf(after) - atOf(before)) / 1000).toFixed(1);
  const saw = `${noise} of ${asked} requests of clients timed out or were proxied within ${seconds} s`;
  const isQuiet = 100 * noise <= noiseMostPercent * asked;
  return [
    isQuiet
      ? { answer: 'confirmed', saw }
      : { answer: 'refuted', saw: `${saw}, more than ${noiseMostPercent} %` },
  ];
}

const byNode = (sample: Pick<Sample, 'seen'>): Map<string, Counted> =>
  new Map(countedIn(sample).map((one) => [one.from, one]));

const atOf = (counted: ReadonlyMap<string, Counted>): number =>
  Math.max(0, ...[...counted.values()].map(({ at }) => at));
