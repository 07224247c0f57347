import { EC2Client } from '@aws-sdk/client-ec2';
import type { Clock, Network } from '../gateways.ts';
import { aclChanges } from './acl-changes.ts';
import { changer } from './changer.ts';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { lifeOf } from './describe-instances.ts';
import { groupsMadeBy, rulesOf } from './describe-groups.ts';
import { groupsOn } from './describe-interfaces.ts';
import { aclOfSubnet, aclsMadeBy } from './describe-subnets.ts';
import { groupChanges } from './group-changes.ts';
import { observeCluster } from './observe.ts';
import { tryOut } from './try-out.ts';
import { ruleChanges } from './rule-changes.ts';

/** What a network gateway is given beside its connection. */
export interface NetworkOptions {
  readonly clock: Clock;
  /** How long a throttled change is repeated; as long as an inject can wait when absent. */
  readonly patienceMs?: number | undefined;
  /** At least 0 and less than 1; the machine's own when absent. */
  readonly random?: () => number;
}

const usualPatienceMs = 20_000;

/**
 * Instances, interfaces, security groups and network ACLs through EC2. Questions are retried; how changes
 * are sent, `changer` says.
 */
export function ec2Network(
  connection: Connection,
  { clock, patienceMs = usualPatienceMs, random = Math.random }: NetworkOptions,
): Network {
  const client = new EC2Client(patient(connection));
  const send = changer(connection, { clock, patienceMs, random });
  return {
    lifeOf: (instanceId) => lifeOf(client, instanceId),
    observe: (cluster) => observeCluster(client, { cluster, at: clock.now() }),
    rules: (groupId) => rulesOf(client, groupId),
    groupsMadeBy: (runId) => groupsMadeBy(client, runId),
    groupsOn: (interfaceId) => groupsOn(client, interfaceId),
    aclOf: (subnetId) => aclOfSubnet(client, subnetId),
    aclsMadeBy: (run) => aclsMadeBy(client, run),
    ...ruleChanges(send),
    ...groupChanges(send),
    ...aclChanges(send),
    tryOut: (change) => tryOut(send, change),
  };
}
