import type { Experiment } from '../../core/experiment.ts';
import { explain, explanationText } from '../../core/plan/explain.ts';
import { expectedCents } from '../../core/plan/expected-cost.ts';
import { digestedOf, shownPlan } from '../../core/plan/shown-plan.ts';
import { usualTiming } from '../../core/timing.ts';
import { systemClock } from '../../lambda/aws/clock.ts';
import type { Connection } from '../../lambda/aws/connection.ts';
import { digestOf } from '../../lambda/aws/digest.ts';
import { ec2Network } from '../../lambda/aws/network.ts';
import { changeLines, comingLines, flowsIn, headLines, summaryLine } from './plan-text.ts';
import type { Shown } from './plan-text.ts';

/** Characters of a digest that are shown. */
const digestShown = 8;

/**
 * Plans an experiment on what AWS says now.
 *
 * @throws Refusal for what cannot be planned exactly.
 */
export async function planned(experiment: Experiment, connection: Connection): Promise<Shown> {
  const network = ec2Network(connection, { clock: systemClock });
  const inventory = await network.observe(experiment.cluster);
  const plan = shownPlan(experiment, inventory);
  const digest = digestOf(digestedOf(plan)).slice(0, digestShown);
  return { experiment, inventory, plan, digest };
}

/** The lines for people; `long`: with every rule that admits the cut, and what becomes of it. */
export function planLines(shown: Shown, { long }: { readonly long: boolean }): string[] {
  const changes = long ? explanationText(explain(shown.inventory, shown.plan)) : changeLines(shown);
  return [...headLines(shown), '', ...changes, '', ...comingLines(shown), '', summaryLine(shown)];
}

/** The document for programs. */
export function planDocument({ experiment, inventory, plan, digest }: Shown): object {
  return {
    schemaVersion: 1,
    digest,
    experiment,
    blastRadius: {
      machines: plan.targets.length,
      ofMachines: inventory.instances.length,
      hosts: plan.hosts.length,
      flows: flowsIn(plan),
    },
    costs: { ...plan.calls, centsAtMost: expectedCents(experiment, usualTiming), timing: 'usual' },
    plan,
    explanation: explain(inventory, plan),
  };
}
