import type { Sample, Views } from '../../core/judge.ts';
import type { Moment, Seen } from '../../core/note.ts';
import { NodeView, ProbeReply } from '../../core/observation.ts';
import type { Question } from '../../core/probe.ts';
import type { Gateways } from '../gateways.ts';
import type { RunContext } from './run-context.ts';

/** How long one probe script may take: two seconds of patience and the way there and back. */
const probeWaitSeconds = 20;

/** Within a hold less: a machine that stays silent must not keep the others' signs from being judged. */
export const lookWaitSeconds = 10;

/** What one machine is asked in one script run. */
export type Items = ReadonlyMap<string, readonly string[]>;

/** Who asks, for which run, and for how long one machine's answer is awaited. */
export interface Asking {
  readonly context: RunContext;
  readonly gateways: Gateways;
  readonly waitSeconds?: number;
}

/** Asks all questions, one script run a machine, side by side, and notes the answers. */
export async function sample(
  context: RunContext,
  moment: Moment,
  {
    questions,
    ...how
  }: { questions: readonly Question[] } & Pick<Asking, 'gateways' | 'waitSeconds'>,
): Promise<Sample> {
  const { gateways } = how;
  const seen = await ask(itemsOf(questions), { context, ...how });
  const views = viewsIn(questions, seen);
  const { runId } = context.run;
  const at = gateways.clock.now();
  const own = new Set(
    questions
      .filter(({ purpose }) => purpose === 'view')
      .map(({ from, item }) => `${from} ${item}`),
  );
  const answers = seen.filter(({ from, result }) => !own.has(`${from} ${result.probe}`));
  await gateways.journal.note(runId, { kind: 'probes', at, moment, seen: answers });
  await gateways.journal.note(runId, { kind: 'views', at, moment, views });
  return { seen: answers, views };
}

/** Runs items on machines; one that does not answer gives nothing, which the verdict sees. */
export async function ask(items: Items, asking: Asking): Promise<Seen[]> {
  const answers = await Promise.all([...items].map(([from, asked]) => askOne(from, asked, asking)));
  return answers.flat();
}

async function askOne(
  from: string,
  items: readonly string[],
  { context, gateways, waitSeconds = probeWaitSeconds }: Asking,
): Promise<Seen[]> {
  const { run } = context;
  const until = run.deadlineAt + 1000 * gateways.timing.recoverySeconds;
  const reply = await gateways.hosts.run(from, 'probe', {
    parameters: { RunId: run.runId, Until: String(until), Probes: items.join(',') },
    waitSeconds,
  });
  const parsed = reply.kind === 'answered' ? ProbeReply.safeParse(reply.json) : undefined;
  if (parsed?.success !== true) return [];
  return parsed.data.results.map((result) => ({ from, at: parsed.data.at, result }));
}

/** Groups questions by the machine that is asked. */
export function itemsOf(questions: readonly Pick<Question, 'from' | 'item'>[]): Items {
  const items = new Map<string, string[]>();
  for (const { from, item } of questions) {
    items.set(from, [...(items.get(from) ?? []), item]);
  }
  return items;
}

function viewsIn(questions: readonly Question[], seen: readonly Seen[]): Views {
  return questions
    .filter(({ purpose }) => purpose === 'view')
    .map(({ from, item }) => {
      const answer = seen.find((one) => one.from === from && one.result.probe === item);
      const view = NodeView.safeParse(answer?.result);
      return { from, at: answer?.at ?? 0, view: view.success ? view.data : null };
    });
}
