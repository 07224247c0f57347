import {
  DescribeImagesCommand,
  EC2Client,
  RunInstancesCommand,
  TerminateInstancesCommand,
  waitUntilInstanceTerminated,
} from '@aws-sdk/client-ec2';
import { inject } from 'vitest';
import type { Buckets } from '../../lab/cloud/ec2/buckets.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State, resourceId } from '../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import type { EndpointName } from './differences.ts';
import type { Ground, GroundPlan, Machine, Pace } from './ground.ts';
import { present } from './refusal.ts';

/** An endpoint that is there to be asked. */
export interface OpenEndpoint extends GroundPlan {
  /** A client that asks once and never again, whatever the answer. */
  readonly once: EC2Client;
  close(): Promise<void>;
}

/** One endpoint of a run, and how to open it. */
export interface EndpointPlan {
  readonly name: EndpointName;
  readonly title: string;
  readonly open: () => Promise<OpenEndpoint>;
  /** Why it cannot be opened, where that is known. */
  readonly missing?: string;
}

const AT_ONCE: Pace = { settleMs: 0, patienceMs: 0 };
/** EC2 is eventually consistent (EC2 Developer Guide): read again after a moment, delete again for a while. */
const EVENTUAL: Pace = { settleMs: 2_000, patienceMs: 180_000 };

/**
 * The endpoints of this run: the one of AEROFAULT_EC2_ENDPOINT alone, else the lab's and moto. `aws`, or
 * an address of AWS, is a real account, which also wants AEROFAULT_EC2_SANDBOX=yes.
 */
export function endpointsOf(environment: NodeJS.ProcessEnv): readonly EndpointPlan[] {
  const given = environment['AEROFAULT_EC2_ENDPOINT'];
  if (given === undefined) return [LAB, moto()];
  if (isAws(given) && environment['AEROFAULT_EC2_SANDBOX'] !== 'yes') {
    throw new Error(
      'Cannot run the suite against AWS as AEROFAULT_EC2_SANDBOX must be yes: set it for a sandbox account only',
    );
  }
  const image = environment['AEROFAULT_EC2_IMAGE'];
  return [{ name: 'given', title: `given (${given})`, open: async () => openGiven(given, image) }];
}

function isAws(endpoint: string): boolean {
  return (
    endpoint === 'aws' || /(^|\.)(amazonaws\.com(\.cn)?|api\.aws)$/.test(new URL(endpoint).hostname)
  );
}

const LAB: EndpointPlan = { name: 'lab', title: 'lab', open: () => openLab() };

function moto(): EndpointPlan {
  const place = inject('moto');
  if (!('url' in place)) {
    const open = () => Promise.reject(new Error(place.reason));
    return { name: 'moto', title: 'moto', missing: place.reason, open };
  }
  return {
    name: 'moto',
    title: 'moto',
    open: async () => {
      const ec2 = localClient(place.url);
      const machine = async (ground: Ground) => {
        const { Images } = await ec2.send(new DescribeImagesCommand({ Owners: ['amazon'] }));
        return runInstance(ground, present(Images?.[0]?.ImageId));
      };
      return { ec2, once: ec2, pace: AT_ONCE, machine, close: async () => ec2.destroy() };
    },
  };
}

/** The lab's endpoint over a small world, with a default VPC beside; it throttles by `buckets`, if any. */
export async function openLab(buckets?: Buckets): Promise<OpenEndpoint> {
  const { inventory } = buildWorld({ cluster: 'orders', nodes: 1, clients: 0 });
  const standard = { id: resourceId('vpc', 'default'), cidr: '172.31.0.0/16', isDefault: true };
  const state = new Ec2State({ ...inventory, vpcs: [...inventory.vpcs, standard] });
  const endpoint = await startEc2(state, {
    host: '127.0.0.1',
    port: 0,
    onChange: async () => undefined,
  });
  endpoint.buckets = buckets;
  const ec2 = localClient(endpoint.url);
  const one = present(inventory.interfaces[0]);
  const close = async () => {
    ec2.destroy();
    await endpoint.close();
  };
  const machine = async () => {
    return { instanceId: present(one.instanceId), interfaceId: one.id, vpcId: one.vpcId };
  };
  return { ec2, once: ec2, pace: AT_ONCE, machine, close };
}

function localClient(endpoint: string): EC2Client {
  return new EC2Client({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
    maxAttempts: 1,
  });
}

/** Any endpoint, or AWS itself with the default credentials and region. */
function openGiven(given: string, image: string | undefined): OpenEndpoint {
  const place = given === 'aws' ? {} : { endpoint: given };
  const ec2 = new EC2Client({ ...place, maxAttempts: 10 });
  const machine = image === undefined ? undefined : (ground: Ground) => runInstance(ground, image);
  const once = new EC2Client({ ...place, maxAttempts: 1 });
  const pace = isAws(given) ? EVENTUAL : AT_ONCE;
  const close = async () => {
    ec2.destroy();
    once.destroy();
  };
  return { ec2, once, pace, machine, close };
}

/** A small instance in the suite's VPC, terminated when the row is over. */
async function runInstance(ground: Ground, ImageId: string): Promise<Machine> {
  const { ec2, vpcId } = ground;
  const { Instances } = await ec2.send(
    new RunInstancesCommand({
      ImageId,
      InstanceType: 't3.nano',
      MinCount: 1,
      MaxCount: 1,
      SubnetId: ground.subnetIds[1],
      TagSpecifications: ground.tags('instance'),
    }),
  );
  const instance = present(Instances?.[0]);
  const instanceId = present(instance.InstanceId);
  const InstanceIds = [instanceId];
  ground.keep(instanceId, 'instance', async () => {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
    await waitUntilInstanceTerminated({ client: ec2, maxWaitTime: 300 }, { InstanceIds });
  });
  const interfaceId = present(instance.NetworkInterfaces?.[0]?.NetworkInterfaceId);
  return { instanceId, interfaceId, vpcId };
}
