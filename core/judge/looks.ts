import type { Hits } from '../observation.ts';
import type { Seen } from '../note.ts';
import { guardMsOf } from '../probe.ts';
import type { Question, Subject } from '../probe.ts';
import { dialLagMs, lookMs } from '../probe/windows.ts';
import type { Span } from '../probe/windows.ts';
import type { Sample } from './answers.ts';

/** What is judged of a plan's parts: the looks at it, in order, and what was seen before the fault. */
export interface Looks {
  readonly subject: Subject;
  readonly baseline: Sample;
  readonly looks: readonly Sample[];
  /** A run is judged by all its looks together and must cover all; one look says what it can. */
  readonly of: 'look' | 'run';
}

/** An answer with the time it took, from the first instant at which it may have been asked. */
export interface Given {
  readonly result: Seen['result'];
  readonly span: Span;
}

/** What the clocks of this run's hosts may be apart, in milliseconds. */
export const guardOf = ({ subject }: Pick<Looks, 'subject'>): number =>
  guardMsOf(subject.inventory);

/** The answer to a question with its time; undefined where there is none, or nobody knows injectAt. */
export function givenIn(
  { seen }: Sample,
  { injectAt }: Subject,
): (question: Pick<Question, 'from' | 'item'>) => Given | undefined {
  const answers = new Map<string, Given>();
  if (injectAt === undefined) return () => undefined;
  for (const one of seen) {
    const key = `${one.from} ${one.result.probe}`;
    if (!answers.has(key)) answers.set(key, { result: one.result, span: spanOf(one, injectAt) });
  }
  return ({ from, item }) => answers.get(`${from} ${item}`);
}

/** A script starts its dials one after the other, and what times out takes all its patience. */
function spanOf({ at, result }: Seen, injectAt: number): Span {
  const startMs = at - injectAt;
  const took = 'ms' in result ? dialLagMs + result.ms : lookMs;
  return { startMs, endMs: startMs + Math.min(took, lookMs) };
}

/** What one host's rules of one part counted, at a time. */
export interface Reading {
  readonly from: string;
  readonly span: Span;
  readonly seen: number;
  readonly hit: number;
}

/** What hosts counted for one part, host by host, in order of time. */
export function readingsOf(
  part: number,
  { looks, subject }: Pick<Looks, 'looks' | 'subject'>,
): Reading[][] {
  const { injectAt } = subject;
  const byHost = new Map<string, Reading[]>();
  if (injectAt === undefined) return [];
  for (const one of looks.flatMap(({ seen }) => seen)) {
    const counted = hitsIn(one).find((hits) => hits.part === part);
    if (counted === undefined) continue;
    const { seen, hit } = counted;
    const reading = { from: one.from, span: spanOf(one, injectAt), seen, hit };
    byHost.set(one.from, [...(byHost.get(one.from) ?? []), reading]);
  }
  return [...byHost.values()];
}

const hitsIn = ({ result }: Seen): readonly Hits[] => ('parts' in result ? result.parts : []);

/** The last that hosts counted for one part, together; undefined where none did. */
export function countedOf(
  part: number,
  looks: Pick<Looks, 'looks' | 'subject'>,
): { seen: number; hit: number } | undefined {
  const last = readingsOf(part, looks).flatMap((readings) => readings.at(-1) ?? []);
  if (last.length === 0) return undefined;
  return {
    seen: last.reduce((total, { seen }) => total + seen, 0),
    hit: last.reduce((total, { hit }) => total + hit, 0),
  };
}
