import { Duration, Stack } from 'aws-cdk-lib';
import { CfnExperimentTemplate } from 'aws-cdk-lib/aws-fis';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge.ts';
import { fisCutContent } from './document-content.ts';
import { holdSecondsOf, parametersOf } from './fis-cut.ts';
import type { FisCut } from './fis-cut.ts';
import { tagged } from './network-statements.ts';

/** What the bridge is made of. */
export interface FisBridgeProps {
  readonly cuts: readonly FisCut[];
  readonly clusters: readonly string[] | undefined;
}

/** The pause after the hold in which the command looks whether anything is left, and then some. */
const afterwards = Duration.minutes(1);

/**
 * A document that AWS FIS can send (`aws:ssm:send-command`), the role it needs for that, and templates.
 *
 * Starts and ends with the stack. The fault is ended by the host's own timer. It does not cover what a run
 * does: no plan that proves it exact, no journal, no proof that it was in force, no restore but the host's
 * own, no residue; and the command line knows nothing of it (docs/fis.md).
 */
export class FisBridge extends Construct {
  /** What FIS assumes: to send this document to opted-in instances, to cancel it, and to look which there are. */
  readonly role: iam.IRole;
  /** The name of the document, for `aws:ssm:send-command`. */
  readonly documentName: string;

  /** @throws Refusal for a cut that a host would refuse. */
  constructor(scope: Construct, id: string, { cuts, clusters }: FisBridgeProps) {
    super(scope, id);
    const document = new CfnDocument(this, 'Cut', {
      documentType: 'Command',
      documentFormat: 'JSON',
      targetType: '/AWS::EC2::Instance',
      content: fisCutContent(),
    });
    this.documentName = document.ref;
    this.role = this.#makeRole(clusters);
    for (const cut of cuts) this.#template(cut);
  }

  /** From "aws:ssm:send-command" of the FIS user guide: send, list, cancel; and which instances there are. */
  #makeRole(clusters: readonly string[] | undefined): iam.Role {
    const { account } = Stack.of(this);
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('fis.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': account } },
      }),
    });
    const instances = this.#arn('ec2', 'instance/*');
    const grants = [
      { actions: ['ssm:SendCommand'], resources: [this.#documentArn()] },
      {
        actions: ['ssm:SendCommand'],
        resources: [instances],
        conditions: tagged('ssm:resourceTag', clusters),
      },
      {
        actions: ['ec2:DescribeInstances', 'ssm:CancelCommand', 'ssm:ListCommands'],
        resources: ['*'],
      },
    ];
    for (const grant of grants) role.addToPolicy(new iam.PolicyStatement(grant));
    acknowledgeWildcard(
      role,
      instances,
      'The aerofault:cluster tag is demanded of what is changed',
    );
    acknowledgeWildcard(
      role,
      '*',
      'Commands are named when they are sent; Describe knows no narrower',
    );
    return role;
  }

  #template(cut: FisCut): void {
    const { name, instanceIds, stopAlarm } = cut;
    const parameters = parametersOf(cut);
    const seconds = holdSecondsOf(cut);
    new CfnExperimentTemplate(this, name, {
      description: `aerofault: ${name}, ${seconds} s, ended by the hosts' own timers`,
      roleArn: this.role.roleArn,
      tags: { Name: name },
      stopConditions: [
        stopAlarm === undefined
          ? { source: 'none' }
          : { source: 'aws:cloudwatch:alarm', value: stopAlarm.alarmArn },
      ],
      targets: {
        hosts: {
          resourceType: 'aws:ec2:instance',
          resourceArns: instanceIds.map((one) => this.#arn('ec2', `instance/${one}`)),
          selectionMode: 'ALL',
        },
      },
      actions: {
        cut: {
          actionId: 'aws:ssm:send-command',
          parameters: {
            documentArn: this.#documentArn(),
            documentParameters: JSON.stringify(parameters),
            duration: `PT${Math.ceil((seconds + afterwards.toSeconds()) / 60)}M`,
          },
          targets: { Instances: 'hosts' },
        },
      },
    });
  }

  /** What whoever writes templates needs to know. */
  outputs(): { FisRoleArn: string; FisDocumentName: string } {
    return { FisRoleArn: this.role.roleArn, FisDocumentName: this.documentName };
  }

  #documentArn(): string {
    return this.#arn('ssm', `document/${this.documentName}`);
  }

  #arn(service: string, path: string): string {
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:${service}:${region}:${account}:${path}`;
  }
}
