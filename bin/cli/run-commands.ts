import { Command } from 'commander';
import * as z from 'zod';
import { usualDocumentPrefix } from '../../lib/document-name.ts';
import { abortRun } from './abort-run.ts';
import { deploymentOf, DeploymentOptions, runIdIn } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { reportRun } from './report-run.ts';
import { notesSoFar, runIn, startRestore, watchRestore } from './restore-run.ts';
import { runLines } from './run-lines.ts';
import { statusLines } from './show-status.ts';

/** Adds the commands that are about a run of a deployment: restore, abort, report, status. */
export function addRunCommands(root: Command): void {
  addRestore(root);
  addAbort(root);
  addReport(root);
  addStatus(root);
}

const meaning = "the run's id, or the ARN of its execution";
const usualStack = 'Aerofault';

const RestoreOptions = DeploymentOptions.extend({ watch: z.boolean().optional() });

const restoreExamples = `
Examples:
  npm run -s aerofault -- restore 4k2x9q0z7abc
  npm run -s aerofault -- restore 4k2x9q0z7abc --no-watch --region eu-west-1

Exit codes: 0 clean, or started and not watched; 2 no such run or bad input; 3 stuck, a person is needed;
4 no credentials or permission; 5 stopped watching, the restore goes on; 70 a bug in aerofault.`;

function addRestore(root: Command): void {
  onStack(root.command('restore'))
    .description('Restores a run, whoever should have, and watches until nothing of it is left')
    .argument('<run>', meaning)
    .option('--watch', 'tell each look until the run is final; usual on a terminal')
    .option('--no-watch', 'only start it')
    .addHelpText('after', restoreExamples)
    .action(async (run: string, given: unknown) => {
      const { watch = process.stderr.isTTY, ...options } = RestoreOptions.parse(given);
      await restore(runIdIn(run), watch, options);
    });
}

const tell = (line: string): void => void process.stderr.write(`  ${line}\n`);

async function restore(runId: string, watch: boolean, options: DeploymentOptions): Promise<void> {
  const deployment = await deploymentOf(options);
  const run = await runIn(deployment, runId);
  if (run.life === 'final') return print(runLines(run));
  const before = await notesSoFar(deployment, runId);
  const executionArn = await startRestore(deployment, runId);
  if (!watch) return print([`Restoring run ${runId}: ${executionArn}`]);
  process.stderr.write(`Restoring run ${runId}: ${executionArn}\n`);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const asked = { deployment, runId, executionArn, before };
  const { ended, lines } = await watchRestore(asked, { tell, stopped: stop.signal });
  print(lines);
  process.exitCode = { clean: 0, stuck: exitCodes.stuck, 'goes on': exitCodes.goesOn }[ended];
}

const abortExamples = `
Exit codes: 0 closed, or over already; 2 no such run or bad input; 4 no credentials or permission; 70 a bug
in aerofault. To see it end: aerofault restore RUN.`;

function addAbort(root: Command): void {
  onStack(root.command('abort'))
    .description('Ends a run early: nothing more of it is applied, and it is restored at once')
    .argument('<run>', meaning)
    .addHelpText('after', abortExamples)
    .action(async (run: string, given: unknown) => {
      const runId = runIdIn(run);
      print(await abortRun(await deploymentOf(DeploymentOptions.parse(given)), runId));
    });
}

const ReportOptions = DeploymentOptions.extend({ json: z.boolean(), documentPrefix: z.string() });

const reportExamples = `
Exit codes: 0 every verdict confirmed, 1 ended clean but a verdict was not, 2 refused, or no such run, 3 not
clean or stuck: a person is needed, 4 no credentials or permission, 5 the run goes on, 70 broken, or a bug in
aerofault.`;

function addReport(root: Command): void {
  onStack(root.command('report'))
    .description('Prints the report of a run; of one that is stuck also what to do by hand')
    .argument('<run>', meaning)
    .option('--json', 'the whole report as JSON', false)
    .option('--document-prefix <word>', 'as the stack was deployed with', usualDocumentPrefix)
    .addHelpText('after', reportExamples)
    .action(async (run: string, given: unknown) => {
      const { json, documentPrefix, ...options } = ReportOptions.parse(given);
      const deployment = await deploymentOf(options);
      const shown = await reportRun(deployment, runIdIn(run), { json, documentPrefix });
      process.stdout.write(shown.text);
      process.exitCode = shown.exitCode;
    });
}

function addStatus(root: Command): void {
  onStack(root.command('status'))
    .description('Tells how a run stands, or every run that is not long over')
    .argument('[run]', meaning)
    .action(async (run: string | undefined, given: unknown) => {
      const runId = run === undefined ? undefined : runIdIn(run);
      print(await statusLines(await deploymentOf(DeploymentOptions.parse(given)), runId));
    });
}

const onStack = (command: Command): Command =>
  command
    .option('--stack <name>', 'name of the stack', usualStack)
    .option('--region <name>', 'AWS Region; else as the AWS SDK finds it')
    .option('--profile <name>', 'AWS profile; else as the AWS SDK finds it')
    .exitOverride();

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
