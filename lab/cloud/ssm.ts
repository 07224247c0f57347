import * as z from 'zod';
import type { AssemblyDocument } from '../assembly/assembly.ts';
import { AwsError } from './aws-error.ts';
import { startEndpoint, targetOf } from './endpoint.ts';
import type { Endpoint, RawRequest, Route } from './endpoint.ts';
import type { ListenOptions } from './listener.ts';
import { pageOf } from './page.ts';
import { Acknowledge, CommandResult, Poll, pollMilliseconds } from './ssm/agent-messages.ts';
import type { Work } from './ssm/agent-messages.ts';
import {
  commandAnswer,
  instanceAnswer,
  invocationAnswer,
  listedInvocation,
} from './ssm/answers.ts';
import { CommandLog, SendCommand } from './ssm/command-log.ts';
import type { CommandKnobs } from './ssm/command-log.ts';
import { Documents } from './ssm/documents.ts';
import { Fleet } from './ssm/fleet.ts';
import type { ManagedInstance } from './ssm/fleet.ts';
import type { Invocation } from './ssm/invocation.ts';
import { Parameters } from './ssm/parameters.ts';

/**
 * The lab's Systems Manager: Run Command for clients, and the long poll of the instances' agents.
 *
 * {@link startSsm} starts it; `close()` ends it, and agents then try again until they are killed. It
 * knows an instance once its agent has polled. It does not cover targets by tag, documents other than the
 * assembly's, or the status of a command as a whole. Longer than most files, since every action of the service
 * is a function beside its schema.
 */
export interface Ssm extends Endpoint {
  /** May be changed at any time. */
  readonly knobs: SsmKnobs;
  /** Every invocation so far, newest first. */
  invocations(): readonly Invocation[];
  /** Gives a document a new version, which is the default at once, as a deployment does. */
  publish(name: string, content: unknown): void;
  /** Takes a document with all its versions away, as deleting its stack does. */
  withdraw(name: string): void;
  /** Gives a parameter a value, or takes it away. */
  setParameter(name: string, value: string | undefined): void;
  /** Every instance whose agent has polled. */
  instances(): readonly ManagedInstance[];
}

/** Knobs of the endpoint, all in milliseconds. */
export interface SsmKnobs extends CommandKnobs {
  /** Silence of an agent after which it shows as ConnectionLost; 10 seconds when absent. */
  silentAfter?: number;
  /** A poll is answered after this long when there is no work; {@link pollMilliseconds} when absent. */
  pollMs?: number;
  /** Refuse commands for instances that show as ConnectionLost, instead of keeping them. */
  refuseSilent?: boolean;
}

/** What the endpoint starts with. */
export interface SsmOptions extends ListenOptions {
  readonly documents: readonly AssemblyDocument[];
  readonly knobs?: SsmKnobs;
}

/** Start the endpoint; rejects when the address cannot be listened on. */
export async function startSsm({ documents, knobs = {}, ...listen }: SsmOptions): Promise<Ssm> {
  const fleet = new Fleet();
  const published = new Documents(documents);
  const log = new CommandLog(published, fleet, knobs);
  const parameters = new Parameters();
  const parts: Parts = { fleet, log, knobs, documents: published, parameters };
  const endpoint = await startEndpoint(listen, (request) =>
    request.url.pathname.startsWith('/agent/')
      ? { params: request.body, perform: () => answerAgent(request, parts) }
      : routeApi(request, parts),
  );
  return {
    ...endpoint,
    knobs,
    invocations: () => log.all,
    instances: () => fleet.instances,
    setParameter: (name, value) => parameters.set(name, value),
    publish: (name, content) => published.publish(name, content),
    withdraw: (name) => published.withdraw(name),
    forget() {
      log.forget();
      endpoint.forget();
    },
    async close() {
      fleet.wakeAll();
      log.close();
      await endpoint.close();
    },
  };
}

interface Parts {
  readonly fleet: Fleet;
  readonly log: CommandLog;
  readonly knobs: SsmKnobs;
  readonly documents: Documents;
  readonly parameters: Parameters;
}

const actions: Readonly<Record<string, (body: unknown, parts: Parts) => object>> = {
  SendCommand: sendCommand,
  ListCommandInvocations: listInvocations,
  GetCommandInvocation: getInvocation,
  CancelCommand: cancelCommand,
  DescribeDocument: describeDocument,
  DescribeInstanceInformation: describeInstances,
  GetParameter: (body, { parameters }) => parameters.get(body),
  PutParameter: (body, { parameters }) => parameters.put(body),
  DeleteParameter: (body, { parameters }) => parameters.delete(body),
};

function routeApi(request: RawRequest, parts: Parts): Route {
  const action = targetOf(request);
  const { body } = request;
  const perform = actions[action];
  if (perform !== undefined) return { action, params: body, perform: () => perform(body, parts) };
  throw new AwsError('UnknownOperationException', `The lab does not know ${action}`);
}

function sendCommand(body: unknown, { fleet, log, knobs }: Parts): object {
  const request = SendCommand.parse(body);
  const silent = request.InstanceIds.map((id) => fleet.find(id)).find(
    (instance) => instance !== undefined && pingStatus(instance, knobs) !== 'Online',
  );
  if (knobs.refuseSilent === true && silent !== undefined) {
    const message = `Instances [[${silent.instanceId}]] not in a valid state for account 000000000000`;
    throw new AwsError('InvalidInstanceId', message);
  }
  return { Command: commandAnswer(log.send(request), request.InstanceIds) };
}

