import { nodesOf } from '../../core/inventory.ts';
import { recoveredFindings } from '../../core/judge.ts';
import type { Seen } from '../../core/note.ts';
import {
  controlQuestions,
  cutQuestions,
  partQuestions,
  recorderItem,
  viewQuestions,
} from '../../core/probe.ts';
import { worst } from '../../core/verdict.ts';
import type { Gateways } from '../gateways.ts';
import { ask, sample } from './probing.ts';
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
  ];
  const now = await sample(context, 'recovery', { questions, gateways });
  const verdict = worst(recoveredFindings(context, await baselineOf(run, gateways), now));
  const giveUpAt = (run.finalAt ?? run.closedAt ?? 0) + 1000 * timing.recoverySeconds;
  const again = verdict.answer !== 'confirmed' && clock.now() < giveUpAt;
  if (!again) await collect(context, gateways);
  return {
    again,
    lookAt: new Date(clock.now() + pauseMs).toISOString(),
    says: again ? 'not yet one settled cluster' : `recovered: ${verdict.answer}`,
  };
}

/** Brings the nodes' recorded changes into the journal and ends recorders and canaries. */
async function collect(context: RunContext, gateways: Gateways): Promise<void> {
  await Promise.all(
    nodesOf(context.inventory).map((node) => collectFrom(node.id, context, gateways)),
  );
  const everyone = context.inventory.instances.map(({ id }) => [id, ['stop']] as const);
  await ask(new Map(everyone), { context, gateways });
}

async function collectFrom(from: string, context: RunContext, gateways: Gateways): Promise<void> {
  const node = context.inventory.instances.find(({ id }) => id === from);
  if (node === undefined) return;
  let since = 0;
  for (let page = 0; page < pagesMax; page += 1) {
    const item = recorderItem(node, context.experiment, { since });
    const { changes, more } = changesIn(
      await ask(new Map([[from, [item]]]), { context, gateways }),
    );
    const { journal, clock } = gateways;
    await journal.note(context.run.runId, { kind: 'changes', at: clock.now(), from, changes });
    since = changes.at(-1)?.[0] ?? since;
    if (!more || changes.length === 0) return;
  }
}

function changesIn(seen: readonly Seen[]): Extract<Seen['result'], { changes: unknown }> {
  const result = seen[0]?.result;
  return result !== undefined && 'changes' in result
    ? result
    : { probe: '', answer: 'ok', changes: [], more: false };
}
