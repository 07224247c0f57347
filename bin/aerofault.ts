/**
 * `aerofault`: the command line. Only reads AWS so far: `plan` shows what an experiment would change.
 *
 * Standard output has the one result, standard error everything else. Exit codes: 0 planned, 2 refused or
 * bad input, 4 no credentials or permission, 70 a bug in aerofault.
 */
import { Command, CommanderError } from 'commander';
import * as z from 'zod';
import { Refusal } from '../core/refusal.ts';
import { planFile } from './cli/plan-file.ts';

const exitCodes = { refused: 2, denied: 4, bug: 70 } as const;

const examples = `
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

function program(): Command {
  const root = new Command('aerofault')
    .description('Self-restoring, self-proving network faults for Aerospike clusters on AWS')
    .exitOverride();
  root
    .command('plan')
    .description('Shows what an experiment would change, and proves it exact; reads AWS only')
    .argument('<experiment>', 'experiment file')
    .option('--explain', 'every rule that admits the cut, and what becomes of it', false)
    .option('--json', 'print plan and explanation as JSON', false)
    .option('--region <name>', 'AWS Region; else as the AWS SDK finds it')
    .option('--profile <name>', 'AWS profile; else as the AWS SDK finds it')
    .addHelpText('after', examples)
    .exitOverride()
    .action(async (file: string, given: unknown) => {
      const lines = await planFile(file, PlanOptions.parse(given));
      process.stdout.write(`${lines.join('\n')}\n`);
    });
  return root;
}

/** Codes of EC2 and the SDK that say "you may not". */
const denied = new Set([
  'AccessDenied',
  'AuthFailure',
  'CredentialsProviderError',
  'ExpiredToken',
  'InvalidClientTokenId',
  'UnauthorizedOperation',
]);

function exitCodeFor(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.refused;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (error instanceof Refusal) {
    process.stderr.write(`${message}\nNothing was touched.\n`);
    return exitCodes.refused;
  }
  if (denied.has(name) || message.startsWith('Region is missing')) {
    process.stderr.write(`Cannot read AWS as it must let us in: found ${name}: ${message}\n`);
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
