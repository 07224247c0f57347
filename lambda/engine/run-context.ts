import { experimentOn } from '../../core/experiment-on.ts';
import type { RunItem } from '../../core/journal.ts';
import type { Subject } from '../../core/probe.ts';
import { RunClosed } from '../../core/refusal.ts';
import type { DocumentVersions, Gateways, PlanRecord, RunRequest } from '../gateways.ts';

/** What a state knows of its run once it is planned. */
export interface RunContext extends Subject {
  readonly run: RunItem;
  /** The versions of the scripts' documents that the run uses. */
  readonly documents?: DocumentVersions | undefined;
  /** The account that the cluster is in; the deployment's own when absent. */
  readonly account?: string | undefined;
}

/** The run's item. @throws when there is no such run. */
export async function runOf(runId: string, { journal }: Gateways): Promise<RunItem> {
  return present(await journal.read(runId), `run ${runId}`);
}

/** What the run was asked to do, in the operator's own words. @throws when it was never opened whole. */
export async function requestOf(runId: string, { journal }: Gateways): Promise<RunRequest> {
  return present(await journal.request(runId), `the request of run ${runId}`);
}

/** The run with its request, as it is on this inventory, and its plan. @throws when it was never planned. */
export async function contextOf(runId: string, gateways: Gateways): Promise<RunContext> {
  const run = await runOf(runId, gateways);
  const { experiment: asked } = await requestOf(runId, gateways);
  const { inventory, plan, documents, account }: PlanRecord = present(
    await gateways.journal.plan(runId),
    `the plan of run ${runId}`,
  );
  const experiment = experimentOn(asked, inventory);
  return { run, experiment, inventory, plan, documents, account, injectAt: run.injectAt };
}

/** Why nothing more of the run is looked at or held; undefined while it is open. */
export function closedBySays({ life, closedBy }: RunItem): string | undefined {
  return life === 'open' ? undefined : `run closed by ${closedBy ?? 'nobody'}`;
}

/** @throws RunClosed when the run may no longer inject, whoever closed it. */
export function refuseClosed({ runId, life, closedBy }: RunItem): void {
  if (life === 'opening' || life === 'open') return;
  throw new RunClosed(
    `Cannot go on with run ${runId} as it must be open: found ${life}, closed by ${closedBy ?? 'nobody'}`,
  );
}

function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined)
    throw new Error(`Cannot read ${what} as it must be in the journal: found none`);
  return value;
}
