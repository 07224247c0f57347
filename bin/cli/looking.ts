import type { Command } from 'commander';
import * as z from 'zod';
import type { Connection } from '../../lambda/aws/connection.ts';
import { assuming } from '../../lambda/aws/target-account.ts';
import { Refusal } from '../../core/refusal.ts';
import { AwsOptions, connectionOf, ofConstruct, onAws } from './connection.ts';
import { outputsOf } from './deployment.ts';

/** Where clusters are to be looked at, as people say it. */
export const LookingOptions = AwsOptions.extend({
  stack: z.string().optional(),
  construct: z.string().optional(),
});
export type LookingOptions = z.infer<typeof LookingOptions>;

/** A command that looks at clusters itself, in this account or in the one that a deployment is for. */
export const onClusters = (command: Command): Command =>
  onAws(
    ofConstruct(
      command.option('--stack <name>', 'look where this deployment acts; else in this account'),
    ),
  );

/** How to look at clusters. */
export interface Looking {
  /** As whoever asks, or by the looking role of the account that the deployment is for. */
  readonly connection: Connection;
  /** What the names of the deployment's documents begin with; undefined where none was named. */
  readonly documentPrefix: string | undefined;
}

/** @throws Refusal where there is no such stack. */
export async function lookingBy({
  stack,
  construct,
  ...options
}: LookingOptions): Promise<Looking> {
  const connection = connectionOf(options);
  if (stack === undefined) {
    if (construct === undefined) return { connection, documentPrefix: undefined };
    throw new Refusal(
      `Cannot look where construct "${construct}" acts as --stack must name its stack: found none`,
    );
  }
  const outputs = await outputsOf({ stack, construct }, connection);
  const arn = outputs.get('TargetLookRoleArn');
  const externalId = outputs.get('TargetExternalId');
  const documentPrefix = outputs.get('DocumentPrefix');
  if (arn === undefined || externalId === undefined) return { connection, documentPrefix };
  const role = assuming(connection, { arn, externalId, sessionName: 'aerofault-look' });
  return { connection: role.connection, documentPrefix };
}
