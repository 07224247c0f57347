/**
 * The lab's CloudFormation: DescribeStacks of one stack by name, for its outputs.
 *
 * {@link startCloudFormation} starts it; `close()` ends it. The stacks are those of the assembly, and never
 * change.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startListener } from './listener.ts';
import type { Listener, ListenOptions } from './listener.ts';

/** Outputs by name, of each stack by name. */
export type StackOutputs = ReadonlyMap<string, Readonly<Record<string, string>>>;

/** Starts it; rejects when it cannot listen. */
export function startCloudFormation(
  stacks: StackOutputs,
  listen: ListenOptions,
): Promise<Listener> {
  return startListener(listen, (request, response) => {
    void answer(request, response, stacks);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  stacks: StackOutputs,
): Promise<void> {
  const asked = new URLSearchParams(await text(request));
  const { status, xml } = answerTo(asked.get('Action'), asked.get('StackName'), stacks);
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
}

const namespace = 'xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"';

function answerTo(
  action: string | null,
  name: string | null,
  stacks: StackOutputs,
): { status: number; xml: string } {
  const outputs = stacks.get(name ?? '');
  if (action !== 'DescribeStacks')
    return refused('InvalidAction', `The lab does not know ${action}`);
  if (outputs === undefined) {
    return refused('ValidationError', `Stack with id ${name} does not exist`);
  }
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${plain(key)}</OutputKey><OutputValue>${plain(value)}</OutputValue></member>`,
  );
  const stack = `<StackName>${plain(name ?? '')}</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs>`;
  const result = `<DescribeStacksResult><Stacks><member>${stack}</member></Stacks></DescribeStacksResult>`;
  return {
    status: 200,
    xml: `<DescribeStacksResponse ${namespace}>${result}</DescribeStacksResponse>`,
  };
}

function refused(code: string, message: string): { status: number; xml: string } {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${plain(message)}</Message></Error>`;
  const xml = `<ErrorResponse ${namespace}>${error}<RequestId>lab</RequestId></ErrorResponse>`;
  return { status: 400, xml };
}

const plain = (words: string): string =>
  words.replaceAll(/[<>&"]/g, (sign) => `&#${sign.codePointAt(0)};`);
