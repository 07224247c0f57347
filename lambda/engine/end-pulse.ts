/**
 * The end of a pulse: the subnets get back the network ACLs they had.
 *
 * Started by inject, under an intent of its own, once every ACL of the pulse is in place. Ends when the
 * nodes' own counts show their heartbeat links gone, or at its bound; where no node answers, at its bound.
 * It does not cover its own death: then restore, and the watchdog, find the same ACLs by the same tags.
 */
import { viewQuestions } from '../../core/probe.ts';
import type { EndPulse } from '../../core/step.ts';
import type { Answer, Gateways } from '../gateways.ts';
import { lookAtSwapped } from './acl-steps.ts';
import { awaitAll } from './await-all.ts';
import { inTurn } from './in-turn.ts';
import { ask, itemsOf } from './probing.ts';
import type { RunContext } from './run-context.ts';

/** Pause between two looks at the nodes, in milliseconds. */
const pauseMs = 500;

/** Waits until the links of the cut are gone, `boundSeconds` at most, and gives the ACLs back. */
export async function endPulse(
  step: EndPulse,
  context: RunContext,
  gateways: Gateways,
): Promise<Answer> {
  const { clock } = gateways;
  const { restoreAt = Infinity } = context.run;
  const boundAt = Math.min(clock.now() + 1000 * step.boundSeconds, restoreAt);
  while (clock.now() < boundAt && !(await linksGone(step, { boundAt, context, gateways }))) {
    await clock.sleep(Math.max(0, Math.min(pauseMs, boundAt - clock.now())));
  }
  return giveAllBack(step, context, gateways);
}

interface Pulse {
  readonly boundAt: number;
  readonly context: RunContext;
  readonly gateways: Gateways;
}

/** Whether every node says that it has no more heartbeat links than the cut leaves it. */
async function linksGone(
  { links }: EndPulse,
  { boundAt, context, gateways }: Pulse,
): Promise<boolean> {
  const { experiment, inventory } = context;
  const counted = new Set(links.map(({ instanceId }) => instanceId));
  const questions = viewQuestions(experiment, inventory).filter(({ from }) => counted.has(from));
  if (questions.length === 0) return false;
  const waitSeconds = Math.max(1, Math.ceil((boundAt - gateways.clock.now()) / 1000));
  const seen = await ask(itemsOf(questions), { context, gateways, waitSeconds });
  return links.every(({ instanceId, left }) =>
    seen.some(
      ({ from, result }) =>
        from === instanceId && 'heartbeats' in result && result.heartbeats <= left,
    ),
  );
}

/** Again while EC2 refuses, for as long as a describe may be stale: the swaps were made a moment ago. */
async function giveAllBack(
  { swaps }: EndPulse,
  { run, inventory }: RunContext,
  gateways: Gateways,
): Promise<Answer> {
  const { clock, timing } = gateways;
  const giveUpAt = clock.now() + 1000 * timing.staleSeconds;
  for (;;) {
    const seen = await awaitAll(
      swaps.map((swap) => lookAtSwapped(swap, { run, inventory }, gateways)),
    );
    const answer = await inTurn(
      seen.map((one) => async () => (one.kind === 'ours' ? one.undo() : { kind: 'done' })),
    );
    if (answer.kind !== 'refused' || clock.now() >= giveUpAt) return answer;
    await clock.sleep(pauseMs);
  }
}
