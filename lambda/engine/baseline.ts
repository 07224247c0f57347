import { nodesOf } from '../../core/inventory.ts';
import { steadyFindings } from '../../core/judge.ts';
import type { Sample } from '../../core/judge.ts';
import {
  canaryQuestions,
  controlQuestions,
  counterQuestions,
  cutQuestions,
  lagQuestions,
  partQuestions,
  recorderItem,
  viewQuestions,
} from '../../core/probe.ts';
import type { Question } from '../../core/probe.ts';
import { Refusal } from '../../core/refusal.ts';
import { unfitToWatch } from '../../core/stop/signs.ts';
import { worst } from '../../core/verdict.ts';
import type { Gateways } from '../gateways.ts';
import { itemsOf, ask, sample } from './probing.ts';
import { contextOf, refuseClosed } from './run-context.ts';
import type { RunContext } from './run-context.ts';
import { trySever } from './try-sever.ts';

/**
 * Is the cluster steady, and can its hosts do what is planned? Starts the recorders and canaries, which end by themselves, and asks
 * everything once before the fault.
 */
export async function baseline(
  runId: string,
  gateways: Gateways,
): Promise<{ steady: boolean; says: string }> {
  const context = await contextOf(runId, gateways);
  refuseClosed(context.run);
  try {
    const seen = await lookBefore(context, gateways);
    if (!seen.steady) await leaveAccess(context, gateways);
    return seen;
  } catch (error) {
    if (error instanceof Refusal) await leaveAccess(context, gateways);
    throw error;
  }
}

/** A run that ends here asks nothing more, so that hosts need no longer keep what it logs in with. */
async function leaveAccess(context: RunContext, gateways: Gateways): Promise<void> {
  if (context.experiment.access === undefined) return;
  await ask(new Map(context.inventory.instances.map(({ id }) => [id, ['stop']])), {
    context,
    gateways,
  });
}

async function lookBefore(
  context: RunContext,
  gateways: Gateways,
): Promise<{ steady: boolean; says: string }> {
  await refuseOpenAlarms(context, gateways);
  await trySever(context, gateways);
  const quiet = await firstReading(context, gateways);
  const seen = await sample(context, 'baseline', {
    questions: baselineQuestions(context),
    gateways,
  });
  const { answer, evidence } = worst(steadyFindings(context, seen, quiet));
  if (answer === 'confirmed') refuseUnwatchable(context, seen);
  return { steady: answer === 'confirmed', says: `steady: ${answer}: ${evidence.join('; ')}` };
}

/** As long as this lies between two readings of counters, in milliseconds; less says little of clients. */
const betweenMs = 2_000;

/** Starts the recorders, and reads in the same breath what nodes have counted. */
async function firstReading(
  context: RunContext,
  gateways: Gateways,
): Promise<Pick<Sample, 'seen'>> {
  const { clock, journal } = gateways;
  const { runId } = context.run;
  const items = itemsOf([...recorders(context), ...counterQuestions(context)]);
  const answers = await ask(items, { context, gateways });
  const seen = answers.filter(({ result }) => 'counters' in result);
  await journal.note(runId, { kind: 'probes', at: clock.now(), moment: 'quiet', seen });
  await clock.sleep(betweenMs);
  return { seen };
}

function baselineQuestions(context: RunContext): Question[] {
  return [
    ...viewQuestions(context.experiment, context.inventory),
    ...cutQuestions(context),
    ...controlQuestions(context),
    ...canaryQuestions(context, 'keep'),
    ...partQuestions(context, 'before'),
    ...lagQuestions(context),
    ...counterQuestions(context),
  ];
}

function recorders({ experiment, inventory }: RunContext): { from: string; item: string }[] {
  return nodesOf(inventory).map((node) => ({
    from: node.id,
    item: recorderItem(node, experiment, 'record'),
  }));
}

/** A condition that holds already, or that nobody can tell, would stop the run at once or never. */
function refuseUnwatchable(context: RunContext, seen: Sample): void {
  const must = unfitToWatch(context, seen);
  if (must === undefined) return;
  throw new Refusal(`Cannot start ${context.experiment.name} as ${must}`);
}

async function refuseOpenAlarms({ experiment }: RunContext, { alarms }: Gateways): Promise<void> {
  const notOk = await alarms.notOk(experiment.stopOn?.alarms ?? []);
  const [first] = notOk;
  if (first === undefined) return;
  throw new Refusal(
    `Cannot start ${experiment.name} as alarm "${first.name}" must be OK: found ${first.state}`,
  );
}
