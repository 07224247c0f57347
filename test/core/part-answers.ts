import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import { nodesOf } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import type { Sample } from '../../core/judge.ts';
import type { Looks } from '../../core/judge/looks.ts';
import type { Seen } from '../../core/note.ts';
import { ProbeResult } from '../../core/observation.ts';
import type { Hits, NodeView } from '../../core/observation.ts';
import type { PlanPart } from '../../core/plan/plan.ts';
import {
  canaryQuestions,
  controlQuestions,
  cutQuestions,
  partQuestions,
} from '../../core/probe.ts';
import type { Question, Subject } from '../../core/probe.ts';
import { questionsOf } from '../../core/judge/tally.ts';
import { onSpans } from '../../core/probe/windows.ts';
import type { HostCut, HostReroute, HostStep } from '../../core/step.ts';
import { aView } from './answers.ts';
import { anInventory, someNodes } from './inventories.ts';
import { aPlan, aSubjectOf, bothWays } from './plans.ts';

/** When every run of these tests is injected. */
export const injectAt = 100_000;

/** n1 loses n2 and n3 on the fabric alone, whole, for 60 s; nobody leaves the cluster for it. */
export function aPart(changes: Partial<PlanPart> = {}): PlanPart {
  return {
    part: 0,
    kind: 'cut',
    cuts: bothWays('n2,n3', 'n1', 3001),
    targets: ['i-n1'],
    window: { startMs: 0, endMs: 60_000 },
    clusterSizes: [3],
    says: 'part',
    ...changes,
  };
}

export function aHostCut(changes: Partial<HostCut> = {}): HostCut {
  return {
    id: 'host-cut/i-n1',
    kind: 'host-cut',
    phase: 1,
    says: '',
    instanceId: 'i-n1',
    peers: ['10.0.0.2', '10.0.0.3'],
    ports: [3001],
    packets: 'drop',
    direction: 'both',
    ...changes,
  };
}

export const aReroute = (changes: Partial<HostReroute> = {}): HostReroute => ({
  id: 'host-reroute/i-n1',
  kind: 'host-reroute',
  phase: 1,
  says: '',
  instanceId: 'i-n1',
  peers: ['10.0.0.2'],
  ports: [3001],
  to: '10.0.0.3',
  ...changes,
});

/** An experiment of 60 s; what its fault is the plan says. */
const anHour = (): Experiment =>
  parseExperiment({
    name: 'in-parts',
    cluster: 'orders',
    fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
    mechanism: 'iptables',
    holdSeconds: 60,
  });

/** What a run knows of such parts. */
export function inParts(
  parts: readonly PlanPart[],
  {
    steps = [aHostCut()],
    inventory = anInventory({ instances: someNodes(3) }),
  }: { steps?: readonly HostStep[]; inventory?: Inventory } = {},
): Subject {
  const cuts = parts.filter(({ kind }) => kind !== 'reroute').flatMap((part) => part.cuts);
  const plan = aPlan(cuts, {}, { parts: [...parts], steps: [...steps] });
  return { ...aSubjectOf(anHour(), inventory, plan), injectAt };
}

/** How one look answers; `undefined` leaves a question without an answer. */
export type Answering = (question: Question) => string | object | undefined;

/** All that is asked in a look `atMs` after injectAt; answers are as they should be but for `answering`. */
export function lookAt(
  subject: Subject,
  atMs: number,
  {
    answering = () => 'as planned',
    hits = [],
    views = [{}, {}, {}],
  }: {
    answering?: Answering;
    hits?: readonly (Hits & { from?: string })[];
    views?: readonly (Partial<NodeView> | null)[];
  } = {},
): Sample {
  const questions = [
    ...cutQuestions(subject),
    ...controlQuestions(subject),
    ...canaryQuestions(subject, 'kept'),
    ...partQuestions(subject, 'during'),
  ];
  const at = injectAt + atMs;
  const seen = questions.flatMap((question): Seen[] => {
    const said = answering(question);
    const answer = said === 'as planned' ? asPlanned(question, { subject, atMs, hits }) : said;
    if (answer === undefined) return [];
    const words = typeof answer === 'string' ? spoken(answer) : answer;
    const result = ProbeResult.parse({ probe: question.item, ...words });
    return [{ from: question.from, at, result }];
  });
  return { seen, views: viewsAt(subject, at, views) };
}

const spoken = (answer: string): object => ({
  answer,
  ms: answer === 'timed-out' ? 2_000 : 3,
  lastAt: 3,
});

function viewsAt(
  { inventory }: Subject,
  at: number,
  said: readonly (Partial<NodeView> | null)[],
): Sample['views'] {
  return nodesOf(inventory).map(({ id, name }, index) => {
    const view = said[index];
    return { from: id, at, view: view === null ? null : aView(name, view ?? {}) };
  });
}

function asPlanned(
  question: Question,
  {
    subject,
    atMs,
    hits,
  }: { subject: Subject; atMs: number; hits: readonly (Hits & { from?: string })[] },
): string | object | undefined {
  switch (question.purpose) {
    case 'cut':
      return isStopped(question, subject, atMs) ? 'timed-out' : 'open';
    case 'canary':
      return 'alive';
    case 'hits':
      return { parts: hits.filter(({ from = 'i-n1' }) => from === question.from) };
    case 'service':
    case 'xdr':
      return undefined;
    default:
      return 'open';
  }
}

function isStopped({ from, item }: Question, subject: Subject, atMs: number): boolean {
  return (subject.plan.parts ?? [])
    .filter(({ kind, intensity }) => kind === 'cut' && intensity === undefined)
    .filter((part) => onSpans(part).some(({ startMs, endMs }) => startMs <= atMs && atMs < endMs))
    .some((part) =>
      questionsOf(part, subject).some((one) => one.from === from && one.item === item),
    );
}

/** Before the fault all is open, services answer and everything is shipped. */
export function before(subject: Subject): Sample {
  const questions = [
    ...cutQuestions(subject),
    ...controlQuestions(subject),
    ...canaryQuestions(subject, 'keep'),
    ...partQuestions(subject, 'before'),
  ];
  const seen = questions.flatMap((question): Seen[] => {
    if (question.purpose === 'xdr') return [];
    const words = question.item.startsWith('view/') ? aView('x') : spoken('open');
    const result = ProbeResult.parse({ probe: question.item, ...words });
    return [{ from: question.from, at: 5_000, result }];
  });
  return { seen, views: viewsAt(subject, 5_000, [{}, {}, {}]) };
}

/** Several looks at a run, judged together. */
export const looksAt = (
  subject: Subject,
  looks: readonly Sample[],
  of: Looks['of'] = 'run',
): Looks => ({ subject, baseline: before(subject), looks, of });
