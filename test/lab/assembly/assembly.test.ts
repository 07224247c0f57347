import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAssembly } from '../../../lab/assembly/assembly.ts';
import type { Assembly } from '../../../lab/assembly/assembly.ts';
import { greetContent, synthTinyApp, workerSource } from './tiny-app.ts';
import { temporaryFolder } from '../cloud/temporary-folder.ts';

describe.each(['strong', 'weak'] as const)(
  'readAssembly() of a synthesised app with %s references',
  (references) => {
    let directory: string;
    let assembly: Assembly;
    beforeAll(() => {
      directory = synthTinyApp(references);
      assembly = readAssembly(directory);
    });

    test('finds a function with its bundle, and a variable imported from another stack', () => {
      const [worker] = assembly.functions;
      const table = assembly.tables[0]!.name;

      expect(assembly.functions).toHaveLength(1);
      expect(worker).toMatchObject({
        arn: `arn:aws:lambda:eu-west-1:000000000000:function:${worker!.name}`,
        handler: 'index.handler',
        environment: { TABLE: table },
        timeoutSeconds: 2,
        sha256: createHash('sha256').update(workerSource).digest('hex'),
      });
      expect(readFileSync(join(worker!.directory, 'index.mjs'), 'utf8')).toBe(workerSource);
    });

    test('resolves the ARNs inside a state machine', () => {
      const [machine] = assembly.stateMachines;

      expect(machine!.arn).toBe(
        `arn:aws:states:eu-west-1:000000000000:stateMachine:${machine!.name}`,
      );
      expect(machine!.definition).toMatchObject({
        StartAt: 'Work',
        States: {
          Work: {
            Resource: 'arn:aws:states:::lambda:invoke',
            Parameters: { FunctionName: assembly.functions[0]!.arn },
          },
        },
      });
    });

    test('finds the table, the document and the group of schedules', () => {
      expect(assembly.tables).toMatchObject([
        {
          definition: {
            BillingMode: 'PAY_PER_REQUEST',
            KeySchema: [
              { AttributeName: 'pk', KeyType: 'HASH' },
              { AttributeName: 'sk', KeyType: 'RANGE' },
            ],
            GlobalSecondaryIndexes: [{ IndexName: 'watched' }],
          },
        },
      ]);
      expect(assembly.documents).toMatchObject([{ name: 'greet', content: greetContent }]);
      expect(assembly.scheduleGroups).toHaveLength(1);
    });

    test('finds rules with what they match and what they start', () => {
      const [worker] = assembly.functions;
      const [machine] = assembly.stateMachines;

      expect(assembly.rules).toMatchObject([
        {
          enabled: true,
          eventPattern: {
            detail: { stateMachineArn: [machine!.arn], status: ['ABORTED', 'FAILED'] },
          },
          targets: [
            {
              arn: worker!.arn,
              inputTransformer: { paths: { 'detail-status': '$.detail.status' } },
            },
          ],
        },
        { scheduleExpression: 'rate(5 minutes)', targets: [{ arn: worker!.arn }] },
      ]);
    });

    test('gives the same names on every read', () => {
      expect(readAssembly(directory)).toEqual(assembly);
    });
  },
);

describe('readAssembly() of a hand-made template', () => {
  test('resolves Sub, Select, Split, Ref of a parameter and AWS::NoValue', () => {
    const { rules } = readAssembly(
      folderWith({
        Parameters: { Stage: { Default: 'lab' } },
        Resources: {
          R: rule({
            Name: { 'Fn::Sub': ['${Stage}-${AWS::Region}-${x}-${!Literal}', { x: { Ref: 'Q' } }] },
            ScheduleExpression: { 'Fn::Select': [1, { 'Fn::Split': ['|', 'a|rate(1 day)|b'] }] },
            EventPattern: { Ref: 'AWS::NoValue' },
            Targets: [{ Arn: { 'Fn::Sub': '${Q.Arn}' } }],
          }),
          Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
        },
      }),
    );

    expect(rules).toEqual([
      {
        logicalId: 'R',
        name: 'lab-eu-west-1-https://sqs.eu-west-1.amazonaws.com/000000000000/dead-${Literal}',
        arn: anArn,
        enabled: true,
        scheduleExpression: 'rate(1 day)',
        targets: [{ arn: 'arn:aws:sqs:eu-west-1:000000000000:dead' }],
      },
    ]);
  });

  test.each([
    ['a reference to nothing', { Ref: 'Nobody' }, 'Ref "Nobody"'],
    ['an attribute it cannot invent', { 'Fn::GetAtt': ['R', 'Colour'] }, 'Fn::GetAtt "R.Colour"'],
    ['an export of no stack', { 'Fn::ImportValue': 'gone' }, 'Fn::ImportValue "gone"'],
    ['a function it does not know', { 'Fn::Cidr': [] }, 'Fn::Cidr'],
  ])('names %s that something we run needs', (_, value, named) => {
    const directory = folderWith({ Resources: { R: rule({ Targets: [{ Arn: value }] }) } });

    expect(() => readAssembly(directory)).toThrow(named);
    expect(() => readAssembly(directory)).toThrow('AWS::Events::Rule "R" of stack "Hand"');
  });

  test('passes over what the lab does not run, whatever is in it', () => {
    const Unknown = { Type: 'AWS::Any::Thing', Properties: { x: { Ref: 'Nobody' } } };

    expect(readAssembly(folderWith({ Resources: { Unknown } })).rules).toEqual([]);
  });
});

const anArn: unknown = expect.stringContaining(':rule/lab-eu-west-1');

function rule(Properties: object): object {
  return { Type: 'AWS::Events::Rule', Properties };
}

function folderWith(template: object): string {
  const folder = temporaryFolder('hand-made-');
  const properties = { templateFile: 'Hand.template.json' };
  const artifacts = { Hand: { type: 'aws:cloudformation:stack', properties } };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  writeFileSync(join(folder, 'Hand.template.json'), JSON.stringify(template));
  return folder;
}
