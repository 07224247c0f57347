import * as z from 'zod';
import { ofType, textOf } from './synthesised.ts';
import type { Resources } from './synthesised.ts';

const OneOrMany = z.union([z.array(z.unknown()), z.unknown().transform((one) => [one])]);

const Statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: OneOrMany.transform((actions) => actions.map(textOf)),
  Resource: OneOrMany.transform((resources) => resources.map(textOf)),
  Condition: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});
export type Statement = z.infer<typeof Statement>;

const Policy = z.object({
  PolicyDocument: z.object({ Statement: z.array(Statement) }),
  Roles: z.array(z.object({ Ref: z.string() })).length(1),
});

/** What every role of a stack may do, by the logical id of the role without its hash. */
export function statementsByRole(resources: Resources): Map<string, Statement[]> {
  const byRole = new Map<string, Statement[]>();
  for (const { Properties } of Object.values(ofType(resources, 'AWS::IAM::Policy'))) {
    const { PolicyDocument, Roles } = Policy.parse(Properties);
    const role = Roles[0]!.Ref.replace(/[0-9A-F]{8}$/, '');
    byRole.set(role, [...(byRole.get(role) ?? []), ...PolicyDocument.Statement]);
  }
  return byRole;
}

/** Every statement of a stack, with the role that has it. */
export function everyStatement(resources: Resources): (Statement & { role: string })[] {
  return [...statementsByRole(resources)].flatMap(([role, statements]) =>
    statements.map((statement) => ({ ...statement, role })),
  );
}
