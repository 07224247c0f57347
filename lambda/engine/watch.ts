import type { Gateways } from '../gateways.ts';
import { baselineOf, lookInForce, lookNeedsMs, nextLookAt } from './prove.ts';
import { closedBySays, contextOf } from './run-context.ts';
import type { RunContext } from './run-context.ts';
import { alarmStop, signStop, stopRun } from './stopping.ts';

/** What the hold does next: look again at `until`, or restore now. */
export interface Watched {
  readonly again: boolean;
  readonly until: string;
  readonly says: string;
}

/** Host timers restore at `restoreAt` by themselves; the workflow lets them go first. */
const hostsFirstMs = 1_000;

/**
 * One slice of the hold: is it over, is the fault still in force, must it stop? What a look sees is judged
 * before it returns, so that a stop condition leads to Restore within the slice in which it shows.
 */
export async function watch(runId: string, gateways: Gateways): Promise<Watched> {
  const context = await contextOf(runId, gateways);
  const endAt = endOf(context);
  const over = reasonToEnd(context, endAt, gateways);
  if (over !== undefined) return ended(over, gateways);
  const alarm = await alarmStop(context, gateways);
  if (alarm !== undefined) return stopped(context, alarm, gateways);
  if (gateways.clock.now() + lookNeedsMs > (context.run.restoreAt ?? 0)) {
    return { again: true, until: isoOf(endAt), says: 'held to its end' };
  }
  return look(context, gateways);
}

async function look(context: RunContext, gateways: Gateways): Promise<Watched> {
  const baseline = await baselineOf(context.run, gateways);
  const { verdict, seen } = await lookInForce(context, 'hold', { baseline, gateways });
  const stop = await signStop(context, seen, gateways);
  if (stop !== undefined) return stopped(context, stop, gateways);
  return {
    again: true,
    until: isoOf(nextLookAt(context, gateways)),
    says: `in force: ${verdict.answer}`,
  };
}

const endOf = ({ run: { restoreAt = 0 }, plan }: RunContext): number =>
  restoreAt + (plan.hosts.length > 0 ? hostsFirstMs : 0);

function reasonToEnd({ run }: RunContext, endAt: number, { clock }: Gateways): string | undefined {
  return closedBySays(run) ?? (clock.now() >= endAt ? 'hold over' : undefined);
}

async function stopped(
  context: RunContext,
  stop: Parameters<typeof stopRun>[1],
  gateways: Gateways,
): Promise<Watched> {
  await stopRun(context, stop, gateways);
  return ended(`stopped: ${stop.says}`, gateways);
}

const ended = (says: string, { clock }: Gateways): Watched => ({
  again: false,
  until: isoOf(clock.now()),
  says,
});

const isoOf = (at: number): string => new Date(at).toISOString();
