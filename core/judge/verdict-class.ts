import type { Subject } from '../probe.ts';
import type { Finding, VerdictAnswer, VerdictClass } from '../verdict.ts';
import type { Standing } from './established.ts';

/** What the class is made from. */
export interface Seen {
  readonly blocked: Finding;
  readonly controls: Finding;
  readonly standings: readonly Standing[];
}

/** The class of what was seen, whatever was predicted. Overreach goes before all else. */
export function classOf({ plan }: Subject, { blocked, controls, standings }: Seen): VerdictClass {
  if (controls.answer === 'refuted') return 'overreach';
  if (blocked.answer === 'refuted') return 'none';
  if (blocked.answer === 'inconclusive' || standings.length === 0) return 'unknown';
  if (standings.some(({ wrong }) => wrong > 0)) return establishedClass(standings);
  if (standings.some(({ unanswered }) => unanswered > 0)) return 'unknown';
  return plan.prediction.connections;
}

function establishedClass(standings: readonly Standing[]): VerdictClass {
  if (standings.every(({ dead }) => dead === 0)) return 'new connections only';
  return standings.every(({ dead, of }) => dead === of) ? 'full' : 'partly established';
}

/**
 * The finding that decides the class, with the class: a control that fell, a new connection that
 * passes, else what became of the connections that stood. Confirmed only where it is as predicted.
 */
export function classFinding(
  { plan: { prediction } }: Subject,
  seen: VerdictClass,
  deciding: Finding,
): Finding {
  const as = seen === prediction.connections ? '' : `, predicted ${prediction.connections}`;
  const answer: VerdictAnswer =
    seen === 'unknown' && deciding.answer === 'confirmed' ? 'inconclusive' : deciding.answer;
  return { answer, saw: deciding.saw, verdictClass: `${seen}${as}` };
}
