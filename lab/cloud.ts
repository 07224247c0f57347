/**
 * The lab's AWS: one endpoint a service on loopback, SSM also at the cloud's address for the agents.
 *
 * Started by {@link startCloud} in the lab's own network namespace, ended with it.
 */
import type { Connection } from '../lambda/aws/connection.ts';
import type { Assembly } from './assembly/assembly.ts';
import { labRegion } from './assembly/physical-names.ts';
import type { Log } from './cloud/child-lines.ts';
import { startCloudWatch } from './cloud/cloudwatch.ts';
import { startDynamoDb } from './cloud/dynamodb.ts';
import type { Ec2Snapshot } from './cloud/ec2/model.ts';
import { startEc2 } from './cloud/ec2/server.ts';
import { Ec2State } from './cloud/ec2/state.ts';
import { startEventBus } from './cloud/event-bus.ts';
import { startLambdas } from './cloud/lambda-runtime.ts';
import { startScheduler } from './cloud/scheduler.ts';
import { startSsm } from './cloud/ssm.ts';
import { startStepFunctions } from './cloud/step-functions.ts';
import type { StepFunctions } from './cloud/step-functions.ts';
import { startTargets } from './cloud/targets.ts';
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
}

const local = { host: '127.0.0.1', port: 0 };

/** What the cloud is given beside its assembly. */
export interface CloudOptions {
  /** Brings a change of groups or rules into force; awaited before EC2 answers. */
  readonly enforce: (inventory: Ec2Snapshot) => Promise<void>;
  readonly log: Log;
}

/** Starts every service over the synthesised assembly. */
export async function startCloud(
  assembly: Assembly,
  world: World,
  { enforce, log }: CloudOptions,
): Promise<Cloud> {
  const state = new Ec2State(world.inventory);
  const [ec2, ssm, cloudWatch, dynamoDb] = await Promise.all([
    startEc2(state, { ...local, onChange: () => enforce(state.describe()) }),
    startSsm({ host: '0.0.0.0', port: 0, documents: assembly.documents }),
    startCloudWatch(local),
    startDynamoDb({ ...local, tables: assembly.tables }),
  ]);
  const endpoints = {
    EC2: ec2.url,
    SSM: ssm.url,
    CLOUDWATCH: cloudWatch.url,
    DYNAMODB: dynamoDb.url,
  };
  const stepFunctions = await startRuntimes(assembly, { endpoints, log });
  return {
    stepFunctions,
    connection: { ...account, endpoint: dynamoDb.url },
    table: tableOf(assembly),
    agentUrl: `http://${CLOUD_ADDRESS}:${new URL(ssm.url).port}`,
    agents: () => ssm.instances().length,
    inventory: () => state.describe(),
    ec2: { ...account, endpoint: ec2.url },
  };
}

/** Lambdas, machines, schedules and rules start each other; the machines come last. */
async function startRuntimes(
  assembly: Assembly,
  { endpoints, log }: { endpoints: Readonly<Record<string, string>>; log: Log },
): Promise<StepFunctions> {
  const environment = { ...timingEnvironment(labTiming), ...endpointVariables(endpoints) };
  const machines: { started?: StepFunctions } = {};
  const scheduler = await startScheduler({
    ...local,
    groups: assembly.scheduleGroups,
    start: (arn, input) => start(arn, input),
  });
  environment['AWS_ENDPOINT_URL_SCHEDULER'] = scheduler.url;
  const lambdas = await startLambdas(assembly.functions, { environment, log });
  const start = startTargets(lambdas, () => {
    if (machines.started !== undefined) return machines.started;
    throw new Error('Cannot start a machine as Step Functions must be running: found it is not');
  });
  const bus = startEventBus(assembly.rules, { start });
  machines.started = startStepFunctions(assembly.stateMachines, {
    lambdaUrl: lambdas.url,
    onStatusChange: (event) => bus.put(event),
    log,
  });
  return machines.started;
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
