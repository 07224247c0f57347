/**
 * One lab in virtual time: the lab's own services over memory, the synthesised definitions, the bundles.
 *
 * {@link beginWorld} makes one; it ends when the next begins. One process has one at a time.
 */
import * as z from 'zod';
import type { Assembly, AssemblyDocument } from '../../lab/assembly/assembly.ts';
import { labRegion } from '../../lab/assembly/physical-names.ts';
import { startCloudWatch } from '../../lab/cloud/cloudwatch.ts';
import { startDynamoDb } from '../../lab/cloud/dynamodb.ts';
import type { FullSnapshot } from '../../lab/cloud/ec2/state.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { startEventBridge } from '../../lab/cloud/event-bridge.ts';
import type { BusEvent } from '../../lab/cloud/event-bus.ts';
import { startS3 } from '../../lab/cloud/s3.ts';
import type { S3 } from '../../lab/cloud/s3.ts';
import { startEventBus } from '../../lab/cloud/event-bus.ts';
import { startSecretsManager } from '../../lab/cloud/secrets.ts';
import { startSts } from '../../lab/cloud/sts.ts';
import type { Sts } from '../../lab/cloud/sts.ts';
import { startScheduler } from '../../lab/cloud/scheduler.ts';
import type { Scheduler } from '../../lab/cloud/scheduler.ts';
import { startSsm } from '../../lab/cloud/ssm.ts';
import { startStepFunctions } from '../../lab/cloud/step-functions.ts';
import type { StepFunctions } from '../../lab/cloud/step-functions.ts';
import { startTargets } from '../../lab/cloud/targets.ts';
import type { StartTarget } from '../../lab/cloud/targets.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import type { WorldPlan } from '../../lab/vpc/world.ts';
import { dynamoJournal } from '../../lambda/aws/journal.ts';
import type { Journal } from '../../lambda/gateways.ts';
import type { LabSecret } from '../../lab/cloud/secrets.ts';
import { clusterTag } from '../../core/inventory.ts';
import { isAsBefore } from './as-before.ts';
import { chanceOf } from './chance-of.ts';
import { Doors } from './doors.ts';
import { startInProcess } from './in-process-execution.ts';
import { VirtualHttp } from './virtual-http.ts';
import { VirtualHosts } from './virtual-hosts.ts';
import { VirtualLambdas } from './virtual-lambda.ts';
import type { Fate, Ills } from './virtual-lambda.ts';
import { VirtualTime } from './virtual-time.ts';

/** Which ways out there are; left out: all of them. */
export interface WaysOut {
  readonly hostTimers?: boolean;
  readonly schedule?: boolean;
  readonly statusRule?: boolean;
  readonly sweeper?: boolean;
}

/** A process that plays labs in virtual time. */
export class VirtualProcess {
  readonly time = new VirtualTime(1_800_000_000_000);
  readonly http = new VirtualHttp();
  readonly assembly: Assembly;
  readonly lambdas: VirtualLambdas;

  constructor(assembly: Assembly) {
    this.time.install();
    this.http.install();
    this.assembly = assembly;
    this.lambdas = new VirtualLambdas(assembly.functions, {
      http: this.http,
      environment: environmentOf(),
    });
  }
}

/** One world. */
export interface VirtualWorld {
  readonly state: Ec2State;
  readonly before: FullSnapshot;
  readonly hosts: VirtualHosts;
  readonly stepFunctions: StepFunctions;
  readonly scheduler: Scheduler;
  readonly journal: Journal;
  readonly s3: S3;
  readonly sts: Sts;
  /** Those of two accounts; nobody goes through them where there is but one. */
  readonly doors: Doors;
  /** Every event on the bus so far. */
  readonly events: readonly BusEvent[];
  /** The instant from which on all was as before; Infinity while it is not, 0 if it always was. */
  readonly harm: { endedAt: number };
}

const hostOf = (service: string): string => `${service.toLowerCase()}.virtual`;
const at = (service: string) => ({ host: hostOf(service), port: 80 });
const services = [
  'EC2',
  'SSM',
  'CLOUDWATCH',
  'DYNAMODB',
  'SCHEDULER',
  'S3',
  'EVENTBRIDGE',
  'SECRETS_MANAGER',
  'STS',
] as const;

