import {
  AuthorizeSecurityGroupIngressCommand,
  EC2Client,
  EC2ServiceException,
} from '@aws-sdk/client-ec2';
import type { IpPermission } from '@aws-sdk/client-ec2';
import { onTestFinished } from 'vitest';
import { startEc2 } from '../../../lab/cloud/ec2/server.ts';
import type { Ec2Snapshot } from '../../../lab/cloud/ec2/model.ts';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import type { GroupPlan } from '../../../lab/vpc/group-plan.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';

/** A running endpoint over a small world, the SDK's own client, and handles on what it holds. */
export async function bench(change: (seed: Ec2Snapshot) => Ec2Snapshot = (seed) => seed) {
  const { inventory, hosts } = buildWorld({
    cluster: 'orders',
    nodes: 3,
    clients: 2,
    dualStack: true,
    groups: GROUPS,
  });
  const state = new Ec2State(change(inventory));
  let changes = 0;
  const endpoint = await startEc2(state, {
    host: '127.0.0.1',
    port: 0,
    onChange: async () => {
      changes += 1;
    },
  });
  const client = ec2Client(endpoint.url);
  onTestFinished(async () => {
    client.destroy();
    await endpoint.close();
  });
  const groupId = (name: string) => state.describe().groups.find((g) => g.name === name)!.id;
  return { state, hosts, endpoint, client, groupId, changes: () => changes };
}

const GROUPS: readonly GroupPlan[] = [
  {
    name: 'nodes',
    description: 'the nodes',
    tags: { team: 'storage' },
    members: 'node',
    rules: [
      {
        protocol: 'tcp',
        ports: [3000, 3003],
        peer: { group: 'clients' },
        description: 'clients',
        tags: { Name: 'clients', owner: 'app' },
      },
      { protocol: 'tcp', ports: [22, 22], peer: { cidr4: '10.0.0.0/16' }, tags: { Name: 'ssh' } },
      { egress: true, protocol: '-1', peer: { cidr4: '0.0.0.0/0' } },
    ],
  },
  {
    name: 'clients',
    description: 'the clients',
    tags: {},
    members: 'client',
    rules: [{ egress: true, protocol: '-1', peer: { cidr4: '0.0.0.0/0' } }],
  },
];

/** The SDK's client for an endpoint, quick to retry. */
export function ec2Client(endpoint: string, maxAttempts = 3): EC2Client {
  return new EC2Client({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
    maxAttempts,
  });
}

/** Add ingress permissions to a group. */
export function authorize(client: EC2Client, GroupId: string, ...IpPermissions: IpPermission[]) {
  return client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

/** One tcp port from one IPv4 range. */
export function tcp(port: number, CidrIp: string): IpPermission {
  return { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp }] };
}

/** The code and message with which EC2 refuses `call`; fails when it does not refuse. */
export async function refusal(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  const found = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (found instanceof EC2ServiceException) return { code: found.name, message: found.message };
  throw new Error(`Cannot see a refusal as EC2 must give one: found ${String(found)}`);
}
