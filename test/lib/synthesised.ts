import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as z from 'zod';
import { AerofaultStack } from '../../lib/aerofault-stack.ts';
import type { AerofaultStackProps } from '../../lib/aerofault-stack.ts';

/** One resource of a template, as CloudFormation reads it. */
const Resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  DeletionPolicy: z.string().optional(),
  UpdateReplacePolicy: z.string().optional(),
  DependsOn: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
});
export type Resource = z.infer<typeof Resource>;
export type Resources = Record<string, Resource>;

/** The names of the handlers, as the contract between stack and handlers has them. */
export const handlers =
  'open plan baseline try-restore arm inject prove watch restore prove-clean await-recovery report sweep delete-guard audit'.split(
    ' ',
  );

/** A folder with an empty program, so that no test needs a bundler. */
export function stubBundles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-bundles-'));
  writeFileSync(join(folder, 'index.mjs'), 'export const handler = async () => ({});\n');
  return folder;
}

const CdkJson = z.object({ context: z.record(z.string(), z.unknown()) });

/**
 * An app with the feature flags that cdk.json gives the real one. CDK's own rules are checked only where
 * asked for: loading them costs each test file over two seconds.
 */
export function anApp({ checkRules = false } = {}): App {
  const file = readFileSync(join(import.meta.dirname, '../../cdk.json'), 'utf8');
  const { context } = CdkJson.parse(JSON.parse(file));
  return new App({ context, builtinCloudFormationValidation: checkRules });
}

/** The stack under test, in an app of its own. */
export function aStack(props: AerofaultStackProps = {}): AerofaultStack {
  return new AerofaultStack(anApp(), 'Aerofault', { bundles: stubBundles(), ...props });
}

/** The resources of a stack's template by logical id. */
export function resourcesOf(stack: Stack): Resources {
  return z.record(z.string(), Resource).parse(Template.fromStack(stack).toJSON()['Resources']);
}

/** The resources of one type. */
export function ofType(resources: Resources, type: string): Resources {
  return Object.fromEntries(Object.entries(resources).filter(([, { Type }]) => Type === type));
}

/** The one resource of a type whose logical id begins so. @throws when there is not exactly one. */
export function only(resources: Resources, type: string, beginning = ''): [string, Resource] {
  const found = Object.entries(ofType(resources, type)).filter(([id]) => id.startsWith(beginning));
  const [first] = found;
  if (first === undefined || found.length > 1) {
    throw new Error(`Cannot pick ${beginning} as one ${type} must match: found ${found.length}`);
  }
  return first;
}

const Join = z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const GetAtt = z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const Ref = z.strictObject({ Ref: z.string() });
const Select = z.strictObject({ 'Fn::Select': z.unknown() });

/** A template value as text: a function's ARN as a real one would look, other references as `<Id.Arn>`. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const joined = Join.safeParse(value);
  if (joined.success)
    return joined.data['Fn::Join'][1].map(textOf).join(joined.data['Fn::Join'][0]);
  const getAtt = GetAtt.safeParse(value);
  if (getAtt.success) return attributeText(...getAtt.data['Fn::GetAtt']);
  if (Select.safeParse(value).success) return `<${JSON.stringify(value)}>`;
  const { Ref: name } = Ref.parse(value);
  return pseudo[name] ?? `<${name}>`;
}

function attributeText(id: string, attribute: string): string {
  return id.startsWith('Functions') && attribute === 'Arn'
    ? `arn:aws:lambda:eu-west-1:123456789012:function:${id}`
    : `<${id}.${attribute}>`;
}

const pseudo: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
};

/** The definition of a state machine, parsed from the text that would be deployed. */
export function definitionOf(resources: Resources, machine: string): unknown {
  const [, { Properties }] = only(resources, 'AWS::StepFunctions::StateMachine', machine);
  return JSON.parse(textOf(Properties['DefinitionString']));
}
