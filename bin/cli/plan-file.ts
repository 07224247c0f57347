import type { Experiment } from '../../core/experiment.ts';
import { explain, explanationText } from '../../core/plan/explain.ts';
import { plan } from '../../core/plan/plan.ts';
import type { Plan } from '../../core/plan/plan.ts';
import type { Inventory } from '../../core/inventory.ts';
import { systemClock } from '../../lambda/aws/clock.ts';
import { digestOf } from '../../lambda/aws/digest.ts';
import { ec2Network } from '../../lambda/aws/network.ts';
import { experimentIn } from '../experiment-file.ts';

/** How to show a plan, and where to look. */
export interface PlanFileOptions {
  readonly explain: boolean;
  readonly json: boolean;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
}

/** What stands for the run id in a plan that is only shown. */
const shownRunId = 'run';

/**
 * The lines to print for an experiment file, planned on what AWS says now.
 *
 * @throws Refusal for a bad file, or what cannot be planned exactly.
 */
export async function planFile(file: string, options: PlanFileOptions): Promise<string[]> {
  const experiment = experimentIn(file);
  if (options.profile !== undefined) process.env['AWS_PROFILE'] = options.profile;
  const connection = options.region === undefined ? {} : { region: options.region };
  const network = ec2Network(connection, { clock: systemClock });
  const inventory = await network.observe(experiment.cluster);
  const made = plan(experiment, inventory, shownRunId);
  if (options.json) {
    return [JSON.stringify({ plan: made, explanation: explain(inventory, made) }, null, 2)];
  }
  const head = `${experiment.name} on ${experiment.cluster}: ${experiment.mechanism}, ${experiment.holdSeconds} s`;
  const shown = options.explain ? explanationText(explain(inventory, made)) : stepLines(made);
  return [head, '', ...shown, ...chanceLines(made, experiment), '', summaryOf(made, inventory)];
}

/** A run that is given no seed makes its own, of an id that nobody knows yet. */
function chanceLines({ seed }: Plan, experiment: Experiment): string[] {
  return seed === undefined || experiment.seed !== undefined
    ? []
    : [`  ! each run chooses anew; with "seed": ${seed} in the experiment, as here`];
}

function stepLines({ steps, warnings }: Plan): string[] {
  return [
    ...steps.map(({ says }) => `  ~ ${says}`),
    ...warnings.map((warning) => `  ! ${warning}`),
  ];
}

function summaryOf({ steps, targets, calls, ...rest }: Plan, { instances }: Inventory): string {
  const digest = digestOf({ ...rest, steps, targets, calls }).slice(0, 8);
  return `Plan ${digest}: ${steps.length} step(s), ${targets.length} of ${instances.length} machines cut off, exact, ${calls.inject} + ${calls.restore} calls to EC2. Nothing was changed.`;
}
