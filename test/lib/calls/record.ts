/**
 * Records what every Lambda asks of AWS: `node test/lib/calls/record.ts`, some minutes of one processor.
 *
 * Plays examples of every kind of step in the virtual lab with the bundles as they are, lets the sweeper come
 * by, and deletes a subnet, and the stack, in the middle of a run. What is written to test/recorded/aws-calls.json is what IAM is asked then,
 * each thing once, ids and times taken away. It ends with the last example. Run it again when the bundles
 * call something else: test/lib/least-privilege.test.ts says when. `ONLY=halves,route` plays these alone and
 * keeps what was recorded before; else what is recorded is all anew.
 */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { readAssembly } from '../../../lab/assembly/assembly.ts';
import { buildAssembly } from '../../../lab/build-assembly.ts';
import { ACTIONS } from '../../../lab/cloud/ec2/actions.ts';
import type { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { decodeRequest } from '../../../lab/cloud/ec2/wire.ts';
import { begin } from '../../virtual/play.ts';
import type { Stage } from '../../virtual/play.ts';
import { scenes } from '../../virtual/scenes.ts';
import type { Scene } from '../../virtual/scenes.ts';
import { beginWorld, secretName, VirtualProcess } from '../../virtual/virtual-cloud.ts';
import type { Call } from '../../virtual/virtual-lambda.ts';
import { iamRequestsOf } from './iam-request.ts';
import type { Around, AwsCall } from './iam-request.ts';
import { plain } from './plain.ts';

/** Between them every mechanism, every script, and every way of taking rules away. */
const only = process.env['ONLY'];
const chosen = new Set(
  only?.split(',') ?? [
    'client-cut-sever',
    'halves',
    'halves-acl-pulse',
    'zones-network-acl',
    'isolate-one-node',
    'route',
    'reroute',
    'service-stop',
    'xdr-pause',
    'client-cut-one-node',
    'isolate-secure-cluster',
    'subnet-deleted',
    'audit',
  ],
);
const place = join(import.meta.dirname, '../../recorded/aws-calls.json');
const before =
  only === undefined ? [] : z.array(z.json()).parse(JSON.parse(readFileSync(place, 'utf8')));
const seen = new Set(before.map((asked) => JSON.stringify(asked)));
const folder = process.argv[2] ?? (await buildAssembly(mkdtempSync(join(tmpdir(), 'aerofault-'))));
/** Long enough for the sweeper to come by, and for a run to be in its hold. */
const sweepMs = 400_000;
const holdMs = 25_000;
const virtual = new VirtualProcess(readAssembly(folder));

const played = [
  ...scenes.filter(({ name }) => chosen.has(name)),
  ...scenes
    .filter(({ name }) => name === 'client-cut')
    .flatMap((scene) => [
      { ...scene, input: { ...Object(scene.input), stopOn: { alarms: ['orders-latency'] } } },
    ]),
];
for (const scene of played) {
  const { execution } = await recorded(scene);
  await virtual.time.until(() => !execution.running);
  await pass(sweepMs);
  const said = JSON.stringify(await virtual.time.settled(execution.result)).slice(0, 200);
  process.stderr.write(`${scene.name}: ${seen.size} so far; ${said}\n`);
  save();
}
if (chosen.has('subnet-deleted')) await deleteSubnetInHold();
if (chosen.has('audit')) await auditTwice();
await deleteInHold();
save();
process.exit(0);

/** Begins a scene whose every call is noted. */
async function recorded(scene: Scene): Promise<Stage> {
  const begun: { stage?: Stage } = {};
  begun.stage = await begin(virtual, scene, {
    fate: (call, deliver) => {
      if (begun.stage !== undefined) note(call, begun.stage.world.state);
      return deliver();
    },
  });
  return begun.stage;
}

/** What is asked for where somebody deletes a subnet, and all in it, whose network ACL is swapped. */
async function deleteSubnetInHold(): Promise<void> {
  const scene = scenes.find(({ name }) => name === 'zones-network-acl');
  if (scene === undefined) return;
  const { execution, world } = await recorded(scene);
  const { subnets, networkAcls, interfaces } = world.state;
  const isSwapped = ({ aclId = '' }: { aclId?: string }): boolean =>
    'aerofault:run' in (networkAcls.get(aclId)?.tags ?? {});
  await virtual.time.until(() => !execution.running || [...subnets.values()].some(isSwapped));
  const gone = [...subnets.values()].find(isSwapped);
  for (const { id, subnetId } of interfaces.values()) {
    if (subnetId === gone?.id) interfaces.delete(id);
  }
  subnets.delete(gone?.id ?? '');
  await virtual.time.until(() => !execution.running);
  await pass(sweepMs);
  const left = [...networkAcls.values()].filter(({ tags }) => 'aerofault:run' in tags);
  process.stderr.write(`subnet-deleted: ${seen.size} so far; ${left.length} ACL(s) left\n`);
}

function isAudits({ logicalId }: { logicalId: string }): boolean {
  return logicalId.startsWith('Audits');
}

/** What an audit asks for, and one that is accepted. */
async function auditTwice(): Promise<void> {
  const [scene] = scenes;
  const { arn = '' } = virtual.assembly.stateMachines.find(isAudits) ?? {};
  if (scene === undefined) return;
  const begun: { world?: Stage['world'] } = {};
  begun.world = await beginWorld(virtual, scene.plan, {
    fate: (call, deliver) => {
      if (begun.world !== undefined) note(call, begun.world.state);
      return deliver();
    },
  });
  for (const accept of [true, false]) {
    const access = { login: { secret: secretName } };
    const input = { cluster: 'orders-staging', accept, access };
    const execution = begun.world.stepFunctions.startExecution(arn, { input });
    await virtual.time.until(() => !execution.running);
    const said = JSON.stringify(await virtual.time.settled(execution.result)).slice(0, 200);
    process.stderr.write(`audit: ${seen.size} so far; ${said}\n`);
  }
}

function isGuard({ logicalId }: { logicalId: string }): boolean {
  return logicalId.startsWith('FunctionsDeleteGuard');
}

/** What the guard of the stack's deletion asks for; nobody takes its answer. */
async function deleteInHold(): Promise<void> {
  const scene = scenes.find(({ name }) => name === 'client-cut-sever');
  const { name = '' } = virtual.assembly.functions.find(isGuard) ?? {};
  if (scene === undefined) return;
  const stage = await recorded(scene);
  await pass(holdMs);
  const ids = { StackId: 'stack', RequestId: 'request', LogicalResourceId: 'DeleteGuard' };
  const event = { RequestType: 'Delete', ResponseURL: 'http://127.0.0.1:9/', ...ids };
  const run = await virtual.time.settled(stage.world.journal.read(stage.runId));
  process.stderr.write(`deleting while ${run?.life}\n`);
  const result = await virtual.time.settled(virtual.lambdas.invoke(name, event));
  process.stderr.write(`deleting: ${seen.size} so far; ${JSON.stringify(result)}\n`);
}

async function pass(milliseconds: number): Promise<void> {
  const at = Date.now() + milliseconds;
  await virtual.time.until(() => Date.now() > at);
}

function save(): void {
  writeFileSync(place, `[\n${[...seen].toSorted().join(',\n')}\n]\n`);
}

function note({ state, request }: Call, ec2: Ec2State): void {
  for (const asked of iamRequestsOf(callOf(request), aroundOf(ec2))) {
    seen.add(JSON.stringify(plain({ function: state, ...asked })));
  }
}

function aroundOf(ec2: Ec2State): Around {
  const all = [ec2.groups, ec2.rules, ec2.interfaces, ec2.instances, ec2.subnets, ec2.networkAcls];
  const subnets = (): { id: string; associationId: string }[] =>
    [...ec2.subnets.values()].map(({ id }) => ({ id, associationId: ec2.associationId(id) }));
  return {
    tagsOf: (id) =>
      all.map((of) => of.get(id)?.tags).find((tags) => tags !== undefined) ?? tagsOfSecret(id),
    instanceOf: (id) => ec2.interfaces.get(id)?.instanceId,
    subnetOf: (id) => subnets().find(({ associationId }) => associationId === id)?.id,
  };
}

/** The one secret there is (test/virtual/virtual-cloud.ts). */
function tagsOfSecret(id: string): Readonly<Record<string, string>> {
  return id === secretName ? { 'aerofault:cluster': 'orders-staging' } : {};
}

function callOf({ host, method, path, headers, body }: Call['request']): AwsCall {
  const service = host.split('.')[0] ?? '';
  if (service === 'ec2') return ec2Call(new URLSearchParams(body.toString('utf8')));
  if (service === 's3') return s3Call(method, path);
  const json: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
  const params = { ...Object(json) };
  if (service === 'scheduler') return schedulerCall(method, path, params);
  const operation = headers['x-amz-target']?.split('.')[1] ?? '';
  if (service === 'eventbridge') return { service: 'events', operation, params };
  if (service === 'secrets_manager') return { service: 'secretsmanager', operation, params };
  if (service === 'ssm' || service === 'dynamodb' || service === 'cloudwatch') {
    return { service, operation, params };
  }
  throw new Error(`Cannot record a call as its service must be known: found ${host}${path}`);
}

function ec2Call(form: URLSearchParams): AwsCall {
  const operation = form.get('Action') ?? '';
  const action = ACTIONS[operation];
  const params = action === undefined ? {} : { ...Object(decodeRequest(action.operation, form)) };
  return { service: 'ec2', operation, params };
}

function s3Call(method: string, path: string): AwsCall {
  const { pathname } = new URL(path, 'http://s3');
  const [Bucket, ...key] = pathname.slice(1).split('/');
  const verb = { PUT: 'Put', GET: 'Get', DELETE: 'Delete' }[method];
  return { service: 's3', operation: `${verb}Object`, params: { Bucket, Key: key.join('/') } };
}

function schedulerCall(method: string, path: string, params: object): AwsCall {
  const verb = { POST: 'Create', GET: 'Get', DELETE: 'Delete', PUT: 'Update' }[method];
  const url = new URL(path, 'http://scheduler');
  const Name = url.pathname.split('/').at(-1);
  const GroupName = url.searchParams.get('groupName');
  const asked = { ...(GroupName === null ? {} : { GroupName }), ...params, Name };
  return { service: 'scheduler', operation: `${verb}Schedule`, params: asked };
}
