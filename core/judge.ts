import { grouped, sizesOf } from './clusters.ts';
import { establishedOf } from './experiment.ts';
import { nodesOf } from './inventory.ts';
import type { Note, Seen } from './note.ts';
import type { NodeView } from './observation.ts';
import { canaryQuestions, controlQuestions, cutQuestions } from './probe.ts';
import type { Question, Subject } from './probe.ts';
import type { Finding } from './verdict.ts';

/** What each node said at one moment; null where it did not answer. */
export type Views = Extract<Note, { kind: 'views' }>['views'];

/** The answers to one moment's questions. */
export interface Sample {
  readonly seen: readonly Seen[];
  readonly views: Views;
}

/** Is the cluster whole and quiet: one key, full size everywhere, nothing migrating or unavailable? */
export function steadyFindings(subject: Subject, { seen, views }: Sample): Finding[] {
  const size = nodesOf(subject.inventory).length;
  const controls = [...controlQuestions(subject), ...cutQuestions(subject)];
  return [
    wholeFinding(subject, views),
    ...views.map(({ from, view }) => quietFinding(nameOf(from, subject), view, size)),
    reachFinding('open before', controls, seen),
    ...canaryFindings(subject, seen),
  ];
}

/** Did the fault bite: connections, canaries, controls, and what Aerospike itself says? */
export function inForceFindings(subject: Subject, baseline: Sample, now: Sample): Finding[] {
  return [
    blockedFinding(subject, baseline, now),
    ...establishedFindings(subject, now),
    controlFinding(subject, baseline, now),
    sizesFinding(subject, now.views),
  ];
}

/** Is the cluster whole again, migrations done, and what was open open again? */
export function recoveredFindings(subject: Subject, baseline: Sample, now: Sample): Finding[] {
  const wasOpen = opened([...cutQuestions(subject), ...controlQuestions(subject)], baseline.seen);
  return [
    wholeFinding(subject, now.views),
    ...now.views.map(({ from, view }) => settledFinding(nameOf(from, subject), view)),
    reachFinding('open again', wasOpen, now.seen),
  ];
}

/** Whether what the cut had closed is open again; the network's half of `clean`. */
export function reopenedFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  return reachFinding('open again', opened(cutQuestions(subject), baseline.seen), now.seen);
}

function wholeFinding({ inventory }: Subject, views: Views): Finding {
  const size = nodesOf(inventory).length;
  const silent = views.filter(({ view }) => view === null).length;
  const sizes = sizesOf(groupsOf(views));
  const whole = views.length === size && silent === 0 && sizes.length === 1 && sizes[0] === size;
  if (whole) return { answer: 'confirmed', saw: `one cluster of ${size} under one key` };
  if (views.length < size || silent > 0) {
    return {
      answer: 'inconclusive',
      saw: `${size - views.length + silent} of ${size} nodes did not answer`,
    };
  }
  return { answer: 'refuted', saw: `${describe(views)}, not one cluster of ${size}` };
}

function quietFinding(name: string, view: NodeView | null, size: number): Finding {
  if (view === null) return { answer: 'inconclusive', saw: `${name} did not answer` };
  const wrong = [
    view.settled ? '' : 'cluster not stable',
    view.migrations === 0 ? '' : `${view.migrations} partitions migrating`,
    view.unavailable + view.dead === 0 ? '' : `${view.unavailable} unavailable, ${view.dead} dead`,
    view.stopWrites ? 'writes stopped' : '',
    view.heartbeats >= size - 1 ? '' : `${view.heartbeats} heartbeat links of ${size - 1}`,
  ].filter((text) => text !== '');
  return wrong.length === 0
    ? {
        answer: 'confirmed',
        saw: `${name} quiet: ${view.heartbeats} heartbeat and ${view.fabric} fabric links`,
      }
    : { answer: 'refuted', saw: `${name}: ${wrong.join(', ')}` };
}

function settledFinding(name: string, view: NodeView | null): Finding {
  if (view === null) return { answer: 'inconclusive', saw: `${name} did not answer` };
  const lost = view.unavailable + view.dead;
  if (lost > 0)
    return { answer: 'refuted', saw: `${name}: ${lost} partitions unavailable or dead` };
  return view.settled
    ? { answer: 'confirmed', saw: `${name} stable, ${view.fabric} fabric links` }
    : { answer: 'refuted', saw: `${name} not stable, ${view.migrations} partitions migrating` };
}

/** Connections that must be open, over all that were asked; of none at all nothing is known. */
function reachFinding(
  word: string,
  questions: readonly Question[],
  seen: readonly Seen[],
): Finding {
  const answers = questions.map((question) => answerTo(question, seen));
  const open = answers.filter((answer) => answer === 'open').length;
  const unanswered = answers.filter((answer) => answer === undefined).length;
  const saw = `${open} of ${questions.length} tried connections ${word}`;
  if (open + unanswered < questions.length) return { answer: 'refuted', saw };
  if (unanswered > 0) return { answer: 'inconclusive', saw: `${saw}, ${unanswered} unanswered` };
  return { answer: open > 0 ? 'confirmed' : 'inconclusive', saw };
}

function blockedFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  const tried = opened(cutQuestions(subject), baseline.seen);
  if (tried.length === 0) {
    return {
      answer: 'inconclusive',
      saw: 'none of the connections to cut was open before the fault',
    };
  }
  const answers = tried.map((question) => answerTo(question, now.seen));
  const unanswered = answers.filter((answer) => answer === undefined).length;
  const open = answers.filter((answer) => answer === 'open').length;
  const how = [...new Set(answers.filter((answer) => answer !== undefined && answer !== 'open'))];
  const saw = `new connections: ${tried.length - open - unanswered} of ${tried.length} stopped${how.length > 0 ? ` (${how.join(', ')})` : ''}`;
  if (open > 0) return { answer: 'refuted', saw: `${saw}, ${open} still open` };
  return unanswered > 0
    ? { answer: 'inconclusive', saw: `${saw}, ${unanswered} unanswered` }
    : { answer: 'confirmed', saw };
}

/** Canaries must have lived through the fault or died of it, as the experiment asked. */
function establishedFindings(subject: Subject, { seen }: Sample): Finding[] {
  const canaries = canaryQuestions(subject, 'kept');
  if (canaries.length === 0) return [];
  const answers = canaries.map((question) => answerTo(question, seen));
  const alive = answers.filter((answer) => answer === 'alive').length;
  const dead = answers.filter((answer) => answer === 'dead').length;
  const unanswered = canaries.length - alive - dead;
  const saw = `established connections: ${alive} alive, ${dead} dead of ${canaries.length}; verdict class: ${classOf(alive, dead, unanswered)}`;
  const unwanted = establishedOf(subject.experiment) === 'leave' ? dead : alive;
  if (unwanted > 0) return [{ answer: 'refuted', saw }];
  return [{ answer: unanswered > 0 ? 'inconclusive' : 'confirmed', saw }];
}

function classOf(alive: number, dead: number, unanswered: number): string {
  if (unanswered > 0) return 'unknown';
  if (dead === 0) return 'new connections only';
  return alive === 0 ? 'full' : 'partly established';
}

/** Controls that were open must still be: else the fault hit something it should not. */
function controlFinding(subject: Subject, baseline: Sample, now: Sample): Finding {
  const controls = opened(controlQuestions(subject), baseline.seen);
  if (controls.length === 0) {
    return { answer: 'inconclusive', saw: 'no control connection was open before the fault' };
  }
  const answers = controls.map((question) => answerTo(question, now.seen));
  const unanswered = answers.filter((answer) => answer === undefined).length;
  const open = answers.filter((answer) => answer === 'open').length;
  const saw = `controls: ${open} of ${controls.length} still open`;
  if (open + unanswered < controls.length) return { answer: 'refuted', saw: `${saw}: overreach` };
  return { answer: unanswered > 0 ? 'inconclusive' : 'confirmed', saw };
}

function sizesFinding({ inventory, plan: { prediction } }: Subject, views: Views): Finding {
  const wanted = prediction.clusterSizes.toSorted((a, b) => a - b);
  if (views.length < nodesOf(inventory).length || views.some(({ view }) => view === null)) {
    return { answer: 'inconclusive', saw: 'not every node answered for its cluster' };
  }
  const groups = groupsOf(views);
  const split = wanted.join() === sizesOf(groups).join();
  const saw = `cluster sizes ${sizesOf(groups).join(' and ')} under ${groups.length} key(s), predicted ${wanted.join(' and ')}`;
  if (split) return { answer: 'confirmed', saw };
  const [whole] = sizesOf(groups);
  const stayed = whole === views.length ? `cluster_size stayed ${whole}: ` : '';
  return { answer: 'refuted', saw: `${stayed}${saw}` };
}

function describe(views: Views): string {
  return groupsOf(views)
    .map(({ size, nodes }) => `${nodes.length} node(s) say size ${size}`)
    .join(', ');
}

function groupsOf(views: Views): ReturnType<typeof grouped> {
  const now = new Map(
    views.flatMap(({ from, view }) => (view === null ? [] : [[from, view] as const])),
  );
  return grouped(now);
}

function canaryFindings(subject: Subject, seen: readonly Seen[]): Finding[] {
  const canaries = canaryQuestions(subject, 'keep');
  return canaries.length === 0 ? [] : [reachFinding('held open as canaries', canaries, seen)];
}

function opened(questions: readonly Question[], seen: readonly Seen[]): Question[] {
  return questions.filter((question) => answerTo(question, seen) === 'open');
}

/** The answer to a question, if it was answered at all. */
export function answerTo({ from, item }: Question, seen: readonly Seen[]): string | undefined {
  const result = seen.find((one) => one.from === from && one.result.probe === item)?.result;
  return result !== undefined && 'answer' in result ? result.answer : undefined;
}

function nameOf(instanceId: string, { inventory }: Subject): string {
  return inventory.instances.find(({ id }) => id === instanceId)?.name ?? instanceId;
}
