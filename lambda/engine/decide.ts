import { plan } from '../../core/plan/plan.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { refuseTooManyCalls } from '../../core/plan/security-group/calls.ts';
import { nodesOf } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import { Refusal, RunClosed } from '../../core/refusal.ts';
import type { Gateways } from '../gateways.ts';
import { refuseClosed, requestOf, runOf } from './run-context.ts';

/**
 * Observes the inventory under the lock, plans, and stores both before the run may inject (rules 3, 4).
 *
 * @throws Refusal where no exact plan exists; nothing was touched.
 */
export async function decide(runId: string, gateways: Gateways): Promise<{ says: string }> {
  const { journal, network, digest } = gateways;
  refuseClosed(await runOf(runId, gateways));
  const { experiment } = await requestOf(runId, gateways);
  const inventory = await network.observe(experiment.cluster);
  const decided = plan(experiment, inventory, runId);
  refuseTooManyCalls(decided.calls, gateways.timing);
  await refuseSilentAgents(decided, inventory, gateways);
  await journal.putPlan(runId, { inventory, plan: decided, digest: digest(decided.steps) });
  await begin(runId, gateways);
  return { says: decided.steps.map(({ says }) => says).join('; ') };
}

async function begin(runId: string, { journal, clock }: Gateways): Promise<void> {
  const answer = await journal.write(runId, { kind: 'begin', at: clock.now() });
  if (answer.written || answer.item?.life === 'open') return;
  throw new RunClosed(
    `Cannot begin run ${runId} as it must be opening: found ${answer.item?.life}`,
  );
}

/** Probes and host restores need the agents of all nodes, and of the clients the plan cuts off. */
async function refuseSilentAgents(
  { targets, cuts }: Plan,
  inventory: Inventory,
  { hosts }: Gateways,
): Promise<void> {
  const asked = new Set([
    ...nodesOf(inventory).map(({ id }) => id),
    ...targets,
    ...cuts.flatMap(({ from, to }) => [...from, ...to]),
  ]);
  const online = await hosts.online([...asked]);
  const silent = [...asked].filter((id) => !online.has(id));
  if (silent.length === 0) return;
  throw new Refusal(
    `Cannot plan on cluster "${inventory.cluster}" as the SSM agent of every machine asked must be online: found ${silent.join(', ')} silent`,
  );
}
