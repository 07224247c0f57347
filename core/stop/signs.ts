import type { Experiment } from '../experiment.ts';
import { nameOf } from '../judge/answers.ts';
import type { Sample } from '../judge/answers.ts';
import type { NodeView } from '../observation.ts';
import { lagsIn } from '../probe/lag-questions.ts';
import type { Subject } from '../probe.ts';
import type { Stop, StopCause } from './stop.ts';
import { asksNodes } from './stop-on.ts';
import type { StopOn } from './stop-on.ts';

/** Tells whether a node's word on itself must end the hold, as the end of a sentence about the node. */
interface Sign {
  readonly cause: StopCause;
  readonly shows: (view: NodeView, stopOn: StopOn) => string | undefined;
}

/**
 * Aerospike's own signs, the most telling first: an orphan also calls every partition unavailable.
 *
 * Figures are judged node by node and never added, for each node tells those of its whole sub-cluster. A
 * node counts as orphaned once it serves nobody (cluster_size 0, measured: row K); before that it says so
 * for moments in every change of the cluster.
 */
const signs: readonly Sign[] = [
  {
    cause: 'dead-partitions',
    shows: ({ dead }, { deadPartitions: most = Infinity }) =>
      dead > most ? `has ${dead} dead partitions, more than ${most}` : undefined,
  },
  {
    cause: 'orphaned-node',
    shows: ({ size }, { orphanedNodes }) =>
      orphanedNodes === true && size === 0 ? 'is in no cluster: cluster_size 0' : undefined,
  },
  {
    cause: 'unavailable-partitions',
    shows: ({ unavailable }, { unavailablePartitions: most = Infinity }) =>
      unavailable > most
        ? `has ${unavailable} unavailable partitions, more than ${most}`
        : undefined,
  },
  {
    cause: 'stop-writes',
    shows: ({ stopWrites }, asked) =>
      asked.stopWrites === true && stopWrites ? 'has stopped writes' : undefined,
  },
  {
    cause: 'clock-skew',
    shows: ({ clockSkewMs = 0 }, { clockSkewMs: most = Infinity }) =>
      clockSkewMs > most
        ? `tells of ${clockSkewMs} ms of clock skew, more than ${most}`
        : undefined,
  },
];

/** The first sign, of those that the experiment asks for, that any node shows; undefined: none does. */
export function signSeen(subject: Subject, sample: Sample): Stop | undefined {
  const { stopOn = {} } = subject.experiment;
  for (const { cause, shows } of signs) {
    for (const { from, view } of sample.views) {
      const says = view === null ? undefined : shows(view, stopOn);
      if (says !== undefined) return { cause, says: `${nameOf(from, subject)} ${says}` };
    }
  }
  return lagSeen(subject, sample);
}

function lagSeen(subject: Subject, sample: Sample): Stop | undefined {
  const { xdrLagSeconds: most = Infinity } = subject.experiment.stopOn ?? {};
  const [worst] = lagsIn(sample.seen).toSorted((a, b) => b.seconds - a.seconds);
  if (worst === undefined || worst.seconds <= most) return undefined;
  const says = `${nameOf(worst.from, subject)} lags ${worst.seconds} s behind to ${worst.dc}, more than ${most}`;
  return { cause: 'xdr-lag', says };
}

/** Whether nodes are to end the hold, and not one of them told anything. */
export function isUnheard({ stopOn = {} }: Experiment, { views }: Sample): boolean {
  return asksNodes(stopOn) && views.every(({ view }) => view === null);
}

/**
 * Why the experiment's conditions cannot be watched, or are there before the fault, as the end of a
 * sentence; undefined: they can, and are not.
 */
export function unfitToWatch(subject: Subject, sample: Sample): string | undefined {
  const { stopOn = {} } = subject.experiment;
  const seen = signSeen(subject, sample);
  if (seen !== undefined) return `what stops it must not be so before: found that ${seen.says}`;
  const mute = sample.views.find(
    ({ view }) =>
      view !== null && stopOn.clockSkewMs !== undefined && view.clockSkewMs === undefined,
  );
  if (mute !== undefined) {
    return `every node must tell its clock skew: found nothing of it from ${nameOf(mute.from, subject)}`;
  }
  return stopOn.xdrLagSeconds !== undefined && lagsIn(sample.seen).length === 0
    ? 'a node must tell how it lags behind to an XDR destination: found none that does'
    : undefined;
}
