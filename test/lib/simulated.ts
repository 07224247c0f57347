import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { App } from 'aws-cdk-lib';
import * as z from 'zod';
import { resolve } from '../../lab/assembly/intrinsics.ts';
import { labAccount } from '../../lab/assembly/physical-names.ts';
import { readStackOutputs } from '../../lab/assembly/stack-outputs.ts';
import { readTemplates } from '../../lab/assembly/template.ts';
import { AerofaultStack } from '../../lib/aerofault-stack.ts';
import type { AerofaultStackProps } from '../../lib/aerofault-stack.ts';
import type { IamRequest } from './calls/iam-request.ts';
import { anApp, stubBundles } from './synthesised.ts';

const OneOrMany = z.union([z.string().transform((one) => [one]), z.array(z.string())]).optional();

/** A statement of a policy with its references resolved. */
const Statement = z.looseObject({ Action: OneOrMany, Resource: OneOrMany });
export type Statement = z.infer<typeof Statement>;

const Policy = z.object({
  PolicyDocument: z.object({ Version: z.string(), Statement: z.array(Statement) }),
  Roles: z.array(z.string()).length(1),
});

/** What each role may do, by the role's logical id without its hash: as `FunctionsInjectRole`. */
export type Policies = ReadonlyMap<string, readonly Statement[]>;

/** The policies of every role of a stack as it is synthesised, with names as the lab's account gives them. */
export const policiesOf = (props: AerofaultStackProps = {}): Policies =>
  synthesised(props, () => {}).policies;

/** The same of a stack in which somebody makes more, and what it tells of itself. */
export function synthesised(
  props: AerofaultStackProps,
  makeMore: (stack: AerofaultStack) => void,
): { readonly policies: Policies; readonly outputs: Readonly<Record<string, string>> } {
  const outdir = mkdtempSync(join(tmpdir(), 'aerofault-policies-'));
  const { context } = z.object({ context: z.record(z.string(), z.unknown()) }).parse({
    context: anApp().node.getAllContext(),
  });
  const app = new App({ context, outdir, builtinCloudFormationValidation: false });
  makeMore(new AerofaultStack(app, 'Aerofault', { bundles: stubBundles(), ...props }));
  app.synth();
  const { stacks } = readTemplates(outdir);
  const byRole = new Map<string, Statement[]>();
  for (const stack of stacks) {
    for (const { Type, Properties } of Object.values(stack.Resources)) {
      if (Type !== 'AWS::IAM::Policy') continue;
      const { PolicyDocument, Roles } = Policy.parse(resolve(Properties, { stack, stacks }));
      const role = (Roles[0] ?? '').replace(/^Aerofault-/, '').replace(/[0-9A-F]{8}$/, '');
      byRole.set(role, [...(byRole.get(role) ?? []), ...PolicyDocument.Statement]);
    }
  }
  return { policies: byRole, outputs: readStackOutputs(outdir).get('Aerofault') ?? {} };
}

/** What the simulator says of a request. */
export interface Verdict {
  readonly allowed: boolean;
  /** Keys that AWS's data does not know for this action and resource: they were left out. */
  readonly ignored: readonly string[];
  /** Why it could not be asked at all, as for a resource that the action does not know. */
  readonly wrong: string | undefined;
}

/** Asks the simulator whether a role with these statements may. */
export async function ask(
  statements: readonly Statement[],
  { action, resource, context }: IamRequest,
): Promise<Verdict> {
  const answer = await runSimulation(
    {
      request: {
        principal: `arn:aws:iam::${labAccount}:role/one`,
        action,
        resource: { resource, accountId: labAccount },
        contextVariables: Object.fromEntries(
          Object.entries(context).map(([key, value]) => [
            key,
            typeof value === 'string' ? value : [...value],
          ]),
        ),
      },
      identityPolicies: [
        { name: 'role', policy: { Version: '2012-10-17', Statement: statements } },
      ],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === 'error') {
    return { allowed: false, ignored: [], wrong: JSON.stringify(answer.errors) };
  }
  const results = answer.resultType === 'single' ? [answer.result] : answer.results;
  return {
    allowed: answer.overallResult === 'Allowed',
    ignored: results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys),
    wrong: undefined,
  };
}
