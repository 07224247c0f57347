/**
 * The lab's AWS: one endpoint a service on loopback, SSM also at the cloud's address for the agents.
 *
 * Started by {@link startCloud} in the lab's own network namespace, ended with it.
 */
import type { Connection } from '../lambda/aws/connection.ts';
import type { Assembly, AssemblyRule } from './assembly/assembly.ts';
import { labRegion } from './assembly/physical-names.ts';
import type { Log } from './cloud/child-lines.ts';
import { startCloudWatch } from './cloud/cloudwatch.ts';
import type { CloudWatch } from './cloud/cloudwatch.ts';
import { startDynamoDb } from './cloud/dynamodb.ts';
import type { Ec2Snapshot } from './cloud/ec2/model.ts';
import { startEc2 } from './cloud/ec2/server.ts';
import type { Ec2Endpoint } from './cloud/ec2/server.ts';
import { Ec2State } from './cloud/ec2/state.ts';
import type { Endpoint } from './cloud/endpoint.ts';
import { startEventBridge } from './cloud/event-bridge.ts';
import { startEventBus } from './cloud/event-bus.ts';
import type { EventBus } from './cloud/event-bus.ts';
import { startLambdas } from './cloud/lambda-runtime.ts';
import type { LambdaRuntime } from './cloud/lambda-runtime.ts';
import { startDoor } from './cloud/misbehaving-door.ts';
import type { Door } from './cloud/misbehaving-door.ts';
import { startS3 } from './cloud/s3.ts';
import type { S3 } from './cloud/s3.ts';
import { startSecretsManager } from './cloud/secrets.ts';
import type { SecretsManager } from './cloud/secrets.ts';
import { startScheduler } from './cloud/scheduler.ts';
import type { Scheduler } from './cloud/scheduler.ts';
import { startSsm } from './cloud/ssm.ts';
import type { Ssm } from './cloud/ssm.ts';
import { startStepFunctions } from './cloud/step-functions.ts';
import type { StepFunctions } from './cloud/step-functions.ts';
import { startTargets } from './cloud/targets.ts';
import type { StartTarget } from './cloud/targets.ts';
import { labTiming, timingEnvironment } from './timing.ts';
import { CLOUD_ADDRESS } from './vpc/cloud-address.ts';
import type { World } from './vpc/world.ts';

/** The running cloud. */
export interface Cloud {
  readonly stepFunctions: StepFunctions;
  /** How to reach DynamoDB from this process, and the journal's table. */
  readonly connection: Connection;
  readonly table: string;
  /** Where the agents poll. */
  readonly agentUrl: string;
  /** How many agents have polled. */
  agents(): number;
  /** What EC2 holds now. */
  inventory(): Ec2Snapshot;
  /** Where people reach EC2. */
  readonly ec2: Connection;
  /** The endpoints themselves, for those who make them misbehave or look at what they recorded. */
  readonly services: Services;
}

/** The cloud's services, each an endpoint or a runtime of its own. */
export interface Services extends Runtimes {
  readonly ec2: Ec2Endpoint;
  readonly ssm: Ssm;
  readonly cloudWatch: CloudWatch;
  readonly s3: S3;
  readonly secrets: SecretsManager;
  /** In front of DynamoDB, as Lambdas see it. */
  readonly dynamoDb: Door;
}

interface Runtimes {
  readonly lambdas: LambdaRuntime;
  readonly scheduler: Scheduler;
  readonly bus: EventBus;
  /** In front of the bus, as Lambdas see it. */
  readonly eventBridge: Endpoint;
  readonly stepFunctions: StepFunctions;
}

const local = { host: '127.0.0.1', port: 0 };

/** What the cloud is given beside its assembly. */
export interface CloudOptions {
  /** Brings a change of groups or rules into force; awaited before EC2 answers. */
  readonly enforce: (inventory: Ec2Snapshot) => Promise<void>;
  readonly log: Log;
  /** Seconds between two rounds of the sweeper; as the stack says when absent. */
  readonly sweepSeconds?: number | undefined;
  /** Ways out that AWS keeps from starting, as if it had lost them; none when absent. */
  readonly without?: readonly LostWayOut[];
  /** Whether schedules of the stack itself start runs. */
  readonly gameDays?: boolean;
}

/** A way out that AWS itself starts, and so may lose. */
export type LostWayOut = 'schedule' | 'status-change' | 'sweeper';

