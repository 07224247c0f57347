import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import * as z from 'zod';
import { Usage } from '../options.ts';
import { soakStageNames, soakStages } from './soak-stages.ts';

/** What `npm run soak` was asked for. */
export const SoakOptions = z.strictObject({
  minutes: z.number().positive(),
  seed: z.int().min(0),
  log: z.string(),
  on: z.enum(soakStageNames),
});
export type SoakOptions = z.infer<typeof SoakOptions>;

const help = `
Stages:
${soakStageNames.map((name) => `  ${name.padEnd(12)}${soakStages[name].says}`).join('\n')}

Exit codes: 0 nothing was left behind, 1 something was, 2 bad input, 70 a bug in the soak.`;

/** Reads the command line. @throws Usage for unknown words, with commander's own hint. */
export function soakOptions(words: readonly string[]): SoakOptions {
  const command = soakCommand();
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw new Usage(error.message, error.exitCode === 0 ? 0 : 2);
  }
  return SoakOptions.parse(command.opts());
}

function soakCommand(): Command {
  return new Command('soak')
    .description('Runs random experiments back to back on one lab, and disturbs each at random')
    .option('--minutes <number>', 'no run begins after so long', positive, 120)
    .option('--seed <number>', 'the same seed draws the same runs', whole, Date.now() % 1_000_000)
    .addOption(
      new Option('--on <stage>', 'what to soak on (below)')
        .choices(soakStageNames)
        .default('everything'),
    )
    .option('--log <file>', 'a JSON line for each run is appended to it', 'soak.jsonl')
    .addHelpText('after', help)
    .exitOverride();
}

function positive(text: string): number {
  const value = Number(text);
  if (value > 0 && value <= 10_000) return value;
  throw new InvalidArgumentError('It must be a number over 0, up to 10000.');
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('It must be a whole number from 0.');
}
