import { Duration, Stack } from 'aws-cdk-lib';
import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnExperimentTemplate } from 'aws-cdk-lib/aws-fis';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnDocument } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { acknowledgeWildcard } from './acknowledge.ts';
import { fisCutContent } from './document-content.ts';
import { tagged } from './network-statements.ts';

/** A cut that AWS FIS makes: packets between chosen instances and their peers stop. */
export interface FisCut {
  /** Letters, digits and hyphens; it names the template. */
  readonly name: string;
  /** Ids of the instances on which packets are stopped; each must bear the tag `aerofault:cluster`. */
  readonly instanceIds: readonly string[];
  /** Addresses of the hosts that they lose. */
  readonly peers: readonly string[];
  /**
   * TCP ports, of either end.
   *
   * @default - 3001 and 3002: fabric and heartbeat
   */
  readonly ports?: readonly number[];
  /**
   * How long, whole seconds up to an hour.
   *
   * @default - one minute
   */
  readonly hold?: Duration;
  /**
   * Ends the FIS experiment. A fault that is in force goes on to the end of its hold all the same.
   *
   * @default - nothing does
   */
  readonly stopAlarm?: IAlarm;
}

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
  readonly role: iam.Role;
  readonly #document: CfnDocument;

  constructor(scope: Construct, id: string, { cuts, clusters }: FisBridgeProps) {
    super(scope, id);
    this.#document = new CfnDocument(this, 'Cut', {
      documentType: 'Command',
      documentFormat: 'JSON',
      targetType: '/AWS::EC2::Instance',
      content: fisCutContent(),
    });
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

  #template({ name, instanceIds, peers, ports, hold, stopAlarm }: FisCut): void {
    const seconds = (hold ?? Duration.minutes(1)).toSeconds();
    const parameters = {
      HoldSeconds: String(seconds),
      Peers: peers.join(','),
      ...(ports === undefined ? {} : { Ports: ports.join(',') }),
    };
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

  #documentArn(): string {
    return this.#arn('ssm', `document/${this.#document.ref}`);
  }

  #arn(service: string, path: string): string {
    const { partition, region, account } = Stack.of(this);
    return `arn:${partition}:${service}:${region}:${account}:${path}`;
  }
}
