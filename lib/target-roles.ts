import type * as iam from 'aws-cdk-lib/aws-iam';
import { clusterRights, rightsOfPeople } from './cluster-rights.ts';
import type { ClusterHandler } from './cluster-rights.ts';
import type { Permissions } from './permissions.ts';

/**
 * The roles of an account that only has clusters in it, and the Lambdas of another account that each is for.
 *
 * All that restore share one, so that TryRestore, before anything is touched, goes the very way that every
 * restore will go.
 */
const handlersOf = {
  plan: ['plan', 'audit'],
  baseline: ['baseline'],
  inject: ['inject'],
  prove: ['prove', 'watch', 'await-recovery'],
  restore: ['try-restore', 'restore', 'prove-clean', 'sweep', 'delete-guard'],
} as const satisfies Readonly<Record<string, readonly ClusterHandler[]>>;

/** A role that Lambdas assume. */
export type LambdasRole = keyof typeof handlersOf;
/** A role of the target account; `look` is for people. */
export type TargetRole = LambdasRole | 'look';

/** What each is described as, in the order in which a run needs them. */
export const targetRoles: Readonly<Record<TargetRole, string>> = {
  look: 'People: aerofault plan and doctor; changes nothing',
  plan: 'Plan and audit: observes clusters, asks their hosts; changes nothing',
  baseline: 'Before a fault: probes, and whether connections can be closed',
  inject: 'The only one that may begin a fault',
  prove: 'During and after a fault: probes, markers, alarms',
  restore: 'Every way back: looks, and undoes; can begin no fault',
};

/** What the names of the roles begin with, unless a deployment says otherwise. */
export const usualRolePrefix = 'aerofault';

/**
 * The tag that a role must bear to assume one of {@link targetRoles}: its name. Lambdas' roles have names
 * that nobody knows before, so that a trust policy could not tell them otherwise.
 */
export const assumesTag = 'aerofault:assumes';

/** The name of a role, by which the two accounts are tied. */
export const targetRoleName = (prefix: string, role: TargetRole): string => `${prefix}-${role}`;

/** The role that a handler's Lambda assumes. */
export function roleFor(handler: ClusterHandler): LambdasRole {
  for (const [role, handlers] of Object.entries(handlersOf)) {
    if (handlers.some((one) => one === handler) && isLambdasRole(role)) return role;
  }
  throw new Error(`Cannot deploy ${handler} as a role must be for it: found none`);
}

const isLambdasRole = (role: string): role is LambdasRole => Object.hasOwn(handlersOf, role);

/** What a role may do: all that its Lambdas would at home. */
export function rightsOf(role: TargetRole, may: Permissions): iam.PolicyStatement[] {
  if (role === 'look') return rightsOfPeople(may);
  return handlersOf[role].flatMap((handler) => clusterRights[handler](may));
}
