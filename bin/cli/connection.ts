import type { Command } from 'commander';
import * as z from 'zod';
import type { Connection } from '../../lambda/aws/connection.ts';

/** Where AWS is, as people say it. */
export const AwsOptions = z.object({
  region: z.string().optional(),
  profile: z.string().optional(),
});
export type AwsOptions = z.infer<typeof AwsOptions>;

/** How to reach AWS: what is not said is as the SDK finds it, or as AWS's own command line does. */
export function connectionOf({ region, profile }: AwsOptions): Connection {
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  if (profile !== undefined) process.env['AWS_PROFILE'] = profile;
  // The SDK does not know the second variable, by which most other tools are told.
  const said = region ?? (AWS_REGION ? undefined : AWS_DEFAULT_REGION || undefined);
  return said === undefined ? {} : { region: said };
}

/** A command that asks AWS. */
export const onAws = (command: Command): Command =>
  command
    .option('--region <name>', 'AWS Region; else as the AWS SDK finds it')
    .option('--profile <name>', 'AWS profile; else as the AWS SDK finds it');

/** A command that asks a deployment. */
export const onStack = (command: Command): Command =>
  onAws(ofConstruct(command.option('--stack <name>', 'name of the stack', 'Aerofault')));

/** A command that may have to be told which deployment of a stack is meant. */
export const ofConstruct = (command: Command): Command =>
  command.option('--construct <id>', 'of the deployment, where the stack has several');
