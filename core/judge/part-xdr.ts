/** Whether nodes ship what they should, by their own word. */
import type { PlanPart } from '../plan/plan.ts';
import { xdrQuestions } from '../probe.ts';
import type { XdrQuestion } from '../probe.ts';
import type { ProbeResult } from '../observation.ts';
import { beingOf } from '../probe/windows.ts';
import type { Finding } from '../verdict.ts';
import { nameOf } from './answers.ts';
import type { Sample } from './answers.ts';
import type { Subject } from '../probe.ts';
import { givenIn, guardOf } from './looks.ts';
import type { Looks } from './looks.ts';

/** While it is on nothing of the part is shipped there, and all of it while it is off. */
export function xdrPartFindings(part: PlanPart, seen: Looks): Finding[] {
  const questions = xdrQuestions(seen.subject).filter(({ step }) => (step.part ?? 0) === part.part);
  if (questions.length === 0) {
    return [{ answer: 'inconclusive', saw: 'no node can be asked what it ships' }];
  }
  return questions.map((question) => nodeFinding(part, question, seen));
}

function nodeFinding(part: PlanPart, question: XdrQuestion, seen: Looks): Finding {
  const name = nameOf(question.from, seen.subject);
  const { dc } = question.step;
  const times = { on: 0, off: 0 };
  for (const look of seen.looks) {
    const given = givenIn(look, seen.subject)(question);
    const being = given === undefined ? 'unsure' : beingOf(part, given.span, guardOf(seen));
    const ships = given === undefined ? undefined : shippingIn(given.result, question);
    if (ships === undefined || being === 'unsure') continue;
    if (being === 'on' && ships !== 'nothing') {
      return { answer: 'refuted', saw: `${name} ships ${ships} to ${dc} while it is on` };
    }
    if (being === 'off' && ships !== 'all') {
      return { answer: 'refuted', saw: `${name} ships ${ships} to ${dc} while it is off` };
    }
    times[being] += 1;
  }
  const isSeen = times.on > 0 || (seen.of === 'look' && times.off > 0);
  if (!isSeen) {
    const saw = `${name} was never heard of ${dc} for certain while it is on`;
    return { answer: 'inconclusive', saw };
  }
  const off = times.off > 0 ? `, all at ${times.off} while off` : '';
  return {
    answer: 'confirmed',
    saw: `${name} ships nothing to ${dc} at ${times.on} look(s)${off}`,
  };
}

/** How much of the part's namespaces a node ships, in a word; undefined where it did not say. */
function shippingIn(result: ProbeResult, { step }: XdrQuestion): string | undefined {
  if (!('namespaces' in result)) return undefined;
  if (step.how === 'force-linkdown') return result.linkdown ? 'nothing' : 'all';
  const still = step.namespaces.filter((name) => result.namespaces.includes(name));
  if (still.length === 0) return 'nothing';
  return still.length === step.namespaces.length ? 'all' : still.join(', ');
}

/** Whether nodes ship all that parts pause: before the fault, and again after it. */
export function shippingFindings(
  subject: Subject,
  { seen }: Sample,
  when: 'before' | 'again',
): Finding[] {
  return xdrQuestions(subject).map((question): Finding => {
    const name = nameOf(question.from, subject);
    const { dc } = question.step;
    const told = seen.find(
      ({ from, result }) => from === question.from && result.probe === question.item,
    );
    const ships = told === undefined ? undefined : shippingIn(told.result, question);
    if (ships === undefined) {
      return { answer: 'inconclusive', saw: `${name} did not say what it ships to ${dc}` };
    }
    return ships === 'all'
      ? { answer: 'confirmed', saw: `${name} ships all to ${dc} ${when}` }
      : { answer: 'refuted', saw: `${name} ships ${ships} to ${dc}, not all ${when}` };
  });
}
