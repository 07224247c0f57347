import type { Command } from 'commander';
import * as z from 'zod';
import { Refusal } from '../../core/refusal.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions, runIdIn } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { followRun } from './follow-run.ts';
import { runIn } from './restore-run.ts';
import { runLines } from './run-lines.ts';
import { next, print, printJson, printProse } from './screen.ts';
import { runsUnderWay } from './show-status.ts';

const StatusOptions = DeploymentOptions.extend({
  watch: z.boolean(),
  input: z.boolean(),
  json: z.boolean(),
});
type StatusOptions = z.infer<typeof StatusOptions>;

const examples = `
Examples:
  aerofault status
  aerofault status 4k2x9q0z7abc --watch

Exit codes: 0 told; with --watch those of run; 2 no such run or bad input; 4 no credentials or permission;
70 a bug in aerofault; 75 AWS does not answer now.`;

export function addStatus(root: Command): void {
  onStack(root.command('status'))
    .description('Tells how a run stands, or every run that is not long over')
    .argument('[run]', "the run's id, or the ARN of its execution")
    .option('--watch', 'watch it to its end, and print its report', false)
    .option('--no-input', 'never ask')
    .option('--json', 'print the journal items of the runs as JSON', false)
    .addHelpText('after', examples)
    .action(async (run: string | undefined, given: unknown) => {
      const options = StatusOptions.parse(given);
      const asked = run === undefined ? undefined : runIdIn(run);
      const deployment = await deploymentOf(options);
      if (options.watch) process.exitCode = await watch(deployment, asked, options);
      else await show(deployment, asked, options.json);
    });
}

async function show(deployment: Deployment, asked: string | undefined, json: boolean) {
  const runs =
    asked === undefined ? await runsUnderWay(deployment) : [await runIn(deployment, asked)];
  if (json) return printJson({ runs });
  const lines = runs.flatMap(runLines);
  const none = 'No run is under way, and none ended within the last hour.';
  printProse(lines.length > 0 ? lines : [none]);
  const stuck = runs.find(({ stuckSince }) => stuckSince !== undefined);
  const open = runs.find(({ life }) => life !== 'final');
  if (stuck !== undefined) next(['report', stuck.runId]);
  else if (open !== undefined) next(['status', open.runId, '--watch']);
  else if (runs[0] !== undefined) next(['report', runs[0].runId]);
}

/** Watches the run that is asked for, or the only one under way. */
async function watch(
  deployment: Deployment,
  asked: string | undefined,
  { json, input }: StatusOptions,
): Promise<number> {
  const open = (await runsUnderWay(deployment)).filter(({ life }) => life !== 'final');
  const run = asked === undefined ? open[0] : await runIn(deployment, asked);
  if (asked === undefined && open.length > 1) {
    const found = open.map(({ runId }) => runId).join(', ');
    throw new Refusal(
      `Cannot watch as one run must be named where there are several: found ${found}`,
    );
  }
  if (run === undefined) {
    if (json) printJson({ runs: [] });
    else print(['No run is under way.']);
    return exitCodes.refused;
  }
  const started = { runId: run.runId, executionArn: run.execution };
  const startedAt = run.openedAt;
  return followRun(deployment, started, { json, asks: input, startedAt });
}
