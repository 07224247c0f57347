import type { Command } from 'commander';
import * as z from 'zod';
import type { RunItem } from '../../core/journal.ts';
import { onStack } from './connection.ts';
import { deploymentOf, DeploymentOptions, runIdIn } from './deployment.ts';
import { exitCodes } from './exit-codes.ts';
import { notesSoFar, runIn, startRestore, watchRestore } from './restore-run.ts';
import type { Restored } from './restore-run.ts';
import { runLines } from './run-lines.ts';
import { next, printJson, printProse, tell } from './screen.ts';

const RestoreOptions = DeploymentOptions.extend({
  watch: z.boolean().optional(),
  json: z.boolean(),
});

const examples = `
Examples:
  aerofault restore 4k2x9q0z7abc
  aerofault restore 4k2x9q0z7abc --no-watch --region eu-west-1

Exit codes: 0 clean, or started and not watched; 2 no such run or bad input; 3 stuck, a person is needed;
4 no credentials or permission; 5 stopped watching, the restore goes on; 70 a bug in aerofault; 75 AWS does
not answer now.`;

export function addRestore(root: Command): void {
  onStack(root.command('restore'))
    .description('Restores a run, whoever should have, and watches until nothing of it is left')
    .argument('<run>', "the run's id, or the ARN of its execution")
    .option('--watch', 'tell each look until the run is final; usual on a terminal')
    .option('--no-watch', 'only start it')
    .option('--json', 'print how it ended as JSON', false)
    .addHelpText('after', examples)
    .action(async (run: string, given: unknown) => {
      const { watch = process.stderr.isTTY, ...options } = RestoreOptions.parse(given);
      await restore(runIdIn(run), watch, options);
    });
}

type Options = Omit<z.infer<typeof RestoreOptions>, 'watch'>;

async function restore(runId: string, watch: boolean, options: Options): Promise<void> {
  const deployment = await deploymentOf(options);
  const run = await runIn(deployment, runId);
  const show = (ended: string, lines: readonly string[], item: RunItem): void =>
    options.json ? printJson({ runId, ended, run: item }) : printProse(lines);
  if (run.life === 'final') return show('clean', runLines(run), run);
  const before = await notesSoFar(deployment, runId);
  const executionArn = await startRestore(deployment, runId);
  const started = `Restoring run ${runId}: ${executionArn}`;
  if (!watch) return show('goes on', [started], run);
  tell(started);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const watcher = { tell: (line: string) => tell(`  ${line}`), stopped: stop.signal };
  const { ended, lines } = await watchRestore({ deployment, runId, executionArn, before }, watcher);
  show(ended, lines, await runIn(deployment, runId));
  process.exitCode = codes[ended];
  next(['report', runId, ...(ended === 'clean' ? ['--open'] : [])]);
}

const codes: Readonly<Record<Restored['ended'], number>> = {
  clean: 0,
  stuck: exitCodes.stuck,
  'goes on': exitCodes.goesOn,
};
