import { within } from '../cut.ts';
import type { PlanPart } from '../plan/plan.ts';
import { cutQuestions } from '../probe.ts';
import type { ConnectionQuestion, Subject } from '../probe.ts';
import { cutPartsOf, linksOf } from '../probe/touched.ts';
import { beingOf } from '../probe/windows.ts';
import type { Being } from '../probe/windows.ts';
import { answeredWith } from './answers.ts';
import { givenIn, guardOf } from './looks.ts';
import type { Looks } from './looks.ts';

/** New connections of a part, by how they ended. */
interface Ends {
  stopped: number;
  open: number;
}

/** What became of a part's new connections while it was on, off, and neither for certain. */
export interface Tally {
  /** Connections asked for that were open before the fault. */
  readonly tried: number;
  /** All that are asked for. */
  readonly asked: number;
  readonly ends: Readonly<Record<Being, Ends>>;
  /** How many of the tried were seen stopped while on. */
  readonly seenOn: number;
  readonly seenOff: number;
  readonly unanswered: number;
  /** The words in which they were stopped. */
  readonly ways: readonly string[];
}

/**
 * Counts a part's new connections over some looks. What several parts stop tells of one only while the
 * others are off; an open one tells against any that is on.
 */
export function tallyOf(part: PlanPart, seen: Looks): Tally {
  const { subject, baseline, looks } = seen;
  const asked = questionsOf(part, subject);
  const tried = answeredWith(['open'], asked, baseline);
  const rivals = rivalsOf(part, subject);
  const tally = new Counter();
  for (const look of looks) {
    const givenTo = givenIn(look, subject);
    for (const question of tried) {
      const given = givenTo(question);
      if (given === undefined || !('answer' in given.result)) {
        tally.unanswered += 1;
        continue;
      }
      const { answer } = given.result;
      const beingThen = (one: PlanPart): Being => beingOf(one, given.span, guardOf(seen));
      const alone = rivals(question).every((other) => beingThen(other) === 'off');
      tally.add(`${question.from} ${question.item}`, answer, { own: beingThen(part), alone });
    }
  }
  return { ...tally.told(), asked: asked.length, tried: tried.length };
}

class Counter {
  unanswered = 0;
  readonly #ends: Record<Being, Ends> = {
    on: { stopped: 0, open: 0 },
    off: { stopped: 0, open: 0 },
    unsure: { stopped: 0, open: 0 },
  };
  readonly #on = new Set<string>();
  readonly #off = new Set<string>();
  readonly #ways = new Set<string>();

  add(key: string, answer: string, { own, alone }: { own: Being; alone: boolean }): void {
    const isOpen = answer === 'open';
    if (!alone && !(isOpen && own === 'on')) return;
    this.#ends[own][isOpen ? 'open' : 'stopped'] += 1;
    if (own === 'on' && !isOpen) this.#on.add(key);
    if (own === 'off' && isOpen) this.#off.add(key);
    if (!isOpen) this.#ways.add(answer);
  }

  told(): Omit<Tally, 'asked' | 'tried'> {
    return {
      ends: this.#ends,
      seenOn: this.#on.size,
      seenOff: this.#off.size,
      unanswered: this.unanswered,
      ways: [...this.#ways],
    };
  }
}

/** The new connections that are asked for a part. */
export const questionsOf = (part: PlanPart, subject: Subject): ConnectionQuestion[] =>
  cutQuestions(subject).filter(isOf(part, subject));

/** Which other parts stop a connection, too. */
function rivalsOf(part: PlanPart, subject: Subject): (question: ConnectionQuestion) => PlanPart[] {
  const others = cutPartsOf(subject.plan)
    .filter((other) => other.part !== part.part)
    .map((other) => ({ other, isOther: isOf(other, subject) }));
  return (question) => others.filter(({ isOther }) => isOther(question)).map(({ other }) => other);
}

function isOf(part: PlanPart, { plan }: Subject): (question: ConnectionQuestion) => boolean {
  const isCut = within(part.cuts);
  const links = linksOf(plan, part);
  return (question) => {
    const link = links.get(question.to);
    const onLink = link === undefined || ('address' in link && isAt(link.address, question));
    return isCut(question) && onLink && !links.has(question.from);
  };
}

const isAt = (address: string, { item }: ConnectionQuestion): boolean =>
  item.split('/')[1] === address;
