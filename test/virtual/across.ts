/** A run whose cluster is in another account: every service lets only credentials of its own account in. */
import type { ExecutionResult } from '../../lab/cloud/execution.ts';
import { begin, leftOf } from './play.ts';
import type { Stage } from './play.ts';
import type { Scene } from './scenes.ts';
import type { VirtualProcess } from './virtual-cloud.ts';

/** What came of a run across accounts. */
export interface Across {
  /** Each call once: the state, the service, the role that it was made as. */
  readonly calls: readonly string[];
  /** Calls that came with another account's credentials, or with none that are good any more. */
  readonly strays: readonly string[];
  readonly result: ExecutionResult;
  readonly life: string;
  /** What the run item says is left when the workflow has ended. */
  readonly stuck: readonly { readonly stepId: string; readonly reason: string }[];
  readonly left: readonly string[];
  /** What a person is told to do by hand, as the report has it. */
  readonly byHand: readonly string[];
  /** What is left an hour after the role was given back, at most. */
  readonly leftAfter: readonly string[];
  readonly lifeAfter: string;
}

const longestMs = 3_600_000;

/** Plays a scene; at its start or its hold the role `takes` is deleted, and made anew when the workflow has ended. */
export async function playAcross(
  process: VirtualProcess,
  scene: Scene,
  { takes, from }: { readonly takes?: string | undefined; readonly from: 'start' | 'Hold' },
): Promise<Across> {
  const { time } = process;
  const stage = await begin(process, scene, { fate: (_, deliver) => deliver() });
  const { execution, world } = stage;
  const { doors } = world;
  const giveUpAt = Date.now() + longestMs;
  const until = (is: () => boolean): Promise<void> =>
    time.until(() => is() || Date.now() > giveUpAt);
  const isHolding = (): boolean => execution.events.some(({ state }) => state === 'Hold');
  if (takes !== undefined && from === 'Hold') await until(isHolding);
  if (takes !== undefined) world.sts.take(takes);
  await until(() => !execution.running);
  const ended = await asItIs(process, stage);
  if (takes !== undefined) world.sts.give(takes);
  const leftAfter = await leftInTheEnd(process, stage);
  const after = await asItIs(process, stage);
  return {
    ...ended,
    calls: [...doors.calls].toSorted(),
    strays: [...doors.strays].toSorted(),
    result: await time.settled(execution.result),
    leftAfter,
    lifeAfter: after.life,
  };
}

async function asItIs(
  process: VirtualProcess,
  stage: Stage,
): Promise<Pick<Across, 'life' | 'stuck' | 'left' | 'byHand'>> {
  const { world, runId } = stage;
  const run = await process.time.settled(world.journal.read(runId));
  const report = await process.time.settled(world.journal.report(runId));
  return {
    life: run?.life ?? 'none',
    stuck: run?.stuckSteps ?? [],
    left: await leftOf(process, stage),
    byHand: report?.stuck?.steps.flatMap(({ byHand }) => byHand) ?? [],
  };
}

async function leftInTheEnd(process: VirtualProcess, stage: Stage): Promise<readonly string[]> {
  const { time } = process;
  const giveUpAt = Date.now() + longestMs;
  for (;;) {
    const left = await leftOf(process, stage);
    if (left.length === 0 || Date.now() > giveUpAt) return left;
    const nextAt = Date.now() + 20_000;
    await time.until(() => Date.now() >= nextAt);
  }
}
