import type { Command } from 'commander';
import { Option } from 'commander';
import * as z from 'zod';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions, runIdIn } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { reportMarkdown, summariseForCi } from './report-markdown.ts';
import { reportPage } from './report-page.ts';
import { reportRun } from './report-run.ts';
import { atLeftEdge, next, print, printJson, printProse, tell } from './screen.ts';

const formats = ['text', 'json', 'markdown'] as const;

const ReportOptions = DeploymentOptions.extend({
  json: z.boolean(),
  format: z.enum(formats),
  html: z.union([z.string(), z.literal(true)]).optional(),
  open: z.boolean(),
});

const examples = `
Examples:
  aerofault report 4k2x9q0z7abc
  aerofault report 4k2x9q0z7abc --html report.html --open

Where GITHUB_STEP_SUMMARY is set, the report is added to the page of the job, too.

Exit codes: 0 every verdict confirmed, 1 ended clean but a verdict was not, 2 refused, or no such run, 3 not
clean or stuck: a person is needed, 4 no credentials or permission, 5 the run goes on, 70 broken, or a bug in
aerofault, 75 AWS does not answer now.`;

export function addReport(root: Command): void {
  onStack(root.command('report'))
    .description('Prints the report of a run; of one that is stuck also what to do by hand')
    .argument('<run>', "the run's id, or the ARN of its execution")
    .option('--json', 'the whole report as JSON', false)
    .addOption(new Option('--format <name>', 'how to print it').choices(formats).default('text'))
    .option('--html [file]', 'write it as a page, too (default: aerofault-RUN.html)')
    .option('--open', 'show the page in the browser', false)
    .addHelpText('after', examples)
    .action(async (run: string, given: unknown) => {
      const { json, format, html, open, ...options } = ReportOptions.parse(given);
      const deployment = await deploymentOf(options);
      const { report, text, exitCode } = await reportRun(deployment, runIdIn(run));
      // First, for where it cannot be written nothing is told but that.
      const page = await reportPage(report, { html, open });
      if (json || format === 'json') printJson(report);
      else if (format === 'markdown') print([reportMarkdown(report).trimEnd()]);
      else printProse(text.trimEnd().split('\n'), atLeftEdge);
      if (format !== 'markdown') summariseForCi(report);
      if (page !== undefined) tell(`  the report as a page: ${page}`);
      process.exitCode = exitCode;
      next(nextAfter(exitCode, report.runId));
    });
}

function nextAfter(exitCode: number, runId: string): string[] {
  if (exitCode === exitCodes.goesOn) return ['status', runId, '--watch'];
  if (exitCode === exitCodes.stuck) return ['restore', runId];
  return ['report', runId, '--open'];
}
