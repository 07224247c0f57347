/**
 * The stage of a rehearsal: machines, their network, and a cloud in front of them.
 *
 * Set by {@link setStage} inside namespaces of the lab's own, struck with the lab's
 * process. Everything AWS would do is played by the endpoints of lab/cloud; everything aerofault
 * does is the synthesised definition and the bundled Lambdas, unchanged but for the timing in their
 * environment. It does not play IAM.
 */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EC2Client } from '@aws-sdk/client-ec2';
import { usualPorts } from '../core/aerospike.ts';
import { usualTlsService } from '../core/access.ts';
import type { PortNumbers } from '../core/aerospike.ts';
import type { Experiment } from '../core/experiment.ts';
import { dynamoJournal } from '../lambda/aws/journal.ts';
import type { Journal } from '../lambda/gateways.ts';
import { readAssembly } from './assembly/assembly.ts';
import type { Assembly, AssemblyStateMachine } from './assembly/assembly.ts';
import { watchBystanders } from './bystanders.ts';
import type { BystanderWatch } from './bystanders.ts';
import type { Ec2Snapshot } from './cloud/ec2/model.ts';
import { startCloud } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import type { StepFunctions } from './cloud/step-functions.ts';
import { securityFile, startAgent, startNodes, startOthers } from './machines.ts';
import type { NodeConfig } from './node/config.ts';
import type { LabOptions } from './options.ts';
import { editNodesGroup, takeEditsBack } from './person.ts';
import type { GroupEdits } from './person.ts';
import { securityOf } from './secure.ts';
import type { LabSecurity } from './secure.ts';
import { aerospikeServer } from './prerequisites.ts';
import type { Progress } from './progress.ts';
import { ruleset } from './vpc/enforcement.ts';
import type { Host } from './vpc/hosts.ts';
import { layouts } from './vpc/layouts.ts';
import type { Layout } from './vpc/layouts.ts';
import { createNetwork } from './vpc/network.ts';
import type { Network } from './vpc/network.ts';
import { buildWorld } from './vpc/world.ts';
import type { World } from './vpc/world.ts';

/** A stage that is set: what the rehearsal drives and looks at. */
export interface Stage {
  readonly assembly: Assembly;
  readonly workflow: AssemblyStateMachine;
  readonly restoreMachine: AssemblyStateMachine;
  readonly hosts: readonly Host[];
  readonly network: Network;
  readonly cloud: Cloud;
  /** The agent of each machine by name; who kills one may start another in its place. */
  readonly agents: Map<string, ChildProcess>;
  readonly stepFunctions: StepFunctions;
  readonly journal: Journal;
  /** How its nodes are guarded, where they are. */
  readonly security: LabSecurity | undefined;
  /** What Lambdas logged, where something must not be in it. */
  readonly logged: readonly string[];
  /** Flows between nodes and bystanders, watched since the stage was set. */
  readonly bystanders: BystanderWatch;
  snapshot(): Promise<Snapshot>;
  /** A person edits the nodes' security group; resolves to what they changed. */
  editGroup(before: Snapshot): Promise<GroupEdits>;
  /** The person takes these edits back. */
  takeEditsBack(edits: GroupEdits, before: Snapshot): Promise<void>;
  /** Resolves once the nodes are one settled cluster; rejects when they are not after a minute. */
  awaitCluster(): Promise<void>;
}

/** What could have changed: what EC2 holds, and by host its packet filters and routes as text. */
export interface Snapshot {
  readonly ec2: Ec2Snapshot;
  readonly machines: ReadonlyMap<string, string>;
}

/** What the stage is set for. */
export interface Play {
  readonly options: LabOptions;
  readonly experiment: Experiment;
  readonly progress: Progress;
}

/**
 * Builds the machines and the cloud around them, and waits until the cluster is whole. The nodes come
 * together while the stacks are synthesised: neither needs the other.
 */
export async function setStage(synthesised: Promise<string>, play: Play): Promise<Stage> {
  const { options, progress } = play;
  const security = securityOf(play.experiment);
  const logged: string[] = [];
  const world = buildWorld(options);
  const network = await createNetwork(world.hosts);
  await network.enforce(ruleset(world.inventory));
  const [folder] = await Promise.all([
    synthesised,
    gatherNodes(world, network, { ...play, security }),
  ]);
  const assembly = readAssembly(folder);
  const cloud = await startCloud(assembly, world, {
    enforce: (inventory) => network.enforce(ruleset(inventory)),
    log: ({ source, line }) => {
      if (options.verbose) progress.note(`${source}: ${line}`);
      if (security !== undefined) logged.push(line);
    },
    sweepSeconds: options.sweepSeconds,
    without: options.without.filter((way) => way !== 'host-timer'),
    gameDays: options.gameDays,
  });
  if (security?.secret !== undefined) {
    cloud.services.secrets.put(security.secret.name, security.secret.value);
  }
  const agents = new Map(
    world.hosts.map((host) => [host.name, startAgent(host, network, cloud.agentUrl)]),
  );
  await awaitAgents(world.hosts, cloud);
  return {
    assembly,
    workflow: machineNamed('ExperimentWorkflow', assembly),
    restoreMachine: machineNamed('RestoreMachine', assembly),
    hosts: world.hosts,
    network,
    cloud,
    agents,
    stepFunctions: cloud.stepFunctions,
    journal: dynamoJournal(cloud.connection, { table: cloud.table }),
    security,
    logged,
    bystanders: await watchBystanders(world.hosts, network, labPortsOf(play.experiment)),
    snapshot: () => snapshot(world, network, cloud),
    editGroup: ({ ec2: before }) =>
      editNodesGroup(new EC2Client({ ...cloud.ec2 }), { before, now: () => cloud.inventory() }),
    takeEditsBack: (edits, { ec2: before }) =>
      takeEditsBack(new EC2Client({ ...cloud.ec2 }), edits, before),
    awaitCluster: () => awaitCluster(world.hosts, network, labPortsOf(play.experiment), security),
  };
}

