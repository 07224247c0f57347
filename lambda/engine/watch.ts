import type { Experiment } from '../../core/experiment.ts';
import type { RunItem } from '../../core/journal.ts';
import type { Gateways } from '../gateways.ts';
import { baselineOf, lookInForce, nextLookAt } from './prove.ts';
import { contextOf } from './run-context.ts';

/** What the hold does next: look again at `until`, or restore now. */
export interface Watched {
  readonly again: boolean;
  readonly until: string;
  readonly says: string;
}

/** Host timers restore at `restoreAt` by themselves; the workflow lets them go first. */
const hostsFirstMs = 1_000;

/** A probe of a dropped connection takes two seconds; a look needs that and the way there. */
const lookNeedsMs = 3_000;

/** One slice of the hold: is it over, must it stop, is the fault still in force? */
export async function watch(runId: string, gateways: Gateways): Promise<Watched> {
  const { clock } = gateways;
  const context = await contextOf(runId, gateways);
  const { run, experiment } = context;
  const { restoreAt = 0 } = run;
  const endAt = restoreAt + (context.plan.hosts.length > 0 ? hostsFirstMs : 0);
  const stop = await stopReason(run, endAt, { experiment, gateways });
  if (stop !== undefined) return { again: false, until: isoOf(clock.now()), says: stop };
  if (clock.now() + lookNeedsMs > restoreAt) {
    return { again: true, until: isoOf(endAt), says: 'held to its end' };
  }
  const baseline = await baselineOf(run, gateways);
  const verdict = await lookInForce(context, 'hold', { baseline, gateways });
  return {
    again: true,
    until: isoOf(nextLookAt(context, gateways)),
    says: `in force: ${verdict.answer}`,
  };
}

async function stopReason(
  { runId, life, closedBy }: RunItem,
  endAt: number,
  { experiment, gateways }: { experiment: Experiment; gateways: Gateways },
): Promise<string | undefined> {
  const { alarms, journal, clock } = gateways;
  if (life !== 'open') return `run closed by ${closedBy ?? 'nobody'}`;
  if (clock.now() >= endAt) return 'hold over';
  const [first] = await alarms.notOk(experiment.stopOn?.alarms ?? []);
  if (first === undefined) return undefined;
  const says = `stopped by alarm "${first.name}": ${first.state}`;
  await journal.note(runId, { kind: 'state', at: clock.now(), state: 'Watch', says });
  return says;
}

const isoOf = (at: number): string => new Date(at).toISOString();
