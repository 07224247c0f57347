import type { Sample, Views } from '../../core/judge.ts';
import type { Moment, Seen } from '../../core/note.ts';
import { NodeView, ProbeAnswers } from '../../core/observation.ts';
import { questionTexts } from '../../core/probe/question-texts.ts';
import type { Question } from '../../core/probe.ts';
import type { Gateways } from '../gateways.ts';
import type { RunContext } from './run-context.ts';

/** How long one probe script may take: two seconds of patience and the way there and back. */
const probeWaitSeconds = 20;

/** Within a hold less: a machine that stays silent must not keep the others' signs from being judged. */
export const lookWaitSeconds = 10;

/** With less time than this left, in milliseconds, nothing is asked again: the way there and back. */
const againMs = 3_000;

/** What one machine is asked in one script run. */
export type Items = ReadonlyMap<string, readonly string[]>;

/** Who asks, for which run, and for how long one machine's answer is awaited. */
export interface Asking {
  readonly context: RunContext;
  readonly gateways: Gateways;
  readonly waitSeconds?: number;
}

/** Asks all questions, one script run a machine, side by side and in few commands, and notes the answers. */
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

/**
 * Runs items on machines; one that does not answer gives nothing, which the verdict sees. An answer to what
 * that machine was not asked counts for nothing, either. Answers that found no room in a machine's line are
 * asked for again, as long as there is time.
 */
export async function ask(items: Items, asking: Asking): Promise<Seen[]> {
  const { clock } = asking.gateways;
  const until = clock.now() + 1000 * (asking.waitSeconds ?? probeWaitSeconds);
  const seen: Seen[] = [];
  let open = items;
  do {
    const waitSeconds = (until - clock.now()) / 1000;
    const heard = await askAll(open, { ...asking, waitSeconds });
    seen.push(...heard.flatMap(({ answers }) => answers));
    open = new Map(heard.flatMap(({ from, rest }) => (rest.length === 0 ? [] : [[from, rest]])));
  } while (open.size > 0 && until - clock.now() > againMs);
  return seen;
}

/** What one machine said, and what there was no room for. */
interface Heard {
  readonly from: string;
  readonly answers: readonly Seen[];
  readonly rest: readonly string[];
}

async function askAll(items: Items, asking: Asking): Promise<Heard[]> {
  const { instances } = asking.context.inventory;
  const addresses = new Map(instances.map(({ id, address }) => [id, address]));
  const texts = questionTexts(
    [...items].map(([id, asked]) => ({ id, address: addresses.get(id) ?? '', items: asked })),
  );
  return Promise.all(
    texts.flatMap(({ text, ids }) =>
      ids.map((from) => askOne({ from, text, items: items.get(from) ?? [] }, asking)),
    ),
  );
}

async function askOne(
  { from, text, items }: { from: string; text: string; items: readonly string[] },
  { context, gateways, waitSeconds = probeWaitSeconds }: Asking,
): Promise<Heard> {
  const { run } = context;
  const until = run.deadlineAt + 1000 * gateways.timing.recoverySeconds;
  const reply = await gateways.hosts.run(from, 'probe', {
    parameters: { RunId: run.runId, Until: String(until), Probes: text },
    waitSeconds,
  });
  const parsed = reply.kind === 'answered' ? ProbeAnswers.safeParse(reply.json) : undefined;
  if (parsed?.success !== true) return { from, answers: [], rest: [] };
  const { at, results, left = 0 } = parsed.data;
  const answers = results.flatMap((result) => (result === null ? [] : [{ from, at, result }]));
  return {
    from,
    answers: answers.filter(({ result }) => items.includes(result.probe)),
    // A machine that found room for none would find none the next time.
    rest: results.length === 0 || left >= items.length ? [] : items.slice(items.length - left),
  };
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
