import { Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Refusal } from '../core/refusal.ts';
import type { AerofaultProps } from './aerofault-props.ts';
import type { ClusterHandler } from './cluster-rights.ts';
import { usualDocumentPrefix } from './document-name.ts';
import { HostDocuments } from './host-documents.ts';
import type { IHostDocuments } from './host-documents.ts';
import { roleFor, targetRoleName, usualRolePrefix } from './target-roles.ts';
import type { TargetRole } from './target-roles.ts';

/** The account that the clusters are in, where that is not the deployment's own. */
export interface TargetAccount {
  /** Its id, twelve digits. `AerofaultTarget`, or the template of it, must be deployed there, in this Region. */
  readonly account: string;
  /** The external id that its roles demand. */
  readonly externalId: string;
  /**
   * What the names of its roles begin with.
   *
   * @default - aerofault
   */
  readonly rolePrefix?: string;
}

/** A target account as the parts of a deployment know it. */
export class Target {
  readonly account: string;
  readonly externalId: string;
  readonly #scope: Construct;
  readonly #rolePrefix: string;

  /** That of a deployment, if it has one. @throws Refusal for words or props that cannot be. */
  static of(scope: Construct, { target, fis }: AerofaultProps): Target | undefined {
    if (target === undefined) return undefined;
    if (fis === undefined) return new Target(scope, target);
    throw new Refusal(
      'Cannot make cuts of AWS FIS as their instances must be in this account: found that `target` names another',
    );
  }

  /** @throws Refusal where a word can be none. */
  constructor(scope: Construct, { account, externalId, rolePrefix }: TargetAccount) {
    this.#scope = scope;
    this.account = fit('target.account', account, accountPattern);
    this.externalId = fit('target.externalId', externalId, externalIdPattern);
    this.#rolePrefix = fit('target.rolePrefix', rolePrefix ?? usualRolePrefix, rolePrefixPattern);
  }

  /** The name of the role that a handler's Lambda assumes. */
  roleNameFor(handler: ClusterHandler): string {
    return targetRoleName(this.#rolePrefix, roleFor(handler));
  }

  /** Lets a Lambda assume its role there, and no other. */
  enter(handler: ClusterHandler): iam.PolicyStatement {
    return new iam.PolicyStatement({
      actions: ['sts:AssumeRole'],
      resources: [this.roleArnFor(handler)],
    });
  }

  roleArnFor(handler: ClusterHandler): string {
    return this.roleArn(roleFor(handler));
  }

  /** Lets somebody at home look there. */
  grantLook(grantee: iam.IGrantable): iam.Grant {
    const resourceArns = [this.roleArn('look')];
    return iam.Grant.addToPrincipal({ grantee, actions: ['sts:AssumeRole'], resourceArns });
  }

  /** What the command line needs to know. */
  outputs(): { TargetAccountId: string; TargetLookRoleArn: string; TargetExternalId: string } {
    return {
      TargetAccountId: this.account,
      TargetLookRoleArn: this.roleArn('look'),
      TargetExternalId: this.externalId,
    };
  }

  roleArn(role: TargetRole): string {
    const { partition } = Stack.of(this.#scope);
    const name = targetRoleName(this.#rolePrefix, role);
    return `arn:${partition}:iam::${this.account}:role/${name}`;
  }
}

/** The host documents of this account; or of the target, where they are made beside the roles. */
export const documentsFor = (scope: Construct, target: Target | undefined): IHostDocuments =>
  target === undefined
    ? new HostDocuments(scope, 'HostDocuments')
    : HostDocuments.fromDocumentPrefix(usualDocumentPrefix);

export const accountPattern = /^\d{12}$/;
/** IAM's own (AssumeRole, ExternalId). */
export const externalIdPattern = /^[\w+=,.@:/-]{2,1224}$/;
/** A role's name has 64 characters at most. */
export const rolePrefixPattern = /^[\w+=,.@-]{1,50}$/;

/** The same text. @throws Refusal where it could never be meant; one that is known later is not looked at. */
export function fit(what: string, text: string, pattern: RegExp): string {
  if (Token.isUnresolved(text) || pattern.test(text)) return text;
  throw new Refusal(
    `Cannot use another account as ${what} must match ${pattern.source}: found "${text}"`,
  );
}