const ListInvocations = z.object({
  CommandId: z.string().optional(),
  InstanceId: z.string().optional(),
  Details: z.boolean().default(false),
  MaxResults: z.int().min(1).max(50).default(50),
  NextToken: z.string().optional(),
});

function listInvocations(body: unknown, { log }: Parts): object {
  const { CommandId, InstanceId, Details, MaxResults, NextToken } = ListInvocations.parse(body);
  const found = log.visible().filter(({ command, instanceId }) => {
    return (
      (CommandId ?? command.commandId) === command.commandId &&
      (InstanceId ?? instanceId) === instanceId
    );
  });
  const { items, ...next } = pageOf(found, { size: MaxResults, token: NextToken });
  return { CommandInvocations: items.map((one) => listedInvocation(one, Details)), ...next };
}

const GetInvocation = z.object({
  CommandId: z.string(),
  InstanceId: z.string(),
  PluginName: z.string().optional(),
});

function getInvocation(body: unknown, { log }: Parts): object {
  const { CommandId, InstanceId, PluginName } = GetInvocation.parse(body);
  const found = log
    .visible()
    .find((one) => one.command.commandId === CommandId && one.instanceId === InstanceId);
  if (found === undefined) throw new AwsError('InvocationDoesNotExist', '');
  const { mainSteps } = found.command.document;
  if (PluginName === undefined && mainSteps.length > 1) {
    throw new AwsError('InvalidPluginName', 'The command has several plugins: name one');
  }
  if (PluginName !== undefined && !mainSteps.some(({ name }) => name === PluginName)) {
    throw new AwsError('InvalidPluginName', `No plugin ${PluginName}`);
  }
  return invocationAnswer(found, PluginName);
}

const Cancel = z.object({ CommandId: z.string(), InstanceIds: z.array(z.string()).default([]) });

function cancelCommand(body: unknown, { log }: Parts): object {
  const { CommandId, InstanceIds } = Cancel.parse(body);
  log.cancel(CommandId, InstanceIds);
  return {};
}

const Document = z.object({ Name: z.string(), DocumentVersion: z.string().default('$DEFAULT') });

function describeDocument(body: unknown, { documents }: Parts): object {
  const { Name, DocumentVersion } = Document.parse(body);
  return { Document: documents.describe(Name, DocumentVersion) };
}

const Described = z.object({
  Filters: z.array(z.object({ Key: z.string(), Values: z.array(z.string()) })).default([]),
  InstanceInformationFilterList: z
    .array(z.object({ key: z.string(), valueSet: z.array(z.string()) }))
    .default([]),
  MaxResults: z.int().min(5).max(50).default(10),
  NextToken: z.string().optional(),
});

function describeInstances(body: unknown, { fleet, knobs }: Parts): object {
  const { Filters, InstanceInformationFilterList, MaxResults, NextToken } = Described.parse(body);
  const old = InstanceInformationFilterList.map(({ key, valueSet }) => ({
    Key: key,
    Values: valueSet,
  }));
  const found = fleet.instances.filter((instance) =>
    [...Filters, ...old].every(({ Key, Values }) =>
      Values.includes(attribute(instance, Key, knobs)),
    ),
  );
  const { items, ...next } = pageOf(found, { size: MaxResults, token: NextToken });
  const list = items.map((instance) => instanceAnswer(instance, pingStatus(instance, knobs)));
  return { InstanceInformationList: list, ...next };
}

function attribute(instance: ManagedInstance, key: string, knobs: SsmKnobs): string {
  switch (key) {
    case 'InstanceIds':
      return instance.instanceId;
    case 'PingStatus':
      return pingStatus(instance, knobs);
    case 'PlatformTypes':
      return 'Linux';
    case 'ResourceType':
      return 'EC2Instance';
    default:
      throw new AwsError('InvalidInstanceInformationFilterValue', `The lab has no filter ${key}`);
  }
}

function pingStatus({ lastPingAt }: ManagedInstance, { silentAfter = 10_000 }: SsmKnobs): string {
  return Date.now() - lastPingAt > silentAfter ? 'ConnectionLost' : 'Online';
}

async function answerAgent({ url, body, gone }: RawRequest, parts: Parts): Promise<object> {
  const { log } = parts;
  switch (url.pathname) {
    case '/agent/poll':
      return poll(Poll.parse(body), gone, parts);
    case '/agent/acknowledge': {
      const { instanceId, commandId } = Acknowledge.parse(body);
      return { run: log.acknowledge(instanceId, commandId) };
    }
    case '/agent/result': {
      const { instanceId, commandId, steps } = CommandResult.parse(body);
      log.finish(instanceId, commandId, steps);
      return {};
    }
    default:
      throw new AwsError('NotFound', `No route ${url.pathname}`, 404);
  }
}

async function poll(
  request: Poll,
  gone: AbortSignal,
  { fleet, log, knobs: { pollMs = pollMilliseconds } }: Parts,
): Promise<Work> {
  fleet.ping(request, Date.now());
  const now = log.workFor(request);
  if (now.run.length > 0 || now.cancel.length > 0) return now;
  await fleet.wait(request.instanceId, pollMs, gone);
  return log.workFor(request);
}
