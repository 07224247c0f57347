/** What happened, one after the other: the numbered marks of the timeline and the list below it. */
import type { Report } from '../../report.ts';
import { keysOf } from './keys.ts';

/** One thing that happened, or that was set to happen. */
export interface Event {
  readonly at: number;
  readonly says: string;
}

/** Events that are numbered; more marks would be none. */
const eventsMax = 30;

/** In the order of time; `more` tells how many were left out. */
export function eventsOf(report: Report): { events: Event[]; more: number } {
  const own = [...timingEvents(report), ...partEvents(report)];
  const seen = clusterEvents(report);
  const room = Math.max(0, eventsMax - own.length);
  const events = [...own.slice(0, eventsMax), ...seen.slice(0, room)];
  return {
    events: events.toSorted((one, other) => one.at - other.at),
    more: own.length + seen.length - events.length,
  };
}

function timingEvents({ timing, stoppedBy, closedBy, restored }: Report): Event[] {
  const { openedAt, injectAt, injectedAt, inForceAt, restoreAt, restoredAt } = timing;
  const by = [...new Set(restored.map((one) => one.by))].join(', ');
  return [
    ...event(openedAt, 'the run was opened'),
    ...event(injectAt, 'inject was set for this time'),
    ...event(injectedAt, 'injected: every step was applied'),
    ...event(inForceAt, 'seen in force'),
    ...event(stoppedBy?.at ?? null, `stopped early: ${stoppedBy?.says ?? ''}`),
    ...event(restoreAt, 'restore was set for this time'),
    ...event(
      restoredAt,
      `restored${by === '' ? '' : ` by ${by}`}, run closed by ${closedBy ?? 'nobody'}`,
    ),
    ...event(timing.recoveredAt, 'all nodes are one cluster again'),
    ...event(timing.cleanAt, 'proven clean'),
  ];
}

const partEvents = ({ parts }: Report): Event[] =>
  parts.flatMap(({ part, startAt, endAt }) => [
    ...event(startAt, `part ${part} began`),
    ...event(endAt, `part ${part} ended`),
  ]);

/** Nodes that a list names; of more, how many there are. */
const namesMax = 8;

function clusterEvents(report: Report): Event[] {
  const shownAs = keysOf(report);
  return report.clusters.map(({ at, key, size, nodes }) => {
    const names = nodes.length > namesMax ? `${nodes.length} nodes` : nodes.join(', ');
    return { at, says: `cluster of ${size}, key ${key} (${shownAs(key, size).letter}): ${names}` };
  });
}

const event = (at: number | null, says: string): Event[] => (at === null ? [] : [{ at, says }]);
