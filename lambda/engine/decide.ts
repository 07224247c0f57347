import { refuseNoAnswer } from '../../core/access/refuse-no-answer.ts';
import { PortName } from '../../core/aerospike.ts';
import { experimentOn } from '../../core/experiment-on.ts';
import { numbersOf } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import { refuseDataLoss } from '../../core/guards/refuse-data-loss.ts';
import { infoPortOf } from '../../core/info-port.ts';
import type { RunItem } from '../../core/journal.ts';
import { plan } from '../../core/plan/plan.ts';
import type { Plan } from '../../core/plan/plan.ts';
import { refuseTooManyCalls } from '../../core/plan/security-group/calls.ts';
import { nodesOf } from '../../core/inventory.ts';
import type { Inventory } from '../../core/inventory.ts';
import { Refusal, RunClosed } from '../../core/refusal.ts';
import { isHostStep } from '../../core/step.ts';
import type { Gateways } from '../gateways.ts';
import { withAccess } from './access.ts';
import type { AskedAccess } from './access.ts';
import { enterTarget } from './enter-target.ts';
import { scriptsOf } from './host-script.ts';
import { refuseClosed, requestOf, runOf } from './run-context.ts';
import { shownDigest } from './shown-digest.ts';
import { surveyHosts } from './survey.ts';
import type { Surveying, Surveys } from './survey.ts';

/**
 * Observes the inventory under the lock, asks hosts what they are like, plans, and stores all of it before
 * the run may inject (rules 3, 4). The versions of the scripts that inject and restore are fixed with the plan,
 * so that a deployment in the middle of a run does not change what it does.
 *
 * @throws Refusal where no exact plan exists, it is not the one that was shown, a host is not fit for it, or
 * the account of the cluster does not let us in;
 * nothing was touched.
 */
export async function decide(runId: string, gateways: Gateways): Promise<{ says: string }> {
  const run = await runOf(runId, gateways);
  refuseClosed(run);
  const { experiment: asked } = await requestOf(runId, gateways);
  await enterTarget(gateways);
  const observed = await gateways.network.observe(asked.cluster);
  const shown = shownDigest(asked, observed, gateways);
  const access = accessOf(asked, observed, run, gateways);
  return withAccess(access, gateways, (unopened) =>
    decideOn({ runId, asked, observed, shown, unopened }, gateways),
  );
}

/** What a plan is made for, and of. */
interface Deciding {
  readonly runId: string;
  readonly asked: Experiment;
  readonly observed: Inventory;
  readonly shown: string | undefined;
  readonly unopened: Readonly<Record<string, string>>;
}

async function decideOn(
  { runId, asked, observed, shown, unopened }: Deciding,
  gateways: Gateways,
): Promise<{ says: string }> {
  const { journal, hosts, digest } = gateways;
  const heard = await surveyHosts(observed.instances, surveyingOf(asked, runId), gateways);
  const inventory = { ...observed, surveys: heard.surveys };
  refuseNoAnswer(asked, inventory, { ...heard.silent, ...unopened });
  const decided = plan(experimentOn(asked, inventory), inventory, runId);
  refuseTooManyCalls(decided.calls, gateways.timing);
  refuseSilentAgents(decided, inventory, heard);
  refuseUnaskedHosts(decided, inventory, heard);
  refuseDataLoss(experimentOn(asked, inventory), inventory, runId);
  const documents = await hosts.versions(scriptsOf(decided.steps));
  await journal.putPlan(runId, {
    inventory,
    plan: decided,
    digest: shown ?? digest(decided.steps),
    documents,
    account: gateways.target?.account,
  });
  await begin(runId, gateways);
  return { says: decided.steps.map(({ says }) => says).join('; ') };
}

/** For as long as the run's probes may ask. */
function accessOf(
  { access }: Experiment,
  inventory: Inventory,
  { runId, deadlineAt }: RunItem,
  { timing }: Gateways,
): AskedAccess | undefined {
  if (access === undefined) return undefined;
  return { access, runId, inventory, until: deadlineAt + 1000 * timing.recoverySeconds };
}

/** Where the nodes are to tell their port numbers, they are asked by way of the usual ones. */
function surveyingOf(experiment: Experiment, runId: string): Surveying {
  const { portNumbers, ...usual } = experiment;
  const numbered = portNumbers === 'node' ? usual : experiment;
  const ports = numbersOf(PortName.options, numbered);
  return { runId, ports, servicePort: infoPortOf(numbered) };
}

async function begin(runId: string, { journal, clock }: Gateways): Promise<void> {
  const answer = await journal.write(runId, { kind: 'begin', at: clock.now() });
  if (answer.written || answer.item?.life === 'open') return;
  throw new RunClosed(
    `Cannot begin run ${runId} as it must be opening: found ${answer.item?.life}`,
  );
}

/** Probes and host restores need the agents of all nodes, and of the clients the plan cuts off. */
function refuseSilentAgents(
  { targets, cuts }: Plan,
  inventory: Inventory,
  { online }: Surveys,
): void {
  const asked = new Set([
    ...nodesOf(inventory).map(({ id }) => id),
    ...targets,
    ...cuts.flatMap(({ from, to }) => [...from, ...to]),
  ]);
  const silent = [...asked].filter((id) => !online.has(id));
  if (silent.length === 0) return;
  throw new Refusal(
    `Cannot plan on cluster "${inventory.cluster}" as the SSM agent of every machine asked must be online: found ${silent.join(', ')} silent`,
  );
}

/** A host that is to be changed must have said what it is like; the plan was held against what it said. */
function refuseUnaskedHosts({ steps }: Plan, { instances }: Inventory, { silent }: Surveys): void {
  const changed = new Set(steps.filter(isHostStep).map(({ instanceId }) => instanceId));
  const unasked = instances.find(({ id }) => changed.has(id) && silent[id] !== undefined);
  if (unasked === undefined) return;
  throw new Refusal(
    `Cannot change ${unasked.name} as it must have answered its survey: found ${inOneLine(silent[unasked.id])}`,
  );
}

/** A reason as the end of a sentence in the house grammar. */
const inOneLine = (reason = ''): string => reason.replaceAll(/\s+/g, ' ').replace(/[ .]+$/, '');