function machineNamed(id: string, { stateMachines }: Assembly): AssemblyStateMachine {
  const machine = stateMachines.find(({ logicalId }) => logicalId.startsWith(id));
  if (machine !== undefined) return machine;
  throw new Error(
    `Cannot set the stage as the assembly must have a state machine ${id}: found none`,
  );
}

/** The numbers that the experiment gives, and the usual ones where it asks the nodes. */
function labPortsOf({ portNumbers = {}, access }: Experiment): NodeConfig['ports'] {
  const { service, fabric, heartbeat, admin, ...tls } = portNumbers === 'node' ? {} : portNumbers;
  return {
    ...(access?.tls === undefined ? {} : { tlsService: usualTlsService }),
    ...tls,
    service: service ?? usualPorts.service,
    fabric: fabric ?? usualPorts.fabric,
    heartbeat: heartbeat ?? usualPorts.heartbeat,
    admin: admin ?? usualPorts.admin,
  };
}

async function gatherNodes(
  { hosts }: World,
  network: Network,
  play: Play & { readonly security: LabSecurity | undefined },
): Promise<void> {
  const { options, experiment, progress, security } = play;
  // The server that anybody can have, Community Edition, knows neither TLS nor logins.
  const asd = security === undefined ? aerospikeServer() : undefined;
  const ports = labPortsOf(experiment);
  const { nodePlan }: Layout = layouts[options.layout];
  await Promise.all([
    startNodes(hosts, network, { clusterName: options.cluster, ports, asd, nodePlan, security }),
    startOthers(hosts, network, ports),
  ]);
  await awaitCluster(hosts, network, ports, security);
  const kind = asd === undefined ? 'stand-in' : 'real';
  progress.note(`${options.nodes} ${kind} nodes in one cluster, ${othersOf(hosts)}`);
}

/** Who is there beside the nodes, in a few words. */
function othersOf(hosts: readonly Host[]): string {
  const count = (role: Host['role']): number => hosts.filter((host) => host.role === role).length;
  const others = [
    `${count('client')} client(s)`,
    ...(count('xdr-destination') > 0 ? [`${count('xdr-destination')} destination(s)`] : []),
    ...hosts.flatMap(({ role, name }) => (role === 'bystander' ? [`bystander ${name}`] : [])),
  ];
  return others.join(', ');
}

async function awaitCluster(
  hosts: readonly Host[],
  network: Network,
  ports: PortNumbers,
  security: LabSecurity | undefined,
): Promise<void> {
  const nodes = hosts.filter(({ role }) => role === 'node');
  const [first] = nodes;
  if (first === undefined) return;
  const program = fileURLToPath(new URL('await-cluster.ts', import.meta.url));
  const words = [
    String(nodes.length),
    String(ports.service),
    ...nodes.map(({ address }) => address),
  ];
  const { code } = await network.run(first.name, [
    'env',
    ...(security === undefined ? [] : [`SECURITY_FILE=${securityFile}`]),
    process.execPath,
    program,
    ...words,
  ]);
  if (code === 0) return;
  throw new Error(
    `Cannot set the stage as the nodes must form one cluster: found none after a minute`,
  );
}

const agentPatienceMs = 20_000;

async function awaitAgents(hosts: readonly Host[], cloud: Cloud): Promise<void> {
  const giveUpAt = Date.now() + agentPatienceMs;
  while (cloud.agents() < hosts.length) {
    if (Date.now() > giveUpAt) {
      throw new Error(
        `Cannot set the stage as every agent must poll: found ${cloud.agents()} of ${hosts.length}`,
      );
    }
    await pause(50);
  }
}

async function snapshot({ hosts }: World, network: Network, cloud: Cloud): Promise<Snapshot> {
  const machines = await Promise.all(
    hosts.map(async ({ name }) => [name, await network.snapshot(name)] as const),
  );
  return { ec2: cloud.inventory(), machines: new Map(machines) };
}
