import { within } from '../cut.ts';
import type { Cut } from '../cut.ts';
import { portNumbersOf } from '../experiment.ts';
import type { Subject } from '../probe.ts';
import { nameOf } from './answers.ts';

/** Why cuts that stop all they should leave the cluster whole, as far as they tell themselves. */
export function whyWhole(cuts: readonly Cut[], subject: Subject): string | undefined {
  const { heartbeat } = portNumbersOf(subject.experiment);
  const onHeartbeat = cuts.filter(({ ports }) => ports.includes(heartbeat));
  if (onHeartbeat.length === 0) {
    return `heartbeat (port ${heartbeat}) is not cut, and it alone decides who is in the cluster`;
  }
  const isCut = within(cuts);
  const oneEnded = onHeartbeat
    .flatMap(({ from, to }) => from.flatMap((here) => to.map((there) => [here, there] as const)))
    .find(([here, there]) => !isCut({ from: there, to: here, port: heartbeat }));
  if (oneEnded === undefined) return undefined;
  const [here, there] = oneEnded.map((id) => nameOf(id, subject));
  return `the cut is one-ended: ${there} still dials ${here}, and one heartbeat link a pair is enough`;
}
