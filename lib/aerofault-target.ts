import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge.ts';
import { usualDocumentPrefix } from './document-name.ts';
import { HostDocuments } from './host-documents.ts';
import type { IHostDocuments } from './host-documents.ts';
import { namedClusters } from './named-clusters.ts';
import { Permissions, targetsIn } from './permissions.ts';
import { accountPattern, externalIdPattern, fit, rolePrefixPattern } from './target-account.ts';
import {
  assumesTag,
  rightsOf,
  targetRoleName,
  targetRoles,
  usualRolePrefix,
} from './target-roles.ts';
import type { TargetRole } from './target-roles.ts';

/** What an account with clusters may choose. */
export interface AerofaultTargetProps {
  /** The account that `Aerofault` is deployed in. */
  readonly homeAccount: string;
  /** A word that only these two accounts have in common; the deployment says it whenever it comes. */
  readonly externalId: string;
  /**
   * The clusters that may be touched, by their `aerofault:cluster` tag. This account's IAM holds to it,
   * whatever the home account names.
   *
   * @default - every cluster whose things bear the tag
   */
  readonly clusters?: readonly string[];
  /**
   * What the names of the roles begin with. IAM knows one role of a name in an account, in all Regions.
   *
   * @default - aerofault
   */
  readonly rolePrefix?: string;
  /**
   * The host scripts as SSM documents, where they are made elsewhere in this account and Region.
   *
   * @default - they are made here; their names begin with Aerofault
   */
  readonly hostDocuments?: IHostDocuments;
}

/** The least that IAM knows; Lambdas ask for a quarter of it. */
const longestSession = Duration.hours(1);

/**
 * What an account needs for its clusters to be faulted from another: roles and the host documents; no
 * Lambda, no state, nothing that runs.
 *
 * Starts and ends with its stack. It guards nothing when it is deleted: a run that is open then is stuck,
 * truthfully, until it is there again; timers on hosts go on without it (docs/accounts.md).
 */
export class AerofaultTarget extends Construct {
  /** The scripts that hosts run. */
  readonly hostDocuments: IHostDocuments;
  readonly #props: AerofaultTargetProps;

  /** @throws Refusal where a prop could never be meant. */
  constructor(scope: Construct, id: string, props: AerofaultTargetProps) {
    super(scope, id);
    this.#props = props;
    namedClusters(props.clusters);
    fit('homeAccount', props.homeAccount, accountPattern);
    fit('externalId', props.externalId, externalIdPattern);
    const prefix = fit('rolePrefix', props.rolePrefix ?? usualRolePrefix, rolePrefixPattern);
    const documentPrefix = usualDocumentPrefix;
    this.hostDocuments =
      props.hostDocuments ?? new HostDocuments(this, 'HostDocuments', { documentPrefix });
    const reach = {
      clusters: props.clusters,
      documentPrefix: this.hostDocuments.documentPrefix,
    };
    const permissions = new Permissions(this, reach);
    for (const role of Object.keys(targetRoles).filter(isTargetRole)) {
      this.#add(role, targetRoleName(prefix, role), permissions);
    }
  }

  #add(role: TargetRole, roleName: string, permissions: Permissions): void {
    const made = new iam.Role(this, `${role.charAt(0).toUpperCase()}${role.slice(1)}Role`, {
      roleName,
      description: targetRoles[role],
      assumedBy: this.#whoMayAssume(role, roleName),
      maxSessionDuration: longestSession,
    });
    const statements = rightsOf(role, permissions);
    for (const statement of statements) made.addToPolicy(statement);
    acknowledgeWildcard(
      made,
      '*',
      'Describe and reading command results know no narrower resource',
    );
    for (const target of targetsIn(statements)) {
      const reason =
        'Targets are chosen at run time; the aerofault:cluster tag is demanded of what is changed';
      acknowledgeWildcard(made, target, reason);
    }
  }

  /** Whoever the home account lets, for looking; of its roles those alone that bear the role's name, else. */
  #whoMayAssume(role: TargetRole, roleName: string): iam.IPrincipal {
    const { homeAccount, externalId } = this.#props;
    const tagged = role === 'look' ? {} : { [`aws:PrincipalTag/${assumesTag}`]: roleName };
    return new iam.AccountPrincipal(homeAccount).withConditions({
      StringEquals: { 'sts:ExternalId': externalId, ...tagged },
    });
  }
}

const isTargetRole = (role: string): role is TargetRole => Object.hasOwn(targetRoles, role);
