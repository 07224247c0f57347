import type { Command } from 'commander';
import * as z from 'zod';
import { optionWords } from './command-line.ts';
import { doctor } from './doctor.ts';
import { exitCodes } from './exit-codes.ts';
import { LookingOptions, onClusters } from './looking.ts';
import { next, print, printJson } from './screen.ts';

const DoctorOptions = LookingOptions.extend({
  ports: z.string().optional(),
  json: z.boolean(),
  documentPrefix: z.string().optional(),
});

const examples = `
Examples:
  aerofault doctor orders-staging
  aerofault doctor orders-staging --ports 4333,3011,3012 --json --region eu-west-1
  aerofault doctor orders-staging --stack Aerofault

Exit codes: 0 every host is fit for faults, 1 some host refuses them, 2 bad input, 4 no credentials or
permission, 70 a bug in aerofault, 75 AWS does not answer now. It runs one document on the hosts, which
changes nothing.`;

/** Adds the command that examines the hosts of a cluster. */
export function addDoctor(root: Command): void {
  onClusters(root.command('doctor'))
    .description('Asks every host of a cluster whether faults can be done to it; changes nothing')
    .argument('<cluster>', 'value of the tag aerofault:cluster')
    .option('--ports <numbers>', "Aerospike's ports with commas between, the service port first")
    .option('--json', 'print what was found as JSON', false)
    .option('--document-prefix <word>', "of the documents' names, where no --stack tells it")
    .addHelpText('after', examples)
    .action(async (cluster: string, given: unknown) => {
      const { json, ...options } = DoctorOptions.parse(given);
      const { diagnosis, lines } = await doctor(cluster, options);
      if (json) printJson(diagnosis);
      else print(lines);
      if (!diagnosis.fit) process.exitCode = exitCodes.unfit;
      const { ports, documentPrefix } = options;
      const same = optionWords({ ports, 'document-prefix': documentPrefix });
      if (diagnosis.fit) next(['plan', 'EXPERIMENT']);
      else next(['doctor', cluster, ...same], ', once that is mended');
    });
}
