import type { Command } from 'commander';
import * as z from 'zod';
import { BadExperiment, countedProblems } from '../../lib/bad-experiment.ts';
import type { PlacedProblem } from '../../lib/bad-experiment.ts';
import { experimentIn } from '../../lib/experiment-file.ts';
import { exitCodes } from './exit-codes.ts';
import { next, printJson, printProse, tell } from './screen.ts';

const ValidateOptions = z.strictObject({ json: z.boolean() });

const examples = `
Examples:
  aerofault validate isolate-one-node.yaml
  aerofault validate examples/halves.json examples/ring.json --json

Exit codes: 0 all of them are experiments, 2 some are not. It asks nobody, and needs no AWS.`;

/** Adds the command that reads experiments and says what is wrong with them. */
export function addValidate(root: Command): void {
  root
    .command('validate')
    .description('Says all that is wrong with experiments; asks nobody')
    .argument('<files...>', 'experiment files, YAML or JSON; - reads standard input')
    .option('--json', 'print the problems as JSON', false)
    .addHelpText('after', examples)
    .action((files: string[], given: unknown) => {
      const { json } = ValidateOptions.parse(given);
      const judged = files.map(judge);
      const bad = judged.flatMap(({ error }) => error ?? []);
      if (json) printJson({ files: judged.map(({ file, problems }) => ({ file, problems })) });
      else show(judged);
      if (bad.length > 0) process.exitCode = exitCodes.refused;
      else next(['plan', files[0] ?? '']);
    });
}

interface Judged {
  readonly file: string;
  readonly problems: readonly Omit<PlacedProblem, 'source'>[];
  readonly error?: BadExperiment;
  readonly says?: string;
}

function judge(file: string): Judged {
  try {
    const { name, cluster, mechanism, fault } = experimentIn(file);
    const says = `${file}: ${name} on ${cluster}, ${fault.kind} by ${mechanism}`;
    return { file, problems: [], says };
  } catch (error) {
    if (!(error instanceof BadExperiment)) throw error;
    return { file, problems: error.problems.map(({ source: _, ...problem }) => problem), error };
  }
}

function show(judged: readonly Judged[]): void {
  const good = judged.flatMap(({ says }) => says ?? []);
  if (good.length > 0) printProse(good);
  const errors = judged.flatMap(({ error }) => error ?? []);
  for (const error of errors) process.stderr.write(`${error.message}\n`);
  if (errors.length > 0) {
    tell(countedProblems({ problems: errors.flatMap(({ problems }) => problems) }));
  }
}
