import { within } from '../../core/cut.ts';
import { nodesOf } from '../../core/inventory.ts';
import type { Sample, Views } from '../../core/judge.ts';
import type { Seen } from '../../core/note.ts';
import { ProbeResult } from '../../core/observation.ts';
import type { NodeView } from '../../core/observation.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from '../../core/probe.ts';
import type { ConnectionQuestion, Subject } from '../../core/probe.ts';
import type { Finding } from '../../core/verdict.ts';
import {
  aClient,
  aClientCut,
  aGroup,
  aPartition,
  anInventory,
  someNodes,
  tcp,
} from './inventories.ts';
import { aCut, aPlan, aSubjectOf, bothWays } from './plans.ts';

/** How a question is answered; undefined leaves it without an answer. */
export type Answering = (question: ConnectionQuestion) => string | undefined;

/** The probes' answers, as the script would give them. */
export function seen(questions: readonly ConnectionQuestion[], answering: Answering): Seen[] {
  return questions.flatMap((question) => {
    const { from, item } = question;
    const answer = answering(question);
    if (answer === undefined) return [];
    const result = ProbeResult.parse({ probe: item, answer, ms: 3, lastAt: 3 });
    return [{ from, at: 5000, result }];
  });
}

/** What a healthy node of three says; `changes` make it otherwise. */
export function aView(node: string, changes: Partial<NodeView> = {}): NodeView {
  return {
    answer: 'ok',
    node,
    build: '8.0.0.8',
    size: 3,
    key: 'AAA',
    principal: 'n3',
    integrity: true,
    member: true,
    heartbeats: 2,
    fabric: 48,
    migrations: 0,
    stable: true,
    settled: true,
    unavailable: 0,
    dead: 0,
    stopWrites: false,
    ...changes,
  };
}

/** A view of every node, in order: a key and size, changes of a healthy view, or null for silence. */
export function viewsOf(
  { inventory }: Pick<Subject, 'inventory'>,
  said: readonly (Partial<NodeView> | null)[],
): Views {
  return nodesOf(inventory).flatMap(({ id, name }, index) => {
    const view = said[index];
    if (view === undefined) return [];
    return [{ from: id, at: 5000, view: view === null ? null : aView(name, view) }];
  });
}

/** Every node healthy, in one cluster of all. */
export function wholeViews({ inventory }: Pick<Subject, 'inventory'>): Views {
  const size = nodesOf(inventory).length;
  const views = nodesOf(inventory).map(() => ({ size, heartbeats: size - 1 }));
  return viewsOf({ inventory }, views);
}

/** All is open: what is asked before the fault and after it. */
export function openSample(subject: Subject): Sample {
  const questions = [
    ...cutQuestions(subject),
    ...controlQuestions(subject),
    ...canaryQuestions(subject, 'keep'),
  ];
  return { seen: seen(questions, () => 'open'), views: wholeViews(subject) };
}

/** The fault bites as planned: the cut times out, controls are open, canaries live or died. */
export function cutSample(
  subject: Subject,
  {
    views = wholeViews(subject),
    canaries = 'alive',
    answering = () => 'as planned',
  }: { views?: Views; canaries?: 'alive' | 'dead'; answering?: Answering } = {},
): Sample {
  const isCut = within(subject.plan.cuts);
  const asPlanned = (question: ConnectionQuestion): string => {
    if (question.purpose === 'canary') return isCut(question) ? canaries : 'alive';
    return question.purpose === 'cut' ? 'timed-out' : 'open';
  };
  const questions = [
    ...cutQuestions(subject),
    ...controlQuestions(subject),
    ...canaryQuestions(subject, 'kept'),
  ];
  const answer: Answering = (question) => {
    const said = answering(question);
    return said === 'as planned' ? asPlanned(question) : said;
  };
  return { seen: seen(questions, answer), views };
}

/** One node split off: n1 alone under BBB, the others under CCC. */
export function splitViews(subject: Pick<Subject, 'inventory'>): Views {
  const rest = { size: 2, key: 'CCC', heartbeats: 1, settled: false, stable: false };
  return viewsOf(subject, [{ ...rest, size: 1, key: 'BBB', heartbeats: 0 }, rest, rest]);
}

/** The finding whose evidence has these words. */
export function finding(findings: readonly Finding[], words: string): Finding {
  const found = findings.find(({ saw }) => saw.includes(words));
  if (found === undefined)
    throw new Error(`No finding says "${words}": ${JSON.stringify(findings)}`);
  return found;
}

/** A sample with the answer to one question changed, or taken away. */
export function except(
  sample: Sample,
  question: ConnectionQuestion | undefined,
  answer?: string,
): Sample {
  const rest = sample.seen.filter(
    ({ from, result }) => from !== question?.from || result.probe !== question?.item,
  );
  const said = question === undefined ? [] : seen([question], () => answer);
  return { ...sample, seen: [...rest, ...said] };
}

const withClient = anInventory({
  instances: [...someNodes(3), aClient(1)],
  groups: [aGroup('nodes', [tcp('3000', '10.0.1.1/32')]), aGroup('clients', [])],
});

/** n1 is cut from n2 and n3, by packet filters. */
export const partition = aSubjectOf(
  aPartition(),
  anInventory({ instances: someNodes(3) }),
  aPlan(bothWays('n2,n3', 'n1', 3001, 3002), { clusterSizes: [1, 2] }),
);
/** The recipe: only what is dialled towards n1 is stopped. */
export const recipe = aSubjectOf(
  aPartition({ direction: 'inbound', packets: 'reject' }),
  anInventory({ instances: someNodes(3) }),
  aPlan([aCut('n2,n3', 'n1', 3001, 3002)], { clusterSizes: [1, 2] }),
);
const clientCut = aCut('c1', 'n1,n2,n3', 3000);
/** c1 is cut from three nodes; connections that stand are left, or severed. */
export const leaving = aSubjectOf(
  aClientCut(),
  withClient,
  aPlan([clientCut], { connections: 'new connections only', falls: [] }),
);
export const severing = aSubjectOf(
  aClientCut({ established: 'sever' }),
  withClient,
  aPlan([clientCut], { connections: 'full' }),
);
