import type { Command } from 'commander';
import * as z from 'zod';
import { Refusal } from '../../core/refusal.ts';
import { abortRun, openRuns } from './abort-run.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions, runIdIn } from './deployment.ts';
import { next, print, printJson } from './screen.ts';

const AbortOptions = DeploymentOptions.extend({ all: z.boolean(), json: z.boolean() });

const examples = `
Examples:
  aerofault abort 4k2x9q0z7abc
  aerofault abort --all --region eu-west-1

It never asks: safety must not wait for an answer.

Exit codes: 0 closed, or over already; 2 no such run or bad input; 4 no credentials or permission; 70 a bug
in aerofault; 75 AWS does not answer now. To see it end: aerofault restore RUN.`;

export function addAbort(root: Command): void {
  onStack(root.command('abort'))
    .description('Ends a run early: nothing more of it is applied, and it is restored at once')
    .argument('[run]', "the run's id, or the ARN of its execution")
    .option('--all', 'every run of the deployment that is not over', false)
    .option('--json', 'print what was closed as JSON', false)
    .addHelpText('after', examples)
    .action(async (run: string | undefined, given: unknown) => {
      const { all, json, ...options } = AbortOptions.parse(given);
      if (all === (run !== undefined)) {
        throw new Refusal(
          `Cannot abort as either a run or --all must be given: found ${all ? 'both' : 'neither'}`,
        );
      }
      const asked = run === undefined ? undefined : runIdIn(run);
      const deployment = await deploymentOf(options);
      const runIds = asked === undefined ? await openRuns(deployment) : [asked];
      const lines: string[] = [];
      for (const runId of runIds) lines.push(...(await abortRun(deployment, runId)));
      if (json) printJson({ runs: runIds, says: lines });
      else print(lines.length > 0 ? lines : ['No run is under way.']);
      if (runIds[0] !== undefined) next(['restore', runIds[0], '--watch']);
    });
}