/** Starts every service over the synthesised assembly. */
export async function startCloud(
  assembly: Assembly,
  world: World,
  { enforce, log, ...times }: CloudOptions,
): Promise<Cloud> {
  const state = new Ec2State(world.inventory);
  const [ec2, ssm, cloudWatch, dynamoDb, s3, secrets] = await Promise.all([
    startEc2(state, { ...local, onChange: () => enforce(state.describe()) }),
    startSsm({ host: '0.0.0.0', port: 0, documents: assembly.documents }),
    startCloudWatch(local),
    startDynamoDb({ ...local, tables: assembly.tables }),
    startS3({ ...local, buckets: assembly.buckets.map(({ name }) => name) }),
    startSecretsManager(local),
  ]);
  const door = await startDoor({ ...local, to: dynamoDb.url });
  const endpoints = {
    EC2: ec2.url,
    SSM: ssm.url,
    CLOUDWATCH: cloudWatch.url,
    DYNAMODB: door.url,
    S3: s3.url,
    SECRETS_MANAGER: secrets.url,
  };
  const runtimes = await startRuntimes(assembly, { endpoints, log, ...times });
  return {
    stepFunctions: runtimes.stepFunctions,
    connection: { ...account, endpoint: dynamoDb.url },
    table: tableOf(assembly),
    agentUrl: `http://${CLOUD_ADDRESS}:${new URL(ssm.url).port}`,
    agents: () => ssm.instances().length,
    inventory: () => state.describe(),
    ec2: { ...account, endpoint: ec2.url },
    services: { ...runtimes, ec2, ssm, cloudWatch, s3, secrets, dynamoDb: door },
  };
}

/** Lambdas, machines, schedules and rules start each other; the machines come last. */
async function startRuntimes(assembly: Assembly, options: RuntimeOptions): Promise<Runtimes> {
  const { endpoints, log, without = [] } = options;
  const environment = { ...timingEnvironment(labTiming), ...endpointVariables(endpoints) };
  const machines: { started?: StepFunctions; bus?: EventBus } = {};
  const scheduler = await startScheduler({
    ...local,
    groups: assembly.scheduleGroups,
    schedules: options.gameDays === true ? assembly.schedules : [],
    start: (arn, input) => startOnTime(arn, input),
  });
  environment['AWS_ENDPOINT_URL_SCHEDULER'] = scheduler.url;
  const eventBridge = await startEventBridge({ put: (event) => machines.bus?.put(event) }, local);
  environment['AWS_ENDPOINT_URL_EVENTBRIDGE'] = eventBridge.url;
  const lambdas = await startLambdas(assembly.functions, { environment, log });
  const start = startTargets(lambdas, () => {
    if (machines.started !== undefined) return machines.started;
    throw new Error('Cannot start a machine as Step Functions must be running: found it is not');
  });
  const startOnTime = without.includes('schedule') ? butRestores(start, assembly) : start;
  const bus = startEventBus(rulesIn(assembly, without), {
    start,
    lose: ({ source }) => source === 'aws.states' && without.includes('status-change'),
    periodOf: (_, usual) =>
      options.sweepSeconds === undefined ? usual : options.sweepSeconds * 1000,
  });
  machines.bus = bus;
  machines.started = startStepFunctions(assembly.stateMachines, {
    lambdaUrl: lambdas.url,
    onStatusChange: (event) => bus.put(event),
    log,
  });
  return { lambdas, scheduler, bus, eventBridge, stepFunctions: machines.started };
}

interface RuntimeOptions extends Omit<CloudOptions, 'enforce'> {
  readonly endpoints: Readonly<Record<string, string>>;
}

/** Starts everything but the restore machine: its one-time schedules fire into the void. */
function butRestores(start: StartTarget, { stateMachines }: Assembly): StartTarget {
  const restores = stateMachines.filter(({ logicalId }) => logicalId.startsWith('RestoreMachine'));
  return async (arn, input) => {
    if (!restores.some((machine) => machine.arn === arn)) await start(arn, input);
  };
}

function rulesIn({ rules }: Assembly, without: readonly LostWayOut[]): readonly AssemblyRule[] {
  if (!without.includes('sweeper')) return rules;
  return rules.filter(({ logicalId }) => !logicalId.startsWith('WatchdogSweeper'));
}

const account = {
  region: labRegion,
  credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
};

function endpointVariables(endpoints: Readonly<Record<string, string>>): Record<string, string> {
  const urls = Object.entries(endpoints).map(
    ([name, url]) => [`AWS_ENDPOINT_URL_${name}`, url] as const,
  );
  return {
    ...Object.fromEntries(urls),
    AWS_REGION: account.region,
    AWS_ACCESS_KEY_ID: account.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: account.credentials.secretAccessKey,
  };
}

function tableOf({ tables }: Assembly): string {
  const [table] = tables;
  if (table !== undefined) return table.name;
  throw new Error('Cannot start the cloud as the assembly must have a journal table: found none');
}
