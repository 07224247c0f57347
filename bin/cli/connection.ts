import type { Command } from 'commander';
import * as z from 'zod';
import type { Connection } from '../../lambda/aws/connection.ts';

/** Where AWS is, as people say it. */
export const AwsOptions = z.object({
  region: z.string().optional(),
  profile: z.string().optional(),
});
export type AwsOptions = z.infer<typeof AwsOptions>;

/** How to reach AWS: what is not said is as the SDK finds it. */
export function connectionOf({ region, profile }: AwsOptions): Connection {
  if (profile !== undefined) process.env['AWS_PROFILE'] = profile;
  return region === undefined ? {} : { region };
}

/** A command that asks AWS. */
export const onAws = (command: Command): Command =>
  command
    .option('--region <name>', 'AWS Region; else as the AWS SDK finds it')
    .option('--profile <name>', 'AWS profile; else as the AWS SDK finds it');

/** A command that asks a deployment. */
export const onStack = (command: Command): Command =>
  onAws(command.option('--stack <name>', 'name of the stack', 'Aerofault'));
