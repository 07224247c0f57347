/**
 * `aerofault`: the command line. `plan` shows what an experiment would change, `doctor` asks hosts whether
 * faults can be done to them, `report` and `status` tell of runs: these change nothing. `restore` and `abort`
 * end runs; nothing here begins one.
 *
 * Standard output has the one result, standard error everything else. Exit codes: 0 planned, fit, or clean;
 * 1 not fit, or not confirmed; 2 refused or bad input; 3 not clean or stuck; 4 no credentials or permission;
 * 5 stopped watching, or the run goes on; 70 a bug in aerofault.
 */
import { Command, CommanderError } from 'commander';
import * as z from 'zod';
import { Refusal } from '../core/refusal.ts';
import { usualDocumentPrefix } from '../lib/document-name.ts';
import { doctor } from './cli/doctor.ts';
import { exitCodes } from './cli/exit-codes.ts';
import { planFile } from './cli/plan-file.ts';
import { addRunCommands } from './cli/run-commands.ts';

const planExamples = `
Examples:
  npm run -s aerofault -- plan examples/halves.json
  npm run -s aerofault -- plan examples/client-cut.json --explain --region eu-west-1

Exit codes: 0 it can be planned, 2 refused or bad input, 4 no credentials or permission, 70 a bug in
aerofault. Nothing is ever changed by a plan.`;

const PlanOptions = z.strictObject({
  explain: z.boolean(),
  json: z.boolean(),
  region: z.string().optional(),
  profile: z.string().optional(),
});

const doctorExamples = `
Examples:
  npm run -s aerofault -- doctor orders-staging
  npm run -s aerofault -- doctor orders-staging --ports 4333,3011,3012 --json --region eu-west-1

Exit codes: 0 every host is fit for faults, 1 some host refuses them, 2 bad input, 4 no credentials or
permission, 70 a bug in aerofault. It runs one document on the hosts, which changes nothing.`;

const DoctorOptions = z.strictObject({
  ports: z.string().optional(),
  json: z.boolean(),
  documentPrefix: z.string(),
  region: z.string().optional(),
  profile: z.string().optional(),
});

function program(): Command {
  const root = new Command('aerofault')
    .description('Self-restoring, self-proving network faults for Aerospike clusters on AWS')
    .exitOverride();
  addPlan(root);
  addDoctor(root);
  addRunCommands(root);
  return root;
}

function addPlan(root: Command): void {
  root
    .command('plan')
    .description('Shows what an experiment would change, and proves it exact; reads AWS only')
    .argument('<experiment>', 'experiment file')
    .option('--explain', 'every rule that admits the cut, and what becomes of it', false)
    .option('--json', 'print plan and explanation as JSON', false)
    .option('--region <name>', 'AWS Region; else as the AWS SDK finds it')
    .option('--profile <name>', 'AWS profile; else as the AWS SDK finds it')
    .addHelpText('after', planExamples)
    .exitOverride()
    .action(async (file: string, given: unknown) => {
      const lines = await planFile(file, PlanOptions.parse(given));
      process.stdout.write(`${lines.join('\n')}\n`);
    });
}

function addDoctor(root: Command): void {
  root
    .command('doctor')
    .description('Asks every host of a cluster whether faults can be done to it; changes nothing')
    .argument('<cluster>', 'value of the tag aerofault:cluster')
    .option('--ports <numbers>', "Aerospike's ports with commas between, the service port first")
    .option('--json', 'print what was found as JSON', false)
    .option('--document-prefix <word>', 'as the stack was deployed with', usualDocumentPrefix)
    .option('--region <name>', 'AWS Region; else as the AWS SDK finds it')
    .option('--profile <name>', 'AWS profile; else as the AWS SDK finds it')
    .addHelpText('after', doctorExamples)
    .exitOverride()
    .action(async (cluster: string, given: unknown) => {
      const { lines, fit } = await doctor(cluster, DoctorOptions.parse(given));
      process.stdout.write(`${lines.join('\n')}\n`);
      if (!fit) process.exitCode = exitCodes.unfit;
    });
}

/** Codes of AWS and the SDK that say "you may not". */
const denied = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnauthorizedOperation',
  'UnrecognizedClientException',
]);

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.refused;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (error instanceof Refusal) {
    process.stderr.write(`${message}\nNothing was touched.\n`);
    return exitCodes.refused;
  }
  if (denied.has(name) || message.startsWith('Region is missing')) {
    process.stderr.write(`Cannot use AWS as it must let us in: found ${name}: ${message}\n`);
    return exitCodes.denied;
  }
  process.stderr.write(`${error instanceof Error ? error.stack : message}\n`);
  return exitCodes.bug;
}

try {
  await program().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeFor(error);
}
