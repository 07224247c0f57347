import * as z from 'zod';
import { AwsOptions, connectionOf } from './connection.ts';
import { Refusal } from '../../core/refusal.ts';
import type { Connection } from '../../lambda/aws/connection.ts';
import { dynamoAudits } from '../../lambda/aws/audits.ts';
import { dynamoJournal } from '../../lambda/aws/journal.ts';
import { stackOutputs } from '../../lambda/aws/stack-outputs.ts';
import type { Audits } from '../../lambda/gateways-of-audits.ts';
import type { Journal } from '../../lambda/gateways.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import { documentName } from '../../lib/document-name.ts';
import { deploymentOutputs } from './deployment-outputs.ts';
import type { Meant } from './deployment-outputs.ts';

/** Where a deployment is, as people say it. */
export const DeploymentOptions = AwsOptions.extend({
  stack: z.string(),
  construct: z.string().optional(),
});
export type DeploymentOptions = z.infer<typeof DeploymentOptions>;

/** A deployment's journal, and the machine that restores its runs. */
export interface Deployment {
  readonly stack: string;
  readonly connection: Connection;
  readonly journal: Journal;
  readonly restoreMachineArn: string;
  /** The name of the document that restores a host. */
  readonly restoreDocument: string;
  /** What the stack tells of itself under a name. @throws Refusal where it tells nothing. */
  readonly output: (name: string) => string;
  readonly audits: Audits;
}

/** What the stack tells of itself in its outputs. @throws Refusal where there is no such stack of ours. */
export async function deploymentOf(options: DeploymentOptions): Promise<Deployment> {
  const { stack } = options;
  const connection = connectionOf(options);
  const outputs = await outputsOf(options, connection);
  const output = (name: string): string => outputIn(outputs, name, stack);
  const table = output('JournalTableName');
  return {
    stack,
    connection,
    journal: dynamoJournal(connection, { table }),
    restoreMachineArn: output('RestoreMachineArn'),
    restoreDocument: documentName(output('DocumentPrefix'), 'restore'),
    output,
    audits: dynamoAudits(connection, { table }),
  };
}

function outputIn(outputs: ReadonlyMap<string, string>, name: string, stack: string): string {
  const value = outputs.get(name);
  if (value !== undefined) return value;
  const found = [...outputs.keys()].join(', ') || 'none';
  throw new Refusal(
    `Cannot use stack "${stack}" as its outputs must name ${name}: found ${found} (choose with --stack, or deploy it anew)`,
  );
}

/** What a deployment tells of itself in its stack. @throws Refusal where there is none. */
export async function outputsOf(
  meant: Meant,
  connection: Connection,
): Promise<Map<string, string>> {
  const { stack } = meant;
  const outputs = await stackOutputs(connection, stack);
  if (outputs !== undefined) return deploymentOutputs(outputs, meant);
  throw new Refusal(
    `Cannot find stack "${stack}" as it must be deployed in this account and Region: found none (choose with --stack and --region)`,
  );
}

/** The run that a person means: its id, or the ARN of the execution it came from. @throws Refusal */
export function runIdIn(text: string): string {
  if (/^[a-z0-9]{1,12}$/.test(text)) return text;
  if (/^arn:[\w-]+:states:[\w-]+:\d{12}:execution:[^:]+:[^:]+$/.test(text)) return runIdOf(text);
  throw new Refusal(
    `Cannot tell the run as it must be 1 to 12 of a-z and 0-9, or an execution's ARN: found "${text}"`,
  );
}

/** The Refusal of a run that the deployment does not know. */
export const noSuchRun = (runId: string, { stack }: Deployment): Refusal =>
  new Refusal(
    `Cannot find run ${runId} as it must be in the journal of stack "${stack}": found none`,
  );
