import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as z from 'zod';

/**
 * Tells cdk-nag why a permission's resource has a wildcard.
 *
 * One acknowledgement covers one resource, as cdk-nag writes it: references as `<LogicalId.Attribute>`.
 */
export function acknowledgeWildcard(construct: IConstruct, resource: string, reason: string): void {
  const validate = (): string[] => {
    const flat = flatten(Stack.of(construct).resolve(resource));
    Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[Resource::${flat}]`, reason });
    return [];
  };
  // Not before: until then a reference to another stack does not read as it will in the template.
  construct.node.addValidation({ validate });
}

/** Tells cdk-nag why an action has a wildcard. */
export function acknowledgeAction(construct: IConstruct, action: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[Action::${action}]`, reason });
}

const Join = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const Ref = z.object({ Ref: z.string() });
const ImportValue = z.object({ 'Fn::ImportValue': z.unknown() });

function flatten(node: unknown): string {
  if (typeof node === 'string') return node;
  const join = Join.safeParse(node);
  if (join.success) return join.data['Fn::Join'][1].map(flatten).join(join.data['Fn::Join'][0]);
  const getAtt = GetAtt.safeParse(node);
  if (getAtt.success) return `<${getAtt.data['Fn::GetAtt'].join('.')}>`;
  const imported = ImportValue.safeParse(node);
  if (imported.success) return flatten(imported.data['Fn::ImportValue']);
  const ref = Ref.safeParse(node);
  return ref.success ? `<${ref.data.Ref}>` : JSON.stringify(node);
}
