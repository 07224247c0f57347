import type { Inventory } from '../../../core/inventory.ts';
import type { Connection } from '../../../lambda/aws/connection.ts';
import { ec2Network } from '../../../lambda/aws/network.ts';
import type { Network } from '../../../lambda/gateways.ts';
import type { AssemblyDocument } from '../../../lab/assembly/assembly.ts';
import { labRegion } from '../../../lab/assembly/physical-names.ts';
import { startCloudWatch } from '../../../lab/cloud/cloudwatch.ts';
import type { Ec2Snapshot } from '../../../lab/cloud/ec2/model.ts';
import { startEc2 } from '../../../lab/cloud/ec2/server.ts';
import { Ec2State, resourceId } from '../../../lab/cloud/ec2/state.ts';
import { startSsm } from '../../../lab/cloud/ssm.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';
import { FakeCluster } from '../../fakes/fake-cluster.ts';
import { FakeHost } from '../../fakes/fake-host.ts';
import { FakeHosts } from '../../fakes/fake-hosts.ts';
import { LabNetwork } from '../../virtual/lab-network.ts';
import { runFakeAgent } from './agent.ts';
import { WallClock } from './wall-clock.ts';

/**
 * The clusters that the deployed app works on: EC2, SSM and CloudWatch are the lab's endpoints on loopback;
 * machines and Aerospike are the fakes, on the wall's clock, who see the security groups that EC2 holds.
 *
 * {@link startFleet} starts them, an agent for each machine included; `stop()` ends them. No packet moves.
 */
export interface Fleet {
  /** Where Lambdas find EC2, SSM and CloudWatch: `AWS_ENDPOINT_URL_…`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Everything a run of this cluster could leave: its network as EC2 has it, and parts on machines. */
  traces(cluster: string): Promise<Traces>;
  /** What scripts the machines were sent, in order. */
  scripts(cluster: string): readonly string[];
  stop(): Promise<void>;
}

/** What is there of a cluster at one moment. */
export interface Traces {
  readonly network: Pick<Inventory, 'groups' | 'interfaces' | 'networkAcls' | 'subnets'>;
  /** The parts of runs that stand on machines. */
  readonly parts: number;
}

const local = { host: '127.0.0.1', port: 0 };

/** Starts clusters of three nodes and a client. */
export async function startFleet(
  clusters: readonly string[],
  documents: readonly AssemblyDocument[],
): Promise<Fleet> {
  const parts = new Map<string, ClusterPart>();
  const state = new Ec2State(together(clusters));
  const onChange = async () => {
    for (const part of parts.values()) part.changed();
  };
  const [ec2, ssm, cloudWatch] = await Promise.all([
    startEc2(state, { ...local, onChange }),
    startSsm({ ...local, documents }),
    startCloudWatch(local),
  ]);
  for (const cluster of clusters) {
    parts.set(cluster, await startCluster(cluster, { state, ec2: ec2.url, ssm: ssm.url }));
  }
  const part = (cluster: string): ClusterPart => {
    const found = parts.get(cluster);
    if (found !== undefined) return found;
    throw new Error(`Cannot look at ${cluster} as the fleet must have it: found no such cluster`);
  };
  return {
    variables: {
      AWS_ENDPOINT_URL_EC2: ec2.url,
      AWS_ENDPOINT_URL_SSM: ssm.url,
      AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.url,
    },
    traces: (cluster) => part(cluster).traces(),
    scripts: (cluster) => part(cluster).hosts.ran.map(({ script }) => script),
    async stop() {
      for (const one of parts.values()) one.stop();
      await Promise.all([ec2.close(), ssm.close(), cloudWatch.close()]);
    },
  };
}

/** One EC2 for every cluster, each in a VPC of its own. */
function together(clusters: readonly string[]): Ec2Snapshot {
  const worlds = clusters.map((cluster) => {
    const { inventory } = buildWorld({ cluster, nodes: 3, clients: 1, layout: 'shared' });
    return inOwnVpc(inventory, cluster);
  });
  const [first] = worlds;
  if (first === undefined) throw new Error('Cannot start a fleet as it must have a cluster');
  return {
    ...first,
    vpcs: worlds.flatMap(({ vpcs }) => vpcs),
    subnets: worlds.flatMap(({ subnets }) => subnets),
    instances: worlds.flatMap(({ instances }) => instances),
    interfaces: worlds.flatMap(({ interfaces }) => interfaces),
    groups: worlds.flatMap(({ groups }) => groups),
    rules: worlds.flatMap(({ rules }) => rules),
  };
}

/** The same world with ids of VPC and subnets that no other has. */
function inOwnVpc(world: Ec2Snapshot, cluster: string): Ec2Snapshot {
  const own = (kind: string, id: string): string => resourceId(kind, `${cluster} ${id}`);
  const placed = <Thing extends { readonly vpcId: string }>(thing: Thing): Thing => {
    return { ...thing, vpcId: own('vpc', thing.vpcId) };
  };
  const inSubnet = <Thing extends { readonly vpcId: string; readonly subnetId: string }>(
    thing: Thing,
  ): Thing => ({ ...placed(thing), subnetId: own('subnet', thing.subnetId) });
  return {
    ...world,
    vpcs: world.vpcs.map((vpc) => ({ ...vpc, id: own('vpc', vpc.id) })),
    subnets: world.subnets.map((one) => ({ ...placed(one), id: own('subnet', one.id) })),
    instances: world.instances.map(inSubnet),
    interfaces: world.interfaces.map(inSubnet),
    groups: world.groups.map(placed),
  };
}

interface ClusterPart {
  readonly hosts: FakeHosts;
  /** To be called after every change of what EC2 holds. */
  changed(): void;
  traces(): Promise<Traces>;
  stop(): void;
}

async function startCluster(
  cluster: string,
  cloud: { readonly state: Ec2State; readonly ec2: string; readonly ssm: string },
): Promise<ClusterPart> {
  const clock = new WallClock();
  const network = ec2Network(connectionTo(cloud.ec2), { clock });
  const inventory = await network.observe(cluster);
  const seen = new LabNetwork(cloud.state, clock);
  const changed: (() => void)[] = [];
  const watcher = {
    applied: () => {},
    undone: () => {},
    changed: () => changed.forEach((one) => one()),
  };
  const machines = new Map(
    inventory.instances.map(({ id }) => [id, new FakeHost(id, { clock, ...watcher })]),
  );
  const members = new FakeCluster({ inventory, network: seen, hosts: machines, clock });
  changed.push(() => members.note());
  const hosts = new FakeHosts({ hosts: machines, cluster: members, clock });
  const ended = new AbortController();
  for (const instanceId of machines.keys()) {
    void runFakeAgent({ endpoint: cloud.ssm, instanceId, hosts }, ended.signal);
  }
  return {
    hosts,
    changed() {
      seen.changed();
      members.note();
    },
    traces: async () => ({
      network: await networkOf(network, cluster),
      parts: [...machines.values()].reduce((sum, { parts }) => sum + parts.size, 0),
    }),
    stop() {
      ended.abort();
      clock.stop();
    },
  };
}

function connectionTo(endpoint: string): Connection {
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  return { endpoint, region: labRegion, credentials };
}

async function networkOf(network: Network, cluster: string): Promise<Traces['network']> {
  const { groups, interfaces, networkAcls, subnets } = await network.observe(cluster);
  return { groups, interfaces, networkAcls, subnets };
}