function environmentOf(): Record<string, string> {
  const endpoints = services.map(
    (name) => [`AWS_ENDPOINT_URL_${name}`, `http://${hostOf(name)}:80`] as const,
  );
  return {
    ...Object.fromEntries(endpoints),
    AWS_REGION: labRegion,
    AWS_ACCESS_KEY_ID: 'lab',
    AWS_SECRET_ACCESS_KEY: 'lab',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

/** What happens in a world by itself. */
export interface Happenings {
  /** Of every call of a Lambda. */
  readonly fate: Fate;
  readonly ills?: Ills;
  readonly ways?: WaysOut;
}

/** Begins a world anew. */
export async function beginWorld(
  process: VirtualProcess,
  plan: WorldPlan,
  { fate, ills, ways = {} }: Happenings,
): Promise<VirtualWorld> {
  process.time.clear();
  process.http.clear();
  const doors = new Doors();
  const isAcross = process.assembly.roles.some(({ externalId }) => externalId !== undefined);
  // What a process remembers of another world does no harm, but for credentials.
  if (isAcross) process.lambdas.forget();
  process.lambdas.begin(isAcross ? doors.behind(fate) : fate, ills);
  Math.random = chanceOf(1);
  const state = new Ec2State(buildWorld(plan).inventory);
  const ground = await layGround(process, state, {
    cluster: plan.cluster,
    hasTimers: ways.hostTimers !== false,
  });
  await process.time.settled(startDynamoDb({ ...at('DYNAMODB'), tables: process.assembly.tables }));
  const buckets = process.assembly.buckets.map(({ name }) => name);
  const s3 = await startS3({ ...at('S3'), buckets });
  const secrets = await startSecretsManager(at('SECRETS_MANAGER'));
  secrets.put(secretName, secretOf(plan.cluster));
  const sts = await startSts(process.assembly.roles, at('STS'));
  doors.sts = sts;
  const runtimes = await startRuntimes(process, ways);
  ground.hosts.begin();
  return { state, ...ground, ...runtimes, s3, sts, doors, journal: journalOf(process.assembly) };
}

/** What examples log in with. */
export const secretName = 'orders/aerofault';

const secretOf = (cluster: string): LabSecret => ({
  text: JSON.stringify({ username: 'aerofault', password: 'virtual' }),
  tags: { [clusterTag]: cluster },
});

/** EC2, its machines and their agents, and whoever watches whether all is as before. */
async function layGround(
  { http, assembly }: VirtualProcess,
  state: Ec2State,
  { cluster, hasTimers }: { cluster: string; hasTimers: boolean },
): Promise<Pick<VirtualWorld, 'before' | 'harm' | 'hosts'>> {
  const before = state.describe();
  const harm = { endedAt: 0 };
  const note = (): void => {
    const isHarmed = hosts.parts().length > 0 || !isAsBefore(before, state.describe());
    if (isHarmed) harm.endedAt = Infinity;
    else if (harm.endedAt === Infinity) harm.endedAt = Date.now();
  };
  const documents = assembly.documents.map(withoutScripts);
  const knobs = { pollMs: 3_600_000, silentAfter: Infinity };
  const ssm = await startSsm({ ...at('SSM'), documents, knobs });
  const hosts = new VirtualHosts({ state, ssm, http, cluster, hasTimers, onPart: note });
  const onChange = async (): Promise<void> => {
    hosts.changed();
    note();
  };
  await startEc2(state, { ...at('EC2'), onChange });
  await startCloudWatch(at('CLOUDWATCH'));
  return { before, harm, hosts };
}

/** Lambdas, machines, schedules and rules start each other; the machines come last. */
async function startRuntimes(
  { lambdas, assembly }: VirtualProcess,
  ways: WaysOut,
): Promise<Pick<VirtualWorld, 'stepFunctions' | 'scheduler' | 'events'>> {
  const machines: { started?: StepFunctions } = {};
  const start = startTargets(lambdas, () => {
    if (machines.started !== undefined) return machines.started;
    throw new Error('Cannot start a machine as Step Functions must be running: found it is not');
  });
  const fire: StartTarget = async (arn, input) => {
    if (ways.schedule !== false) await start(arn, input);
  };
  const groups = assembly.scheduleGroups;
  const scheduler = await startScheduler({ ...at('SCHEDULER'), groups, start: fire });
  const rules = assembly.rules.filter(({ eventPattern }) =>
    eventPattern === undefined ? ways.sweeper !== false : ways.statusRule !== false,
  );
  const bus = startEventBus(rules, { start });
  await startEventBridge(bus, at('EVENTBRIDGE'));
  machines.started = startStepFunctions(assembly.stateMachines, {
    lambdaUrl: await lambdas.open('lambda.virtual'),
    onStatusChange: (event) => bus.put(event),
    spawn: startInProcess,
  });
  return { stepFunctions: machines.started, scheduler, events: bus.events };
}

function journalOf({ tables }: Assembly): Journal {
  const endpoint = `http://${hostOf('DYNAMODB')}:80`;
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  const [table] = tables;
  return dynamoJournal({ endpoint, region: labRegion, credentials }, { table: table?.name ?? '' });
}

const Document = z.looseObject({
  mainSteps: z.array(z.looseObject({ inputs: z.looseObject({ runCommand: z.array(z.string()) }) })),
});

/** A document as it is, but for the text of its script: a model stands for it, and the text is long. */
function withoutScripts({ content, ...document }: AssemblyDocument): AssemblyDocument {
  const { mainSteps, ...rest } = Document.parse(content);
  const steps = mainSteps.map((step) => ({
    ...step,
    inputs: { ...step.inputs, runCommand: [''] },
  }));
  return { ...document, content: { ...rest, mainSteps: steps } };
}
