import { Arn, ArnFormat, Fn, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge.ts';
import type { JournalTable } from './journal-table.ts';
import { Permissions } from './permissions.ts';

/** A deployment: its outputs are in its stack. */
interface Operated extends Construct {
  readonly workflow: sfn.IStateMachine;
  readonly restoreMachine: sfn.IStateMachine;
}

/** What of it is nobody else's. */
interface OwnParts {
  readonly journal: JournalTable;
  readonly freezeParameter: string;
}

/**
 * Lets somebody run, watch, abort, restore, report and freeze by the command line: docs/rights.md has the
 * calls of each command. Nothing of it reaches a cluster but through the workflow and the restore machine.
 */
export function letOperate(
  grantee: iam.IGrantable,
  scope: Operated,
  { journal, freezeParameter }: OwnParts,
): iam.Grant {
  const machines = [scope.workflow, scope.restoreMachine].map(
    ({ stateMachineArn }) => stateMachineArn,
  );
  const stack = stackArn(scope);
  const executions = machines.map((arn) => executionsOf(arn, scope));
  const grant = iam.Grant.addToPrincipal({
    grantee,
    actions: ['states:StartExecution'],
    resourceArns: machines,
  });
  const statements = [
    allow(['cloudformation:DescribeStacks'], [stack]),
    allow(['states:DescribeExecution'], executions),
    ...journal.operate(),
    ...new Permissions(scope, nowhere).turnParameter(freezeParameter),
  ];
  for (const statement of statements) grantee.grantPrincipal.addToPrincipalPolicy(statement);
  const operator: unknown = grantee.grantPrincipal;
  if (Construct.isConstruct(operator)) {
    acknowledgeWildcard(operator, stack, 'A stack gets another id each time it is made');
    for (const arn of executions) {
      acknowledgeWildcard(operator, arn, 'Executions are named when they are started');
    }
  }
  return grant;
}

/** Neither clusters nor documents: a parameter is named without them. */
const nowhere = { clusters: [], documentPrefix: '' };

const allow = (actions: string[], resources: string[]): iam.PolicyStatement =>
  new iam.PolicyStatement({ actions, resources });

/** Of the stack by its name, as the command line asks for it, whatever its id. */
function stackArn(scope: Construct): string {
  const stack = Stack.of(scope);
  return stack.formatArn({
    service: 'cloudformation',
    resource: 'stack',
    resourceName: `${stack.stackName}/*`,
  });
}

/** Every execution of a machine: its ARN with another word in it. */
function executionsOf(stateMachineArn: string, scope: Construct): string {
  const nameAt = 6;
  const name = Fn.select(nameAt, Fn.split(':', stateMachineArn));
  return Arn.format(
    {
      service: 'states',
      resource: 'execution',
      resourceName: `${name}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    },
    Stack.of(scope),
  );
}
