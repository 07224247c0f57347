import { nodesOf } from '../../core/inventory.ts';
import { recoveredFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import type { Note, Seen } from '../../core/note.ts';
import {
  controlQuestions,
  counterQuestions,
  cutQuestions,
  lagQuestions,
  partQuestions,
  recorderItem,
  viewQuestions,
} from '../../core/probe.ts';
import { markersRemoved } from '../../core/report/markers.ts';
import { isTold, watchedLast } from '../../core/told.ts';
import { worst } from '../../core/verdict.ts';
import type { VerdictAnswer } from '../../core/verdict.ts';
import type { Gateways } from '../gateways.ts';
import { settleMarkers } from './markers.ts';
import { ask, itemsOf, sample } from './probing.ts';
import { baselineOf } from './prove.ts';
import { contextOf } from './run-context.ts';
import type { RunContext } from './run-context.ts';

/** Whether Aerospike still needs time, and when to ask it next. */
export interface Recovery {
  readonly again: boolean;
  readonly lookAt: string;
  readonly says: string;
}

const pauseMs = 1_000;

/** Most pages of one node's recorded changes; a page holds 25. */
const pagesMax = 20;

/** Watches what Aerospike does after restore; restored is not recovered. What was told of it stays. */
export async function awaitRecovery(runId: string, gateways: Gateways): Promise<Recovery> {
  const context = await contextOf(runId, gateways);
  const told = await toldOf(context, gateways);
  return told === undefined ? watchOn(context, gateways) : leaveAsTold(context, told, gateways);
}

async function watchOn(context: RunContext, gateways: Gateways): Promise<Recovery> {
  const { clock, timing } = gateways;
  const { experiment, inventory, run } = context;
  const questions = [
    ...viewQuestions(experiment, inventory),
    ...cutQuestions(context),
    ...controlQuestions(context),
    ...partQuestions(context, 'before'),
    ...lagQuestions(context),
    ...counterQuestions(context),
  ];
  const now = await sample(context, 'recovery', { questions, gateways });
  const answer = await answerOf(context, now, gateways);
  const giveUpAt = (run.finalAt ?? run.closedAt ?? 0) + 1000 * timing.recoverySeconds;
  const again = answer !== 'confirmed' && clock.now() < giveUpAt;
  if (!again) {
    await collect(context, gateways);
    await settleMarkers(context, answer === 'confirmed', gateways);
  }
  const lookAt = new Date(clock.now() + pauseMs).toISOString();
  return { again, lookAt, says: again ? 'not yet one settled cluster' : `recovered: ${answer}` };
}

/** A watch that somebody has ended and told of: what it saw last, and all notes of the run. */
interface Told {
  readonly last: Sample;
  readonly notes: readonly Note[];
}

async function toldOf({ run }: RunContext, { journal }: Gateways): Promise<Told | undefined> {
  if (!isTold(run, await journal.report(run.runId))) return undefined;
  const notes = await journal.notes(run.runId);
  const last = watchedLast(run, notes);
  return last === undefined ? undefined : { last, notes };
}

/** Asks Aerospike nothing; only records that could not be removed are tried once more. */
async function leaveAsTold(
  context: RunContext,
  { last, notes }: Told,
  gateways: Gateways,
): Promise<Recovery> {
  const answer = await answerOf(context, last, gateways);
  if (markersRemoved(notes) === false) {
    await settleMarkers(context, answer === 'confirmed', gateways);
  }
  const lookAt = new Date(gateways.clock.now()).toISOString();
  return { again: false, lookAt, says: `recovered: ${answer}, as it was told before` };
}

async function answerOf(
  context: RunContext,
  now: Sample,
  gateways: Gateways,
): Promise<VerdictAnswer> {
  const baseline = await baselineOf(context.run, gateways);
  return worst(recoveredFindings(context, baseline, now)).answer;
}

/** Brings the nodes' recorded changes into the journal and ends recorders and canaries. */
async function collect(context: RunContext, gateways: Gateways): Promise<void> {
  let since = new Map(nodesOf(context.inventory).map(({ id }) => [id, 0]));
  for (let page = 0; page < pagesMax && since.size > 0; page += 1) {
    since = await collectPage(since, context, gateways);
  }
  const everyone = context.inventory.instances.map(({ id }) => [id, ['stop']] as const);
  await ask(new Map(everyone), { context, gateways });
}

/** The next page of each node's changes; gives the nodes that have more, and since when. */
async function collectPage(
  since: ReadonlyMap<string, number>,
  context: RunContext,
  gateways: Gateways,
): Promise<Map<string, number>> {
  const { journal, clock } = gateways;
  const questions = nodesOf(context.inventory).flatMap((node) => {
    const after = since.get(node.id);
    if (after === undefined) return [];
    return [{ from: node.id, item: recorderItem(node, context.experiment, { since: after }) }];
  });
  const seen = await ask(itemsOf(questions), { context, gateways });
  const pages = [...since.keys()].map((from) => ({
    from,
    ...changesIn(seen.filter((one) => one.from === from)),
  }));
  await Promise.all(
    pages.map(({ from, changes }) =>
      journal.note(context.run.runId, { kind: 'changes', at: clock.now(), from, changes }),
    ),
  );
  return new Map(
    pages.flatMap(({ from, changes, more }) => {
      const last = changes.at(-1)?.[0];
      return more && last !== undefined ? [[from, last]] : [];
    }),
  );
}

function changesIn(seen: readonly Seen[]): Extract<Seen['result'], { changes: unknown }> {
  const result = seen[0]?.result;
  return result !== undefined && 'changes' in result
    ? result
    : { probe: '', answer: 'ok', changes: [], more: false };
}
