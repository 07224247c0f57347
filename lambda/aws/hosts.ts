import {
  GetCommandInvocationCommand,
  SSMClient,
  SendCommandCommand,
  paginateDescribeInstanceInformation,
} from '@aws-sdk/client-ssm';
import type { GetCommandInvocationResult } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { Clock, HostReply, Hosts, ScriptName } from '../gateways.ts';
import { once, patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { failureOf, isCode, reasonOf } from './failure.ts';

/** The names of the SSM documents; one that a Lambda never runs may be missing. */
export type Documents = Readonly<Record<ScriptName, string | undefined>>;

/** Time in which a command may start; the least SSM allows (SendCommand, TimeoutSeconds 30–2592000). */
const startSeconds = 30;
/** One question about a command; the next one makes up for a lost one. */
const questionMs = 5_000;
/** Pauses between questions: scripts mostly end within a second, so ask soon at first. */
const pausesMs = [300, 500, 800, 1_200] as const;
const longPauseMs = 2_000;
/** Most instance ids in one filter; also the largest page (DescribeInstanceInformation, 5–50). */
const instancesMax = 50;

/**
 * Scripts on instances, through SSM Run Command.
 *
 * SendCommand bears no token, so it is sent once. `refused` is only ever its own answer. Once a command
 * id exists, nothing but the script's own JSON line counts: Delivery Timed Out is also what SSM says when
 * the script ran and its answer was lost, and Undeliverable, Cancelled, Terminated and a timeout leave
 * open how far it came (Systems Manager user guide, "Understanding command statuses"). Giving up waiting
 * cancels nothing; scripts end by themselves, and refuse once their run's time is over.
 */
export function ssmHosts(
  connection: Connection,
  { documents, clock }: { documents: Documents; clock: Clock },
): Hosts {
  const single = new SSMClient(once(connection));
  const asking = new SSMClient(patient(connection));
  return {
    async run(instanceId, script, { parameters, waitSeconds }) {
      const document = documents[script];
      if (document === undefined) throw missingDocument(script);
      const until = clock.now() + 1000 * waitSeconds;
      const sent = await send(single, { instanceId, script, document, parameters });
      if ('kind' in sent) return sent;
      return reply({ ...sent, instanceId, client: single, clock, until });
    },
    online: (instanceIds) => online(asking, instanceIds),
  };
}

interface Order {
  readonly instanceId: string;
  readonly script: ScriptName;
  readonly document: string;
  readonly parameters: Readonly<Record<string, string>>;
}

async function send(client: SSMClient, order: Order): Promise<HostReply | { commandId: string }> {
  const { instanceId, script, document, parameters } = order;
  try {
    const { Command } = await client.send(
      new SendCommandCommand({
        DocumentName: document,
        InstanceIds: [instanceId],
        Parameters: Object.fromEntries(
          Object.entries(parameters).map(([name, value]) => [name, [value]]),
        ),
        TimeoutSeconds: startSeconds,
        Comment: `aerofault ${script} ${parameters['RunId'] ?? ''}`.trim().slice(0, 100),
      }),
    );
    const commandId = Command?.CommandId;
    return commandId === undefined ? unknown('SSM gave no command id') : { commandId };
  } catch (error) {
    return failureOf(error);
  }
}

interface Wait {
  readonly client: SSMClient;
  readonly clock: Clock;
  readonly commandId: string;
  readonly instanceId: string;
  readonly until: number;
}

/** Asks until the invocation has ended or time is up; the last question falls on the end of it. */
async function reply(wait: Wait): Promise<HostReply> {
  const { clock, until } = wait;
  let heard = 'nothing yet';
  for (let asked = 0; ; asked += 1) {
    const isLast = clock.now() >= until;
    const answer = await ask(wait);
    if (answer.kind === 'ended') return replyOf(answer.invocation);
    if (answer.kind === 'unreadable') return unknown(answer.reason);
    heard = answer.heard;
    if (isLast) return unknown(`SSM command ${wait.commandId} has not ended in time: ${heard}`);
    await clock.sleep(Math.min(pausesMs[asked] ?? longPauseMs, Math.max(0, until - clock.now())));
  }
}

type Heard =
  | { readonly kind: 'ended'; readonly invocation: GetCommandInvocationResult }
  | { readonly kind: 'not-yet'; readonly heard: string }
  | { readonly kind: 'unreadable'; readonly reason: string };

const running = new Set<unknown>(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

async function ask({ client, commandId, instanceId }: Wait): Promise<Heard> {
  const command = new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId });
  try {
    const invocation = await client.send(command, { requestTimeout: questionMs });
    const { Status, StatusDetails } = invocation;
    if (!running.has(Status)) return { kind: 'ended', invocation };
    return { kind: 'not-yet', heard: StatusDetails ?? String(Status) };
  } catch (error) {
    return isWorthAsking(error)
      ? { kind: 'not-yet', heard: reasonOf(error) }
      : { kind: 'unreadable', reason: reasonOf(error) };
  }
}

