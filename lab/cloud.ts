/**
 * The lab's AWS: one endpoint a service on loopback, SSM also at the cloud's address for the agents.
 *
 * Started by {@link startCloud} in the lab's own network namespace, ended by `close()` or with it.
 */
import type { Connection } from '../lambda/aws/connection.ts';
import type { Assembly } from './assembly/assembly.ts';
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
  /** Every group and rule as comparable text. */
  securityGroups(): string;
  close(): Promise<void>;
}

const local = { host: '127.0.0.1', port: 0 };
