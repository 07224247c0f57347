import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { BundledFunction } from './bundled-function.ts';

/** What the two state machines differ in. */
export interface MachineProps {
  readonly definition: sfn.IChainable;
  readonly invokes: readonly BundledFunction[];
  readonly logRetention: logs.RetentionDays;
  readonly comment: string;
}

/**
 * Longest life of an execution, well beyond the longest hold (an hour) with every wait before and after: a
 * timeout runs no Catch, so it must never end what could still end by itself.
 */
const longest = Duration.hours(3);

/**
 * A traced, logged state machine whose role may invoke its own Lambdas and nothing else.
 *
 * CDK would let the role invoke every version of each Lambda; there are none, so the role is closed to
 * additions and says itself what it needs.
 */
export function stateMachine(scope: Construct, props: MachineProps): sfn.StateMachine {
  const role = machineRole(scope, props.invokes);
  const machine = new sfn.StateMachine(scope, 'Resource', {
    definitionBody: sfn.DefinitionBody.fromChainable(props.definition),
    comment: props.comment,
    timeout: longest,
    role: role.withoutPolicyUpdates(),
    tracingEnabled: true,
    logs: {
      destination: new logs.LogGroup(scope, 'Logs', {
        retention: props.logRetention,
        removalPolicy: RemovalPolicy.DESTROY,
      }),
      level: sfn.LogLevel.ALL,
      includeExecutionData: true,
    },
  });
  machine.node.addDependency(role);
  return machine;
}

function machineRole(scope: Construct, invokes: readonly BundledFunction[]): iam.Role {
  const role = new iam.Role(scope, 'Role', {
    assumedBy: new iam.ServicePrincipal('states.amazonaws.com'),
  });
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: invokes.map(({ function: { functionArn } }) => functionArn),
    }),
  );
  role.addToPolicy(
    new iam.PolicyStatement({ actions: [...deliverLogs, ...trace], resources: ['*'] }),
  );
  acknowledgeWildcard(role, '*', 'Log delivery and X-Ray know no narrower resource');
  return role;
}

/** From "Logging using CloudWatch Logs" of the Step Functions developer guide. */
const deliverLogs = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:DescribeLogGroups',
  'logs:DescribeResourcePolicies',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

const trace = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
