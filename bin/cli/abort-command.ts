import type { Command } from 'commander';
import * as z from 'zod';
import { Refusal } from '../../core/refusal.ts';
import { abortRun, abortRuns } from './abort-run.ts';
import type { Told } from './abort-run.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions, runIdIn } from './deployment.ts';
import type { Deployment } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { next, print, printJson, tell } from './screen.ts';
import { runIdsUnderWay } from './show-status.ts';

const AbortOptions = DeploymentOptions.extend({ all: z.boolean(), json: z.boolean() });

const examples = `
Examples:
  aerofault abort 4k2x9q0z7abc
  aerofault abort --all --region eu-west-1

It never asks: safety must not wait for an answer. --all tries every run, whatever fails with another.

Exit codes: 0 closed, or over already; 2 no such run or bad input; 4 no credentials or permission; 70 a bug
in aerofault; 75 AWS does not answer now; of --all the worst. To see it end: aerofault restore RUN.`;

export function addAbort(root: Command): void {
  onStack(root.command('abort'))
    .description('Ends a run early: nothing more of it is applied, and it is restored at once')
    .argument('[run]', "the run's id, or the ARN of its execution")
    .option('--all', 'every run of the deployment that is not over', false)
    .option('--json', 'print what became of each run as JSON', false)
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
      process.exitCode = await (asked === undefined
        ? abortAll(deployment, json)
        : abortOne(deployment, asked, json));
    });
}

async function abortOne(deployment: Deployment, runId: string, json: boolean): Promise<number> {
  const says: string[] = [];
  const { became, exitCode } = await abortRun(deployment, runId, (line) => {
    says.push(line);
    sayNow(line, json);
  });
  if (json) printJson({ runs: [{ runId, became, exitCode, says }] });
  next(['restore', runId, '--watch']);
  return exitCode;
}

/** The answer is the worst exit code. */
async function abortAll(deployment: Deployment, json: boolean): Promise<number> {
  const told: Told[] = [];
  const all = await abortRuns(deployment, await runIdsUnderWay(deployment), (one) => {
    told.push(one);
    sayNow(one.line, json || one.failed);
  });
  const saysOf = (runId: string) => told.flatMap((one) => (one.runId === runId ? [one.line] : []));
  if (json) printJson({ runs: all.map((one) => ({ ...one, says: saysOf(one.runId) })) });
  else if (all.length === 0) print(['No run is under way.']);
  if (all[0] !== undefined) next(['restore', all[0].runId, '--watch']);
  const codes = new Set(all.map(({ exitCode }) => exitCode));
  return worstFirst.find((code) => codes.has(code)) ?? 0;
}

/** What waiting mends is the least of them but for a run that is none. */
const worstFirst = [exitCodes.bug, exitCodes.denied, exitCodes.unavailable, exitCodes.refused];

/** At once, whatever comes after it; beside the result where that is one document, or a failure. */
const sayNow = (line: string, beside: boolean): void => (beside ? tell(line) : print([line]));
