import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import * as z from 'zod';

/**
 * Tells cdk-nag why a permission's resource has a wildcard.
 *
 * One acknowledgement covers one resource, as cdk-nag writes it: references as `<LogicalId.Attribute>`.
 */
export function acknowledgeWildcard(construct: IConstruct, resource: string, reason: string): void {
  const flat = flatten(Stack.of(construct).resolve(resource));
  Validations.of(construct).acknowledge({ id: `AwsSolutions-IAM5[Resource::${flat}]`, reason });
}

const Join = z.object({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) });
const GetAtt = z.object({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) });
const Ref = z.object({ Ref: z.string() });

function flatten(node: unknown): string {
  if (typeof node === 'string') return node;
  const join = Join.safeParse(node);
  if (join.success) return join.data['Fn::Join'][1].map(flatten).join(join.data['Fn::Join'][0]);
  const getAtt = GetAtt.safeParse(node);
  if (getAtt.success) return `<${getAtt.data['Fn::GetAtt'].join('.')}>`;
  return `<${Ref.parse(node).Ref}>`;
}
