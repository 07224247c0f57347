import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Role, AccountRootPrincipal } from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { program } from '../../bin/cli/program.ts';
import { arnOf, iamRequestsOf } from '../lib/calls/iam-request.ts';
import type { AwsCall, IamRequest } from '../lib/calls/iam-request.ts';
import { ask, synthesised } from '../lib/simulated.ts';
import { deployedOutputs } from './deployed.ts';
import type { Passing } from './doors.ts';
import { callsOfCommands } from './operators.ts';

/**
 * docs/rights.md is what the commands call, no more and no less; and grantOperate() allows what operators'
 * commands call, as a simulator of IAM has it that nobody here wrote, and nothing that reaches further.
 */

const page = readFileSync(join(import.meta.dirname, '../../docs/rights.md'), 'utf8');

const codeIn = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** The actions that the page tells of each command. */
const told = new Map(
  [...page.matchAll(/^\| (`[^|]+) \| ([^|]*) \| [^|]* \|$/gm)].flatMap(
    ([, commands = '', actions = '']) =>
      codeIn(commands).map((name) => [name, codeIn(actions)] as const),
  ),
);

const services: Readonly<Record<string, AwsCall['service']>> = {
  CLOUDFORMATION: 'cloudformation',
  DYNAMODB: 'dynamodb',
  EC2: 'ec2',
  SCHEDULER: 'scheduler',
  SFN: 'states',
  SSM: 'ssm',
  STS: 'sts',
};

const around = { tagsOf: () => ({}), instanceOf: () => undefined, subnetOf: () => undefined };

function requestsOf({ service: door, operation, params }: Passing): IamRequest[] {
  const service = services[door];
  if (service === undefined) throw new Error(`Expected a service that is known: found ${door}`);
  return iamRequestsOf({ service, operation, params }, around);
}

const { policies, outputs } = synthesised({}, ({ aerofault }) => {
  const assumedBy = new AccountRootPrincipal();
  aerofault.grantOperate(new Role(aerofault, 'Operators', { assumedBy }));
});
const operators = policies.get('OperatorsDefaultPolicy') ?? policies.get('Operators') ?? [];

const execution = (arn: string): string => arn.replace(':stateMachine:', ':execution:');

/** The same call where what it names has the names of the synthesised stack. */
function inStack(call: Passing): Passing {
  const text = Object.entries(deployedOutputs).reduce((params, [name, value]) => {
    const theirs = outputs[name] ?? '';
    return params
      .replaceAll(JSON.stringify(value), JSON.stringify(theirs))
      .replaceAll(`"${execution(value)}:`, `"${execution(theirs)}:`);
  }, JSON.stringify(call.params));
  return { ...call, params: z.record(z.string(), z.unknown()).parse(JSON.parse(text)) };
}

const isOperators = (name: string): boolean =>
  /^(run|status|abort|restore|report|freeze)\b/.test(name);

test('every command calls what docs/rights.md tells of it, and grantOperate() lets operators', async () => {
  const calls = await callsOfCommands();
  const found = [...calls].map(([name, made]) => [
    name,
    [...new Set(made.flatMap((call) => requestsOf(call).map(({ action }) => action)))].toSorted(),
  ]);
  expect(
    Object.fromEntries([...told].map(([name, actions]) => [name, actions.toSorted()])),
  ).toEqual(Object.fromEntries(found));

  const asked = [...calls].flatMap(([name, made]) =>
    isOperators(name) ? made.flatMap((call) => requestsOf(inStack(call))) : [],
  );
  expect(new Set(asked.map(({ action }) => action)).size).toBeGreaterThan(8);
  for (const request of asked) {
    expect(await ask(operators, request), JSON.stringify(request)).toMatchObject({
      allowed: true,
      wrong: undefined,
    });
  }
  const needed = new Set(asked.map(({ action }) => action));
  const granted = operators.flatMap(({ Action = [] }) => Action);
  expect(granted.filter((action) => !needed.has(action))).toEqual([]);
}, 400_000);

test('every other command of the command line calls nothing, and is said to', () => {
  const [, says = ''] = /(`init`[^.]*) call nothing of AWS/.exec(page) ?? [];
  const callers = new Set([...told.keys()].map((name) => name.split(' ')[0]));
  const others = program()
    .commands.map((command) => command.name())
    .filter((name) => !callers.has(name));
  expect(codeIn(says).toSorted()).toEqual(others.toSorted());
});

const table = `table/${outputs['JournalTableName']}`;
const onTable = (action: string, path: string, leading: string): IamRequest => ({
  action: `dynamodb:${action}`,
  resource: arnOf('dynamodb', path),
  context: { 'dynamodb:LeadingKeys': [leading] },
});
const on = (action: string, resource: string): IamRequest => ({ action, resource, context: {} });

test.each([
  on('ec2:DescribeInstances', '*'),
  on('ec2:RevokeSecurityGroupIngress', arnOf('ec2', 'security-group/sg-0a1b2c3d')),
  on('ec2:TerminateInstances', arnOf('ec2', 'instance/i-0a1b2c3d')),
  on('ssm:SendCommand', arnOf('ssm', 'document/Aerofault-Cut')),
  on('ssm:SendCommand', arnOf('ec2', 'instance/i-0a1b2c3d')),
  on('ssm:PutParameter', arnOf('ssm', 'parameter/aerofault/other')),
  on('states:StartExecution', arnOf('states', 'stateMachine:other')),
  on('states:StartExecution', outputs['AuditMachineArn'] ?? ''),
  on('states:DescribeExecution', arnOf('states', 'execution:other:1')),
  on('states:StopExecution', `${outputs['WorkflowArn']?.replace('stateMachine', 'execution')}:1`),
  on('cloudformation:DescribeStacks', arnOf('cloudformation', 'stack/Other/lab')),
  on('cloudformation:DeleteStack', arnOf('cloudformation', 'stack/Aerofault/lab')),
  onTable('GetItem', 'table/other', 'run#run1'),
  onTable('Query', 'table/other/index/watched', 'run'),
  onTable('UpdateItem', 'table/other', 'run#run1'),
  onTable('UpdateItem', table, 'lock#orders-staging'),
  onTable('UpdateItem', table, 'audit#orders-staging'),
  onTable('PutItem', table, 'gate'),
  onTable('DeleteItem', table, 'run#run1'),
  on('scheduler:UpdateSchedule', arnOf('scheduler', 'schedule/aerofault/nightly')),
  on('iam:PassRole', 'arn:aws:iam::000000000000:role/any'),
])('grantOperate() does not let: $action on $resource', async (request) => {
  expect(await ask(operators, request)).toMatchObject({ allowed: false, wrong: undefined });
});