/** Right after SendCommand the invocation may not exist yet (GetCommandInvocation is eventually consistent). */
function isWorthAsking(error: unknown): boolean {
  return (
    isCode(error, 'InvocationDoesNotExist') ||
    isCode(error, 'ThrottlingException') ||
    failureOf(error).kind === 'unknown'
  );
}

const JsonLine = z.record(z.string(), z.unknown());

/** Only a script that came to its end prints its line, and its exit code is its own only then. */
function replyOf(invocation: GetCommandInvocationResult): HostReply {
  const { Status, StatusDetails, ResponseCode, StandardOutputContent } = invocation;
  const json = jsonIn(StandardOutputContent);
  const ended = Status === 'Success' || Status === 'Failed';
  if (!ended || json === undefined || ResponseCode === undefined || ResponseCode < 0) {
    return unknown(unreadable(invocation, StatusDetails ?? String(Status)));
  }
  return { kind: 'answered', exitCode: ResponseCode, json };
}

function jsonIn(output = ''): unknown {
  try {
    return JsonLine.safeParse(JSON.parse(output)).data;
  } catch {
    return undefined;
  }
}

function unreadable(invocation: GetCommandInvocationResult, status: string): string {
  const { StandardOutputContent: said = '', StandardErrorContent: complained = '' } = invocation;
  const words = (complained.trim() || said.trim()).slice(0, 300);
  return `SSM says ${status} and no JSON line of the script counts${words === '' ? '' : `: ${words}`}`;
}

async function online(client: SSMClient, instanceIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let start = 0; start < instanceIds.length; start += instancesMax) {
    const chunk = instanceIds.slice(start, start + instancesMax);
    for (const id of await onlineAmong(client, chunk)) found.add(id);
  }
  return found;
}

/** One id that SSM does not like fails the question for all, so then each is asked for alone. */
async function onlineAmong(client: SSMClient, instanceIds: readonly string[]): Promise<string[]> {
  try {
    return await askOnline(client, instanceIds);
  } catch (error) {
    if (!isCode(error, 'InvalidInstanceId')) throw error;
  }
  if (instanceIds.length < 2) return [];
  const alone: string[] = [];
  for (const id of instanceIds) alone.push(...(await onlineAmong(client, [id])));
  return alone;
}

async function askOnline(client: SSMClient, instanceIds: readonly string[]): Promise<string[]> {
  const Filters = [{ Key: 'InstanceIds', Values: [...instanceIds] }];
  const pages = paginateDescribeInstanceInformation(
    { client, pageSize: instancesMax },
    { Filters },
  );
  const found: string[] = [];
  for await (const { InstanceInformationList = [] } of pages) {
    const answering = InstanceInformationList.filter(({ PingStatus }) => PingStatus === 'Online');
    found.push(...answering.flatMap(({ InstanceId: id }) => id ?? []));
  }
  return found;
}

const unknown = (reason: string): HostReply => ({ kind: 'unknown', reason });

function missingDocument(script: ScriptName): Error {
  const variable = `DOCUMENT_${script.toUpperCase()}`;
  return new Error(`Cannot run script '${script}' as ${variable} must be set: found nothing`);
}
