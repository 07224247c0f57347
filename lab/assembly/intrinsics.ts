import * as z from 'zod';
import {
  attributeOf,
  inventName,
  labAccount,
  labRegion,
  namePropertyOf,
  refOf,
  spelt,
} from './physical-names.ts';
import type { StackTemplate } from './template.ts';

/** Where an intrinsic is resolved: its own stack, and every stack it may import from. */
export interface Scope {
  readonly stack: StackTemplate;
  readonly stacks: readonly StackTemplate[];
}

type Resolver = (argument: unknown, scope: Scope) => unknown;

const resolvers: Readonly<Record<string, Resolver>> = {
  Ref: (argument, scope) => ref(z.string().parse(argument), scope),
  'Fn::GetAtt': (argument, scope) => getAtt(argument, scope),
  'Fn::Join': (argument, scope) => join(argument, scope),
  'Fn::Sub': (argument, scope) => sub(argument, scope),
  'Fn::Select': (argument, scope) => select(argument, scope),
  'Fn::Split': (argument, scope) => split(argument, scope),
  'Fn::ImportValue': (argument, scope) => importValue(text(argument, scope), scope),
  'Fn::GetStackOutput': (argument, scope) => stackOutput(argument, scope),
};

/**
 * The value that CloudFormation would give `node`, with every intrinsic in it replaced.
 *
 * Throws where an intrinsic is none of the eight this lab knows, or names what no template holds.
 */
export function resolve(node: unknown, scope: Scope): unknown {
  if (Array.isArray(node)) return node.map((item) => resolve(item, scope)).filter(isGiven);
  if (typeof node !== 'object' || node === null) return node;
  const entries: [string, unknown][] = Object.entries(node);
  const [key, argument] = entries.length === 1 ? (entries[0] ?? []) : [];
  if (key !== undefined && (key === 'Ref' || key.startsWith('Fn::'))) {
    const resolver = resolvers[key];
    if (resolver === undefined)
      throw unresolvable(`{"${key}": …}`, 'a function the lab knows', key);
    return resolver(argument, scope);
  }
  const resolved = entries.map(([name, value]): [string, unknown] => [name, resolve(value, scope)]);
  return Object.fromEntries(resolved.filter(([, value]) => isGiven(value)));
}

/** The name of a resource: the template's, or an invented one. */
export function physicalName(logicalId: string, scope: Scope): string {
  const resource = scope.stack.Resources[logicalId];
  const property = resource === undefined ? undefined : namePropertyOf(resource.Type);
  const named = property === undefined ? undefined : resource?.Properties[property];
  if (named !== undefined) return text(named, scope);
  return spelt(resource?.Type ?? '', inventName(scope.stack.stackName, logicalId));
}

const isGiven = (value: unknown): boolean => value !== undefined;

function ref(name: string, scope: Scope): unknown {
  if (name.startsWith('AWS::')) return pseudo(name, scope);
  const resource = scope.stack.Resources[name];
  if (resource !== undefined) return refOf(resource.Type, physicalName(name, scope));
  const parameter = scope.stack.Parameters[name];
  if (parameter?.Default !== undefined) return parameter.Default;
  throw unresolvable(`Ref "${name}"`, 'a resource, or a parameter with a default', 'neither');
}

function pseudo(name: string, { stack }: Scope): string | undefined {
  const stackArn = `arn:aws:cloudformation:${labRegion}:${labAccount}:stack/${stack.stackName}/lab`;
  const values: Record<string, string | undefined> = {
    'AWS::Region': labRegion,
    'AWS::AccountId': labAccount,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': stack.stackName,
    'AWS::StackId': stackArn,
    'AWS::NoValue': undefined,
  };
  if (!Object.hasOwn(values, name)) throw unresolvable(name, 'a pseudo parameter', 'another name');
  return values[name];
}

const GetAtt = z.union([
  z.tuple([z.string(), z.string()]),
  z.string().transform((dotted): [string, string] => {
    const dot = dotted.indexOf('.');
    return [dotted.slice(0, dot), dotted.slice(dot + 1)];
  }),
]);

function getAtt(argument: unknown, scope: Scope): string {
  const [logicalId, attribute] = GetAtt.parse(argument);
  const resource = scope.stack.Resources[logicalId];
  const value = resource && attributeOf(resource.Type, physicalName(logicalId, scope), attribute);
  if (value !== undefined) return value;
  const what = `Fn::GetAtt "${logicalId}.${attribute}"`;
  throw unresolvable(
    what,
    'an ARN, name or id of a resource',
    resource?.Type ?? 'no such resource',
  );
}

function join(argument: unknown, scope: Scope): string {
  const [separator, parts] = z.tuple([z.string(), z.unknown()]).parse(argument);
  return texts(parts, scope).join(separator);
}

function split(argument: unknown, scope: Scope): string[] {
  const [separator, source] = z.tuple([z.string(), z.unknown()]).parse(argument);
  return text(source, scope).split(separator);
}

function select(argument: unknown, scope: Scope): unknown {
  const [index, list] = z.tuple([z.coerce.number().int(), z.unknown()]).parse(argument);
  const value = z.array(z.unknown()).parse(resolve(list, scope))[index];
  if (value === undefined) throw unresolvable(`Fn::Select ${index}`, 'within the list', 'its end');
  return value;
}

function sub(argument: unknown, scope: Scope): string {
  const Sub = z.tuple([z.string(), z.record(z.string(), z.unknown())]);
  const [template, given] = typeof argument === 'string' ? [argument, {}] : Sub.parse(argument);
  return template.replaceAll(/\$\{([^}]+)\}/g, (_, name: string) => {
    if (name.startsWith('!')) return `\${${name.slice(1)}}`;
    if (Object.hasOwn(given, name)) return text(given[name], scope);
    return z.coerce.string().parse(name.includes('.') ? getAtt(name, scope) : ref(name, scope));
  });
}

function importValue(name: string, { stacks }: Scope): unknown {
  for (const stack of stacks) {
    const scope = { stack, stacks };
    for (const output of Object.values(stack.Outputs)) {
      if (output.Export !== undefined && resolve(output.Export.Name, scope) === name) {
        return resolve(output.Value, scope);
      }
    }
  }
  throw unresolvable(`Fn::ImportValue "${name}"`, 'an export of a stack', 'no such export');
}

const StackOutput = z.object({ StackName: z.unknown(), OutputName: z.string() });

/** How CDK refers to another stack where `defaultCrossStackReferences` is weak. */
function stackOutput(argument: unknown, scope: Scope): unknown {
  const { StackName, OutputName } = StackOutput.parse(argument);
  const stackName = text(StackName, scope);
  const stack = scope.stacks.find((one) => one.stackName === stackName);
  const output = stack?.Outputs[OutputName];
  if (stack !== undefined && output !== undefined) {
    return resolve(output.Value, { stack, stacks: scope.stacks });
  }
  const what = `Fn::GetStackOutput "${stackName}.${OutputName}"`;
  throw unresolvable(what, 'an output of a stack', 'no such output');
}

function text(node: unknown, scope: Scope): string {
  return z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .parse(resolve(node, scope));
}

function texts(node: unknown, scope: Scope): string[] {
  return z
    .array(z.unknown())
    .parse(resolve(node, scope))
    .map((part) => text(part, scope));
}

function unresolvable(what: string, must: string, found: string): Error {
  return new Error(`Cannot resolve ${what} as it must name ${must}: found ${found}`);
}
