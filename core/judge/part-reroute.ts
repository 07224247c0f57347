/** Whether new connections were turned, as many as asked for, and still came to stand. */
import type { PlanPart } from '../plan/plan.ts';
import { countedDials } from '../probe.ts';
import { stepsOfPart } from '../probe/touched.ts';
import { beingOf } from '../probe/windows.ts';
import type { Finding } from '../verdict.ts';
import { answeredWith } from './answers.ts';
import { countedOf, givenIn, guardOf } from './looks.ts';
import type { Looks } from './looks.ts';
import { shareFinding } from './part-share.ts';

/**
 * What the counters say, and the dials of ours that passed the same rules. Links that stand keep their
 * way, for hours, so that the cluster's own may not have moved at all: that is told, and no more claimed
 * than that new ones are turned.
 */
export function reroutePartFindings(part: PlanPart, seen: Looks): Finding[] {
  const counted = countedOf(part.part, seen);
  if (counted?.seen === 0) {
    const saw = 'no new connection was made while it is on: fabric links stand for hours';
    return [{ answer: 'inconclusive', saw }, ...dialFindings(part, seen)];
  }
  const share = shareFinding(part, seen, 'turned');
  const own = counted === undefined ? 0 : Math.min(counted.seen, ownDials(part, seen));
  const rest = (counted?.seen ?? 0) - own;
  const told = `; ${own} of them dialled by us, ${rest} by the cluster, whose links that stand keep their way`;
  return [
    { ...share, saw: counted === undefined ? share.saw : `${share.saw}${told}` },
    ...dialFindings(part, seen),
  ];
}

/** Connections that we dialled through the rules: each question is asked several times a look. */
function ownDials(part: PlanPart, { looks, subject }: Looks): number {
  const through = new Set(dialsOf(part, { subject }).map(({ from, item }) => `${from} ${item}`));
  return looks
    .flatMap(({ seen }) => seen)
    .filter(({ from, result }) => through.has(`${from} ${result.probe}`)).length;
}

const dialsOf = (
  part: PlanPart,
  { subject }: Pick<Looks, 'subject'>,
): ReturnType<typeof countedDials> => {
  const hosts = new Set(stepsOfPart(subject.plan, part).map(({ instanceId }) => instanceId));
  const cut = part.cuts;
  return countedDials(subject).filter(
    ({ from, to, port }) =>
      hosts.has(from) && cut.some((one) => one.to.includes(to) && one.ports.includes(port)),
  );
};

/** What was open before must be, wherever it leads: a reroute is no cut. */
function dialFindings(part: PlanPart, seen: Looks): Finding[] {
  const { looks, subject, baseline } = seen;
  const tried = answeredWith(['open'], dialsOf(part, seen), baseline);
  const answers = looks.flatMap((look) => {
    const givenTo = givenIn(look, subject);
    return tried.flatMap((question) => {
      const given = givenTo(question);
      if (given === undefined || !('answer' in given.result)) return [];
      if (beingOf(part, given.span, guardOf(seen)) !== 'on') return [];
      return [given.result.answer];
    });
  });
  if (answers.length === 0) {
    return [{ answer: 'inconclusive', saw: 'none of ours was dialled while it is on' }];
  }
  const open = answers.filter((answer) => answer === 'open').length;
  const saw = `dialled by us: ${open} of ${answers.length} open`;
  return open === answers.length
    ? [{ answer: 'confirmed', saw }]
    : [{ answer: 'refuted', saw: `${saw}: where they are turned to, nobody takes them` }];
}
