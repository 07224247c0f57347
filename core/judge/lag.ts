/** Whether the nodes ship at once what is written: XDR's lag before a fault. */
import { lagQuestions, lagsIn } from '../probe/lag-questions.ts';
import type { Lag } from '../probe/lag-questions.ts';
import type { Subject } from '../probe.ts';
import type { Finding } from '../verdict.ts';
import { nameOf } from './answers.ts';
import type { Sample } from './answers.ts';

/** What a node tells that ships without trouble, in seconds; where the experiment sets no bound. */
const usualLagSeconds = 2;

/** Node by node, of a cluster that ships; none where nobody was asked, or no node ships anywhere. */
export function lagFindings(subject: Subject, { seen }: Sample): Finding[] {
  const lags = lagsIn(seen);
  const asked = lagQuestions(subject);
  const told = new Set(seen.flatMap(({ from, result }) => ('lags' in result ? [from] : [])));
  if (lags.length === 0 && asked.every(({ from }) => told.has(from))) return [];
  return asked.map(({ from }) => {
    const [worst] = lags
      .filter((lag) => lag.from === from)
      .toSorted((one, other) => other.seconds - one.seconds);
    return lagFinding(nameOf(from, subject), worst, boundOf(subject));
  });
}

function lagFinding(name: string, worst: Lag | undefined, mostSeconds: number): Finding {
  if (worst === undefined) {
    return { answer: 'inconclusive', saw: `${name} did not tell how far its XDR lags behind` };
  }
  const { seconds, dc } = worst;
  const saw = `${name} lags ${seconds} s behind to ${dc}`;
  return seconds <= mostSeconds
    ? { answer: 'confirmed', saw }
    : { answer: 'refuted', saw: `${saw}, more than ${mostSeconds}` };
}

/** A lag beyond what ends the hold, or beyond what is expected of the fault, is no state to begin in. */
function boundOf({ experiment: { stopOn, expect } }: Subject): number {
  const bounds = [stopOn?.xdrLagSeconds, expect?.xdrLagSeconds].filter(
    (bound) => bound !== undefined,
  );
  return bounds.length === 0 ? usualLagSeconds : Math.min(...bounds);
}
