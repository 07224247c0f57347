/**
 * Why a fault did not bite, as far as the inventory and the plan tell. One finding at most: the first
 * reason that holds.
 */
import type { Rule } from '../inventory.ts';
import { after } from '../plan/filters.ts';
import { admits, admittingRules } from '../plan/reachability.ts';
import type { Flow } from '../plan/reachability.ts';
import { flowsIn } from '../probe/admission.ts';
import type { ConnectionQuestion, Subject } from '../probe.ts';
import type { Finding } from '../verdict.ts';
import { nameOf } from './answers.ts';
import type { Sample } from './answers.ts';
import { predictsSplit, sizesFinding } from './cluster.ts';
import { stillOpen } from './connections.ts';
import type { Standing } from './established.ts';
import { whyWhole as whyWholeOf } from './why-whole.ts';

/** What is asked for a reason. */
export interface Bite {
  readonly subject: Subject;
  readonly baseline: Sample;
  readonly now: Sample;
  readonly standings: readonly Standing[];
}

/** The reason, if the fault did not bite and one is known. */
export function whyFindings(bite: Bite): Finding[] {
  const why = whyOpen(bite) ?? whyWhole(bite) ?? whyStanding(bite);
  return why === undefined ? [] : [{ answer: 'refuted', saw: `why: ${why}` }];
}

function whyOpen({ subject, baseline, now }: Bite): string | undefined {
  const open = stillOpen(subject, baseline, now);
  const [first] = open;
  if (first === undefined) return undefined;
  if (subject.experiment.mechanism === 'iptables') return bypassed(first, subject);
  const reasons = open.map((question) => reasonOf(question, subject));
  return reasons.find((reason) => reason !== undefined) ?? notSpread(first, subject);
}

/** Ours stand first in their chains when they come, so that others before them came later. */
function bypassed({ from, to, port }: ConnectionQuestion, subject: Subject): string {
  const { hosts } = subject.plan;
  const places = [from, to].filter((id) => hosts.includes(id)).map((id) => nameOf(id, subject));
  const where = places.length === 0 ? 'the host' : places.join(' or ');
  return `port ${port} of ${nameOf(to, subject)} is open: on ${where} a rule of others accepts before ours, or ours was taken away`;
}

function notSpread(question: ConnectionQuestion, subject: Subject): string {
  return `no rule of the plan admits ${wordsOf(question, subject)}: it has not spread yet, or others changed it`;
}

/** The rules that admit a connection in spite of the plan, or a group whose rules nobody has seen. */
function reasonOf(question: ConnectionQuestion, subject: Subject): string | undefined {
  const now = after(subject.inventory, subject.plan.steps);
  const what = wordsOf(question, subject);
  for (const flow of flowsOf(question, subject)) {
    if (admits(now, flow)) return `${what} is admitted by ${named(admittingRules(now, flow))}`;
    const { groupIds = [], id = '' } = now.interfaces.find((one) => one.id === flow.to.id) ?? {};
    const unseen = groupIds.find((groupId) => !now.groups.some((group) => group.id === groupId));
    if (unseen !== undefined) {
      return `${what} may be admitted by group ${unseen} on ${id}, whose rules nobody has seen`;
    }
  }
  return undefined;
}

function flowsOf({ from, to, item, port }: ConnectionQuestion, { inventory }: Subject): Flow[] {
  const [, target = ''] = item.split('/');
  const addresses = inventory.instances.find(({ id }) => id === from)?.addresses ?? [];
  return flowsIn(inventory)({ id: from, addresses }, { id: to, addresses: [target] }, port);
}

const named = (rules: readonly Rule[]): string =>
  rules
    .slice(0, 3)
    .map(({ id, groupId }) => `rule ${id} of group ${groupId}`)
    .join(', ');

/** The cluster stayed whole although all new connections of the cut are stopped. */
function whyWhole({ subject, now, standings }: Bite): string | undefined {
  if (!predictsSplit(subject) || sizesFinding(subject, now.views).answer !== 'refuted')
    return undefined;
  const why = whyWholeOf(subject.plan.cuts, subject);
  if (why !== undefined) return why;
  return standings.some(({ dead, of }) => dead < of) ? tracked(subject) : undefined;
}

/** Connections that should have fallen stand. */
function whyStanding({ subject, standings }: Bite): string | undefined {
  const { prediction } = subject.plan;
  const stand = standings.some(({ wrong, dead, of }) => wrong > 0 && dead < of);
  return stand && prediction.falls.length > 0 ? tracked(subject) : undefined;
}

/** Only security groups track; what does not fall by itself has to be closed. */
function tracked({ experiment, plan }: Subject): string | undefined {
  if (experiment.mechanism !== 'security-group') return undefined;
  const closed = plan.steps.some(({ kind }) => kind === 'sever' || kind === 'end-pulse');
  return closed
    ? 'tracked connections outlive their rules, and those that stand were not closed or came back'
    : 'connections that stand are tracked and outlive their rules; established "sever" would close them';
}

function wordsOf({ from, to, port }: ConnectionQuestion, subject: Subject): string {
  return `${nameOf(from, subject)} to ${nameOf(to, subject)} port ${port}`;
}
