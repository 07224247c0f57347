import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { clusterTag, expiresTag, runTag } from '../core/inventory.ts';
import type { ScriptName } from '../lambda/gateways.ts';
import { documentName } from './document-name.ts';

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
 * untagged instance or group cannot be touched even by a bug. Rules of other people bear no tag of their
 * own, so a statement on `security-group-rule/*` cannot demand it; IAM asks for the group *and* the rule,
 * and the group's statement does. There is no action for egress rules, yet ModifySecurityGroupRules, which
 * knows no direction in IAM, could address one: the plan never does.
 */
export class Permissions {
  readonly #scope: Construct;
  readonly #reach: Reach;

  constructor(scope: Construct, reach: Reach) {
    this.#scope = scope;
    this.#reach = reach;
  }

  /** Instances, interfaces, groups and rules. EC2 lets no Describe be narrowed. */
  observeNetwork(): iam.PolicyStatement[] {
    return [
      this.#everywhere(
        'ec2:DescribeInstances',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSecurityGroupRules',
        'ec2:DescribeSecurityGroups',
      ),
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

  /** Adds marked rules, and narrows or parks those there are. */
  applyRules(): iam.PolicyStatement[] {
    return [
      this.#onGroups('ec2:AuthorizeSecurityGroupIngress', 'ec2:ModifySecurityGroupRules'),
      this.#onRules(['ec2:ModifySecurityGroupRules']),
      this.#onRules(['ec2:AuthorizeSecurityGroupIngress'], {
        StringLike: { [`aws:RequestTag/${runTag}`]: '?*' },
      }),
      this.#onRules(['ec2:CreateTags'], {
        StringEquals: { 'ec2:CreateAction': 'AuthorizeSecurityGroupIngress' },
        'ForAllValues:StringEquals': { 'aws:TagKeys': [runTag, expiresTag] },
      }),
    ];
  }

  /** Removes marked rules, and puts edited ones back. */
  undoRules(): iam.PolicyStatement[] {
    return [
      this.#onGroups('ec2:ModifySecurityGroupRules', 'ec2:RevokeSecurityGroupIngress'),
      this.#onRules(['ec2:ModifySecurityGroupRules']),
      this.#onRules(['ec2:RevokeSecurityGroupIngress'], {
        StringLike: { [`aws:ResourceTag/${runTag}`]: '?*' },
      }),
    ];
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
        conditions: this.#tagged('ssm:resourceTag'),
      }),
      this.#everywhere('ssm:GetCommandInvocation'),
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

  #everywhere(...actions: string[]): iam.PolicyStatement {
    return new iam.PolicyStatement({ actions, resources: ['*'] });
  }

  #onGroups(...actions: string[]): iam.PolicyStatement {
    const resources = [this.arn('ec2', 'security-group/*')];
    return new iam.PolicyStatement({
      actions,
      resources,
      conditions: this.#tagged('aws:ResourceTag'),
    });
  }

  #onRules(actions: string[], conditions: Record<string, unknown> = {}): iam.PolicyStatement {
    const resources = [this.arn('ec2', 'security-group-rule/*')];
    return new iam.PolicyStatement({ actions, resources, conditions });
  }

  /** SendCommand's own documentation names `ssm:resourceTag`; EC2 knows the global key. */
  #tagged(key: 'aws:ResourceTag' | 'ssm:resourceTag'): Record<string, unknown> {
    const { clusters } = this.#reach;
    return clusters === undefined
      ? { StringLike: { [`${key}/${clusterTag}`]: '?*' } }
      : { StringEquals: { [`${key}/${clusterTag}`]: [...clusters] } };
  }
}
