import { GetCommandInvocationCommand, paginateListCommandInvocations } from '@aws-sdk/client-ssm';
import type { CommandInvocation, GetCommandInvocationResult, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { HostReply } from '../gateways.ts';
import { failureOf, isCode, reasonOf } from './failure.ts';

/** What SSM says of one invocation, whichever call said it. */
interface Invocation {
  readonly status: string | undefined;
  readonly details: string | undefined;
  readonly exitCode: number | undefined;
  readonly said: string;
  readonly complained: string;
}

/** What was heard of one instance: its reply, that it goes on, or that nobody may ask. */
export type Heard =
  | { readonly kind: 'ended'; readonly reply: HostReply }
  | { readonly kind: 'not-yet'; readonly heard: string; readonly cause?: unknown }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly cause: unknown };

/** One question about a command; the next one makes up for a lost one. */
const questionMs = 5_000;
/** Most invocations a page (ListCommandInvocations, MaxResults 1–50). */
const pageSize = 50;

/**
 * Asks once how a command stands on these instances; an instance that SSM says nothing of goes on.
 *
 * For one instance GetCommandInvocation says all. For several, ListCommandInvocations with details says
 * it in one call a page, so that fifty hosts cost as many calls as one: SSM names no rate for either call,
 * and a get for each host and each question would be the first to be throttled. Its output ends at 2,500
 * characters for both streams together, and only a JSON line that is whole counts; where there is none,
 * the instance is asked for by itself.
 */
export async function askAbout(
  client: SSMClient,
  commandId: string,
  instanceIds: readonly string[],
): Promise<Map<string, Heard>> {
  const [only] = instanceIds;
  if (instanceIds.length === 1 && only !== undefined) {
    return new Map([[only, await askAlone(client, commandId, only)]]);
  }
  try {
    return await askTogether(client, commandId, new Set(instanceIds));
  } catch (error) {
    const heard = withoutAnswer(error);
    return new Map(instanceIds.map((id) => [id, heard]));
  }
}

async function askAlone(client: SSMClient, commandId: string, instanceId: string): Promise<Heard> {
  const command = new GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId });
  try {
    const found = await client.send(command, { requestTimeout: questionMs });
    return heardOf(invocationOf(found));
  } catch (error) {
    return withoutAnswer(error);
  }
}

async function askTogether(
  client: SSMClient,
  commandId: string,
  instanceIds: ReadonlySet<string>,
): Promise<Map<string, Heard>> {
  const pages = paginateListCommandInvocations(
    { client, pageSize },
    { CommandId: commandId, Details: true },
    { requestTimeout: questionMs },
  );
  const heard = new Map<string, Heard>();
  for await (const { CommandInvocations = [] } of pages) {
    for (const listed of CommandInvocations) {
      const id = listed.InstanceId ?? '';
      if (instanceIds.has(id)) heard.set(id, heardOf(listedInvocation(listed)));
    }
  }
  const unread = [...heard].filter(
    ([, one]) => one.kind === 'ended' && one.reply.kind !== 'answered',
  );
  await Promise.all(
    unread.map(async ([id]) => heard.set(id, await askAlone(client, commandId, id))),
  );
  return heard;
}

function invocationOf(found: GetCommandInvocationResult): Invocation {
  return {
    status: found.Status,
    details: found.StatusDetails,
    exitCode: found.ResponseCode,
    said: found.StandardOutputContent ?? '',
    complained: found.StandardErrorContent ?? '',
  };
}

/** What the agent puts between what a script said and what it complained of (iohandler.go of the agent). */
const errorTitle = '\n----------ERROR-------\n';

function listedInvocation({
  Status,
  StatusDetails,
  CommandPlugins,
}: CommandInvocation): Invocation {
  const [plugin] = CommandPlugins ?? [];
  const [said = '', complained = ''] = (plugin?.Output ?? '').split(errorTitle);
  const exitCode = plugin?.ResponseCode;
  return { status: Status, details: StatusDetails, exitCode, said, complained };
}

const running = new Set<string | undefined>(['Pending', 'InProgress', 'Delayed', 'Cancelling']);

function heardOf(invocation: Invocation): Heard {
  const { status, details } = invocation;
  if (!running.has(status)) return { kind: 'ended', reply: replyOf(invocation) };
  return { kind: 'not-yet', heard: details ?? String(status) };
}

/** Right after SendCommand the invocation may not exist yet (GetCommandInvocation is eventually consistent). */
function withoutAnswer(error: unknown): Heard {
  const isWorthAsking =
    isCode(error, 'InvocationDoesNotExist', 'ThrottlingException') ||
    failureOf(error).kind === 'unknown';
  return isWorthAsking
    ? { kind: 'not-yet', heard: reasonOf(error), cause: error }
    : { kind: 'unreadable', reason: reasonOf(error), cause: error };
}

/** Only a script that came to its end prints its line, and its exit code is its own only then. */
function replyOf(invocation: Invocation): HostReply {
  const { status, details, exitCode, said } = invocation;
  const json = jsonIn(said);
  const ended = status === 'Success' || status === 'Failed';
  if (!ended || json === undefined || exitCode === undefined || exitCode < 0) {
    return { kind: 'unknown', reason: unreadable(invocation, details ?? String(status)) };
  }
  return { kind: 'answered', exitCode, json };
}

const JsonLine = z.record(z.string(), z.unknown());

function jsonIn(output: string): unknown {
  try {
    return JsonLine.safeParse(JSON.parse(output)).data;
  } catch {
    return undefined;
  }
}

function unreadable({ said, complained }: Invocation, status: string): string {
  const words = (complained.trim() || said.trim()).slice(0, 300);
  return `SSM says ${status} and no JSON line of the script counts${words === '' ? '' : `: ${words}`}`;
}
