import type { Command } from 'commander';
import * as z from 'zod';
import { executionLink } from '../../core/console-link.ts';
import type { Experiment } from '../../core/experiment.ts';
import { heldToPlan } from '../../core/plan/shown-plan.ts';
import { Refusal } from '../../core/refusal.ts';
import { experimentIn } from '../../lib/experiment-file.ts';
import { commandLine } from './command-line.ts';
import { confirmCluster } from './confirm.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions } from './deployment.ts';
import { followRun } from './follow-run.ts';
import { print, printJson, tell } from './screen.ts';
import { startRun } from './start-run.ts';
import type { StartedRun } from './start-run.ts';

const RunOptions = DeploymentOptions.extend({
  confirm: z.string().optional(),
  plan: z.string().optional(),
  detach: z.boolean(),
  input: z.boolean(),
  json: z.boolean(),
});
type RunOptions = z.infer<typeof RunOptions>;

const examples = `
Examples:
  aerofault run isolate-one-node.yaml --plan 4be19c02
  aerofault run isolate-one-node.yaml --confirm orders-staging --json > report.json

Ctrl-C while it runs asks whether to go on watching, to restore now, or to leave it running; without a
terminal it stops watching. Closing the terminal changes nothing. The run ends by itself in any case.

Exit codes: 0 confirmed and clean, 1 clean but a verdict was not confirmed, 2 refused, nothing was touched,
3 not clean or stuck: a person is needed, 4 no credentials or permission, 5 stopped watching, the run goes
on (or may: AWS did not say whether it was started), 70 broken, 75 AWS does not answer now, 130 Ctrl-C
before it was started.`;

/** Adds the command that runs an experiment. */
export function addRun(root: Command): void {
  onStack(root.command('run'))
    .description('Runs an experiment, watches it to its end, and prints its report')
    .argument('<experiment>', 'experiment file, YAML or JSON; - reads standard input')
    .option('--plan <digest>', 'run only what `aerofault plan` showed under this digest')
    .option('--confirm <cluster>', "the cluster's name, where nobody can type it")
    .option('--detach', 'only start it', false)
    .option('--no-input', 'never ask')
    .option('--json', 'print the report as JSON', false)
    .addHelpText('after', examples)
    .action(async (file: string, given: unknown) => {
      process.exitCode = await run(file, RunOptions.parse(given));
    });
}

async function run(file: string, options: RunOptions): Promise<number> {
  const { confirm, detach, input, json } = options;
  const experiment = planned(experimentIn(file), options.plan);
  await confirmCluster(experiment, { confirm, asks: input });
  const deployment = await deploymentOf(options);
  const startedAt = Date.now();
  const started = await startRun(deployment, experiment, startedAt);
  tell(`run ${started.runId}  ${executionLink(started.executionArn) ?? started.executionArn}`);
  if (detach) return tellStarted(started, json);
  return followRun(deployment, started, { json, asks: input, startedAt });
}

function planned(experiment: Experiment, digest: string | undefined): Experiment {
  if (digest === undefined) return experiment;
  if (/^[0-9a-f]{8,12}$/.test(digest)) return heldToPlan(experiment, digest);
  throw new Refusal(
    `Cannot run ${experiment.name} as --plan must be the 8 to 12 characters that \`aerofault plan\` showed: found "${digest}"`,
  );
}

function tellStarted(started: StartedRun, json: boolean): number {
  if (json) printJson(started);
  else print([started.runId]);
  tell(`To watch: ${commandLine('status', started.runId, '--watch')}`);
  return 0;
}
