/** Whether a service that is held is silent while it is, in the way that it should be. */
import type { PlanPart } from '../plan/plan.ts';
import { serviceDials, serviceViews } from '../probe.ts';
import type { ConnectionQuestion, Subject } from '../probe.ts';
import { stepsOfPart } from '../probe/touched.ts';
import { beingOf } from '../probe/windows.ts';
import type { Finding } from '../verdict.ts';
import { answersIn, nameOf } from './answers.ts';
import type { Sample } from './answers.ts';
import { givenIn, guardOf } from './looks.ts';
import type { Looks } from './looks.ts';

/** What was seen of one machine's service at one time. */
interface Seen {
  readonly dialled: string | undefined;
  readonly said: string | undefined;
}

/**
 * A service that is stopped refuses connections, for its machine goes on; one that stands still has them
 * open, by its kernel, and says nothing. Off, both answer.
 */
export function servicePartFindings(part: PlanPart, seen: Looks): Finding[] {
  const targets = serviceDials(seen.subject).filter(({ to }) => part.targets.includes(to));
  if (targets.length === 0) {
    return [{ answer: 'inconclusive', saw: 'no machine that goes on can ask the service' }];
  }
  return targets.map((target) => targetFinding(part, target, seen));
}

function targetFinding(part: PlanPart, target: ConnectionQuestion, seen: Looks): Finding {
  const { subject } = seen;
  const how = howOf(part, target.to, subject);
  const wanted = {
    on: how === 'stop' ? 'refused and silent' : 'open and silent',
    off: 'open and answering',
  };
  const found = lookedAt(part, target, seen);
  const name = `service of ${nameOf(target.to, subject)}`;
  for (const being of ['on', 'off'] as const) {
    const wrong = found[being].find((one) => one !== wanted[being]);
    if (wrong !== undefined) {
      const saw = `${name}: ${wrong} while ${being}, and not ${wanted[being]}`;
      return { answer: 'refuted', saw };
    }
  }
  const saw = `${name}: ${wanted.on} at ${found.on.length} look(s)${found.off.length > 0 ? `, ${wanted.off} at ${found.off.length} while off` : ''}`;
  const isSeen = found.on.length > 0 || (seen.of === 'look' && found.off.length > 0);
  return isSeen
    ? { answer: 'confirmed', saw }
    : { answer: 'inconclusive', saw: `${name}: it was never asked for certain while it is held` };
}

/** Each look in words, as far as both its questions were answered within one being of the part. */
function lookedAt(
  part: PlanPart,
  dial: ConnectionQuestion,
  seen: Looks,
): Record<'on' | 'off', string[]> {
  const view = serviceViews(seen.subject).find(({ to }) => to === dial.to);
  const found: Record<'on' | 'off', string[]> = { on: [], off: [] };
  for (const look of seen.looks) {
    const givenTo = givenIn(look, seen.subject);
    const [dialled, said] = [givenTo(dial), view === undefined ? undefined : givenTo(view)];
    if (dialled === undefined || said === undefined) continue;
    const span = {
      startMs: Math.min(dialled.span.startMs, said.span.startMs),
      endMs: Math.max(dialled.span.endMs, said.span.endMs),
    };
    const being = beingOf(part, span, guardOf(seen));
    if (being === 'unsure') continue;
    found[being].push(wordsOf({ dialled: answerIn(dialled.result), said: answerIn(said.result) }));
  }
  return found;
}

const answerIn = (result: object): string | undefined =>
  'answer' in result && typeof result.answer === 'string' ? result.answer : undefined;

const wordsOf = ({ dialled, said }: Seen): string =>
  `${dialled ?? 'unknown'} and ${said === 'ok' ? 'answering' : 'silent'}`;

/** How the service of a machine is held: `stop`, unless its process is to stand still. */
function howOf(
  part: PlanPart,
  instanceId: string,
  { plan }: Pick<Subject, 'plan'>,
): 'stop' | 'freeze' {
  const step = stepsOfPart(plan, part).find((one) => one.instanceId === instanceId);
  return step?.kind === 'hold-service' ? step.how : 'stop';
}

/** Whether every service that is held by the plan answers: before the fault, and again after it. */
export function answeringFindings(
  subject: Subject,
  { seen }: Sample,
  when: 'before' | 'again',
): Finding[] {
  const answerTo = answersIn(seen);
  return serviceViews(subject).map((view): Finding => {
    const answer = answerTo(view);
    const name = `service of ${nameOf(view.to, subject)}`;
    if (answer === 'ok') return { answer: 'confirmed', saw: `${name} answers ${when}` };
    return answer === undefined
      ? { answer: 'inconclusive', saw: `${name} was not asked` }
      : { answer: 'refuted', saw: `${name} does not answer ${when}` };
  });
}
