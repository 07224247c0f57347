import { Template } from 'aws-cdk-lib/assertions';
import { expect, test } from 'vitest';
import { AerofaultStack } from '../../lib/aerofault-stack.ts';
import { statementsByRole } from './policies.ts';
import { aStack, ofType, resourcesOf } from './synthesised.ts';

type Props = NonNullable<ConstructorParameters<typeof AerofaultStack>[2]>;

/** Environment variables of the functions that have this one, by function. */
function told(variable: string, props: Props = {}): [id: string, value: unknown][] {
  const functions = Object.entries(ofType(resourcesOf(aStack(props)), 'AWS::Lambda::Function'));
  return functions.flatMap(([id, { Properties }]) => {
    const variables: unknown = Reflect.get(
      Object(Reflect.get(Object(Properties), 'Environment')),
      'Variables',
    );
    const value: unknown = Reflect.get(Object(variables), variable);
    return value === undefined ? [] : [[id, value] as [string, unknown]];
  });
}

const office = { from: '09:00', to: '17:00', timeZone: 'Europe/Berlin' };

test('only Open may read the freeze switch, and no other parameter', () => {
  const byRole = [...statementsByRole(resourcesOf(aStack()))];
  const readers = byRole.filter(([, owned]) => JSON.stringify(owned).includes('ssm:GetParameter'));

  expect(readers.map(([role]) => role)).toEqual([expect.stringMatching(/^FunctionsOpen/)]);
  const statement = readers[0]?.[1].find(({ Action }) => Action.includes('ssm:GetParameter'));
  expect(statement?.Action).toEqual(['ssm:GetParameter']);
  expect(statement?.Resource).toEqual([
    'arn:aws:ssm:eu-west-1:123456789012:parameter/aerofault/freeze',
  ]);
});

test('the switch may have another name', () => {
  const [[id, value] = []] = told('FREEZE_PARAMETER', { freezeParameterName: '/ops/no-chaos' });
  expect(id).toMatch(/^FunctionsOpen/);
  expect(value).toBe('/ops/no-chaos');
});

test('its name is told, for whoever turns it', () => {
  const named = { freezeParameterName: '/ops/no-chaos' };
  const outputs = [aStack(), aStack(named)].map(
    (stack) => Template.fromStack(stack).findOutputs('*')['FreezeParameterName'],
  );
  expect(outputs).toMatchObject([{ Value: '/aerofault/freeze' }, { Value: '/ops/no-chaos' }]);
});

test('Open alone is told the windows of the deployment, none unless some are given', () => {
  expect(told('ALLOWED_WINDOWS')).toEqual([[expect.stringMatching(/^FunctionsOpen/), '[]']]);
  const [[, value] = []] = told('ALLOWED_WINDOWS', { allowedWindows: [office] });
  expect(JSON.parse(String(value))).toEqual([office]);
});

test('a window that never opens does not get as far as a deployment', () => {
  expect(() => aStack({ allowedWindows: [{ ...office, timeZone: 'Europe/Berln' }] })).toThrow(
    "Cannot use these windows as timeZone must be of the IANA database, as Europe/Berlin: found 'Europe/Berln'",
  );
});

test('whoever looks at the fault in force may read alarms', () => {
  const byRole = [...statementsByRole(resourcesOf(aStack()))];
  const readers = byRole.filter(([, owned]) =>
    JSON.stringify(owned).includes('cloudwatch:DescribeAlarms'),
  );
  expect(new Set(readers.map(([role]) => /^Functions([A-Z][a-z]+)/.exec(role)?.[1]))).toEqual(
    new Set(['Baseline', 'Prove', 'Watch']),
  );
});
