import type { Command } from 'commander';
import * as z from 'zod';
import type { Connection } from '../../lambda/aws/connection.ts';
import { assuming } from '../../lambda/aws/target-account.ts';
import { AwsOptions, connectionOf, onAws } from './connection.ts';
import { outputsOf } from './deployment.ts';
import { outputNamed } from './output-named.ts';

/** Where clusters are to be looked at, as people say it. */
export const LookingOptions = AwsOptions.extend({ stack: z.string().optional() });
export type LookingOptions = z.infer<typeof LookingOptions>;

/** A command that looks at clusters itself, in this account or in the one that a deployment is for. */
export const onClusters = (command: Command): Command =>
  onAws(command.option('--stack <name>', 'look where this deployment acts; else in this account'));

/** How to look at clusters. */
export interface Looking {
  /** As whoever asks, or by the looking role of the account that the deployment is for. */
  readonly connection: Connection;
  /** What the names of the deployment's documents begin with; undefined where none was named. */
  readonly documentPrefix: string | undefined;
}

/** @throws Refusal where there is no such stack. */
export async function lookingBy({ stack, ...options }: LookingOptions): Promise<Looking> {
  const connection = connectionOf(options);
  if (stack === undefined) return { connection, documentPrefix: undefined };
  const outputs = await outputsOf(stack, connection);
  const arn = outputNamed(outputs, 'TargetLookRoleArn');
  const externalId = outputNamed(outputs, 'TargetExternalId');
  const documentPrefix = outputNamed(outputs, 'DocumentPrefix');
  if (arn === undefined || externalId === undefined) return { connection, documentPrefix };
  const role = assuming(connection, { arn, externalId, sessionName: 'aerofault-look' });
  return { connection: role.connection, documentPrefix };
}
