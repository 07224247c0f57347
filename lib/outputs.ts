import { CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { outputPrefixOf } from './output-prefix.ts';

/** What a person or the command line needs to know of a deployment, and what for. */
const descriptions = {
  WorkflowArn: 'Start it with an experiment',
  RestoreMachineArn: 'Start it with {"runId": "…"} to restore a run by hand',
  AuditMachineArn: 'Start it with {"cluster": "…"} to audit a cluster',
  JournalTableName: 'Who, what, when, and whether it is over',
  AlarmTopicArn: 'Subscribe to it: it tells when a person is needed',
  ReportBucketName: 'Reports: CLUSTER/YYYY/MM/DD/RUN/',
  FreezeParameterName: 'Keeps runs from starting while it has a value: aerofault freeze on',
  ScheduleGroupName: 'Lists what starts by the clock: game days and audits',
  DashboardName: 'Runs, verdicts and durations',
  DocumentPrefix: 'What the names of the host documents begin with',
  ExampleInput: 'An experiment to begin with',
} as const;

/** The same of a deployment whose clusters are in another account. */
const descriptionsOfTarget = {
  TargetAccountId: 'The account that the clusters are in',
  TargetLookRoleArn: 'Assume it there to look, with the external id',
  TargetExternalId: 'What the roles there demand to be told',
} as const;

/** The same of what AWS FIS is offered. */
const descriptionsOfFis = {
  FisRoleArn: 'The role of templates of your own that send the FIS document',
  FisDocumentName: 'Send it by aws:ssm:send-command (docs/fis.md)',
} as const;

type Told = Readonly<Record<keyof typeof descriptions, string>>;
type ToldOfTarget = Readonly<Record<keyof typeof descriptionsOfTarget, string>>;
type ToldOfFis = Readonly<Record<keyof typeof descriptionsOfFis, string>>;

/**
 * Tells of a deployment in outputs of its stack, each named by the construct's path and its own name, without
 * a hash: as `WorkflowArn` where the deployment is the stack, as `FaultsWorkflowArn` for a construct "Faults"
 * in it. The command line finds them by that prefix.
 */
export function tell(scope: Construct, values: Told & Partial<ToldOfTarget & ToldOfFis>): void {
  const { scopes } = scope.node;
  const within = scopes.slice(scopes.indexOf(Stack.of(scope)) + 1).map(({ node }) => node.id);
  const prefix = outputPrefixOf(within);
  const described = new Map(
    Object.entries({ ...descriptions, ...descriptionsOfTarget, ...descriptionsOfFis }),
  );
  for (const [name, value] of Object.entries(values)) {
    const output = new CfnOutput(scope, name, { value, description: described.get(name) ?? name });
    output.overrideLogicalId(`${prefix}${name}`);
  }
}
