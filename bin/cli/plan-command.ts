import type { Command } from 'commander';
import * as z from 'zod';
import { experimentIn } from '../../lib/experiment-file.ts';
import { lookingBy, LookingOptions, onClusters } from './looking.ts';
import { writeNamed } from './named-file.ts';
import { planDocument, planLines, planned } from './plan-file.ts';
import { next, printJson, printProse, tell } from './screen.ts';

const PlanOptions = LookingOptions.extend({
  explain: z.boolean(),
  json: z.boolean(),
  out: z.string().optional(),
});

const examples = `
Examples:
  aerofault plan examples/halves.json
  aerofault plan examples/client-cut.json --explain --region eu-west-1
  aerofault plan examples/halves.json --stack Aerofault

Exit codes: 0 it can be planned, 2 refused or bad input, 4 no credentials or permission, 70 a bug in
aerofault, 75 AWS does not answer now. Nothing is ever changed by a plan.`;

/** Adds the command that shows what a run would change. */
export function addPlan(root: Command): void {
  onClusters(root.command('plan'))
    .description('Shows what an experiment would change, and proves it exact; reads AWS only')
    .argument('<experiment>', 'experiment file, YAML or JSON; - reads standard input')
    .option('--explain', 'every rule that admits the cut, and what becomes of it', false)
    .option('--json', 'print plan and explanation as JSON', false)
    .option('--out <file>', 'write that JSON to a file, too')
    .addHelpText('after', examples)
    .action(async (file: string, given: unknown) => {
      const { explain, json, out, ...aws } = PlanOptions.parse(given);
      const experiment = experimentIn(file);
      const { connection } = await lookingBy(aws);
      const shown = await planned(experiment, connection);
      const document = planDocument(shown);
      if (out !== undefined) writeNamed(out, `${JSON.stringify(document, null, 2)}\n`);
      if (json) printJson(document);
      else printProse(planLines(shown, { long: explain }));
      if (out !== undefined) tell(`  the plan as JSON: ${out}`);
      next(['run', file, '--plan', shown.digest]);
    });
}
