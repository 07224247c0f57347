import { nodesOf } from '../../core/inventory.ts';
import { recoveredFindings } from '../../core/judge.ts';
import type { Seen } from '../../core/note.ts';
import {
  controlQuestions,
  counterQuestions,
  cutQuestions,
  lagQuestions,
  partQuestions,
  recorderItem,
  viewQuestions,
} from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
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

/** Watches what Aerospike does after restore; restored is not recovered. */
export async function awaitRecovery(runId: string, gateways: Gateways): Promise<Recovery> {
  const { clock, timing } = gateways;
  const context = await contextOf(runId, gateways);
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
  const verdict = worst(recoveredFindings(context, await baselineOf(run, gateways), now));
  const giveUpAt = (run.finalAt ?? run.closedAt ?? 0) + 1000 * timing.recoverySeconds;
  const again = verdict.answer !== 'confirmed' && clock.now() < giveUpAt;
  if (!again) {
    await collect(context, gateways);
    await settleMarkers(context, verdict.answer === 'confirmed', gateways);
  }
  return {
    again,
    lookAt: new Date(clock.now() + pauseMs).toISOString(),
    says: again ? 'not yet one settled cluster' : `recovered: ${verdict.answer}`,
  };
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
