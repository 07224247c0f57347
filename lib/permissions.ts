import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { ScriptName } from '../core/script-names.ts';
import { documentName } from './document-name.ts';
import { applyStatements, tagged, undoStatements } from './network-statements.ts';
import type { NetworkReach } from './network-statements.ts';

/** What the permissions of a deployment depend on. */
export interface Reach {
  /** Values of the `aerofault:cluster` tag that may be touched; undefined: any value but the empty one. */
  readonly clusters: readonly string[] | undefined;
  readonly documentPrefix: string;
}

/**
 * The rights that a Lambda may be given, one method each. Each is the least that its calls need.
 *
 * Everything that changes something demands the opt-in tag `aerofault:cluster` on what is changed: an
 * untagged instance, group, interface or subnet cannot be touched even by a bug.
 */
export class Permissions {
  readonly #scope: Construct;
  readonly #reach: Reach;

  constructor(scope: Construct, reach: Reach) {
    this.#scope = scope;
    this.#reach = reach;
  }

  /** Instances and all of the network around them, to plan. EC2 lets no Describe be narrowed. */
  observeNetwork(): iam.PolicyStatement[] {
    return [
      this.#everywhere(
        'ec2:DescribeInstances',
        'ec2:DescribeManagedPrefixLists',
        'ec2:DescribeNetworkAcls',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroupRules',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets',
      ),
      new iam.PolicyStatement({
        actions: ['ec2:GetManagedPrefixListEntries'],
        resources: [this.#prefixLists()],
      }),
    ];
  }

  /** What stands where steps of a plan changed something, and what has become of its instances. */
  lookAtNetwork(): iam.PolicyStatement[] {
    return [
      this.#everywhere(
        'ec2:DescribeInstances',
        'ec2:DescribeNetworkAcls',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroupRules',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSubnets', // Of a subnet without an ACL: whether it is gone.
      ),
    ];
  }

  /** Which versions of these scripts' documents there are. */
  readDocuments(...scripts: readonly ScriptName[]): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['ssm:DescribeDocument'],
        resources: scripts.map((script) => this.#documentArn(script)),
      }),
    ];
  }

  /** Which instances have an agent that answers. */
  observeHosts(): iam.PolicyStatement[] {
    return [this.#everywhere('ssm:DescribeInstanceInformation')];
  }

  /** The alarms that may stop a run. */
  observeAlarms(): iam.PolicyStatement[] {
    return [this.#everywhere('cloudwatch:DescribeAlarms')];
  }

  /** Reads one parameter, which is named as people name it: `/aerofault/freeze`. */
  readParameter(name: string): iam.PolicyStatement[] {
    return [this.#onParameter(name, 'ssm:GetParameter')];
  }

  /** Reads it, sets it and takes it away. */
  turnParameter(name: string): iam.PolicyStatement[] {
    return [this.#onParameter(name, 'ssm:DeleteParameter', 'ssm:GetParameter', 'ssm:PutParameter')];
  }

  /**
   * Reads secrets that log in to opted-in clusters, and decrypts by Secrets Manager alone those that have a
   * key of the account's own.
   */
  readSecrets(): iam.PolicyStatement[] {
    const { region, urlSuffix } = Stack.of(this.#scope);
    return [
      new iam.PolicyStatement({
        actions: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
        resources: [this.arn('secretsmanager', 'secret:*')],
        conditions: tagged('aws:ResourceTag', this.#reach.clusters),
      }),
      new iam.PolicyStatement({
        actions: ['kms:Decrypt'],
        resources: [this.arn('kms', 'key/*')],
        conditions: {
          StringEquals: { 'kms:ViaService': `secretsmanager.${region}.${urlSuffix}` },
          StringLike: {
            'kms:EncryptionContext:SecretARN': this.arn('secretsmanager', 'secret:*'),
          },
        },
      }),
    ];
  }

  /** Changes rules, groups, interfaces and network ACLs as a plan says. */
  applyRules(): iam.PolicyStatement[] {
    return applyStatements(this.#networkReach());
  }

  /** Puts back what {@link applyRules} let be changed. */
  undoRules(): iam.PolicyStatement[] {
    return undoStatements(this.#networkReach());
  }

  /** Runs the named scripts, and no other document, on tagged instances. */
  run(...scripts: readonly ScriptName[]): iam.PolicyStatement[] {
    return [
      new iam.PolicyStatement({
        actions: ['ssm:SendCommand'],
        resources: scripts.map((script) => this.#documentArn(script)),
      }),
      new iam.PolicyStatement({
        actions: ['ssm:SendCommand'],
        resources: [this.arn('ec2', 'instance/*')],
        conditions: tagged('ssm:resourceTag', this.#reach.clusters),
      }),
      this.#everywhere('ssm:GetCommandInvocation', 'ssm:ListCommandInvocations'),
    ];
  }

  /** The ARN of a thing of this account and Region. */
  arn(service: string, path: string): string {
    const { partition, region, account } = Stack.of(this.#scope);
    return `arn:${partition}:${service}:${region}:${account}:${path}`;
  }

  #documentArn(script: ScriptName): string {
    return this.arn('ssm', `document/${documentName(this.#reach.documentPrefix, script)}`);
  }

  #onParameter(name: string, ...actions: string[]): iam.PolicyStatement {
    const path = name.startsWith('/') ? name : `/${name}`;
    return new iam.PolicyStatement({
      actions,
      resources: [this.arn('ssm', `parameter${path}`)],
    });
  }

  #everywhere(...actions: string[]): iam.PolicyStatement {
    return new iam.PolicyStatement({ actions, resources: ['*'] });
  }

  #networkReach(): NetworkReach {
    return {
      every: (kind) => this.arn('ec2', `${kind}/*`),
      prefixLists: this.#prefixLists(),
      clusters: this.#reach.clusters,
    };
  }

  /** Of any account, for AWS's own lists belong to an account named "aws". */
  #prefixLists(): string {
    const { partition, region } = Stack.of(this.#scope);
    return `arn:${partition}:ec2:${region}:*:prefix-list/*`;
  }
}

/** The resources of statements that stand for any thing of a kind. */
export function targetsIn(statements: readonly iam.PolicyStatement[]): Set<string> {
  return new Set(
    statements.flatMap(({ resources }) => resources.filter((one) => /[/:]\*$/.test(one))),
  );
}
