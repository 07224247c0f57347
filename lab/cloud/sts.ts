/**
 * The lab's STS: AssumeRole of the roles that an assembly makes for another account.
 *
 * {@link startSts} starts it; `close()` ends it. It knows roles by their names and by the external id that
 * each demands; who else may assume one, the simulator of IAM says (test/lib). Who bears which access key it
 * tells anybody, so that the doors of services can ask.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { AssemblyRole } from '../assembly/assembly.ts';
import { startListener } from './listener.ts';
import type { Listener, ListenOptions } from './listener.ts';

/** A role that was assumed: whose account the bearer is in, and as what. */
export interface Session {
  readonly account: string;
  readonly role: string;
}

/** A running STS. */
export interface Sts extends Listener {
  /** Who bears an access key of a session; undefined: nobody, or nobody any more. */
  bearerOf(accessKeyId: string): Session | undefined;
  /** Deletes a role, and with it every session of it, for good. */
  take(role: string): void;
  /** Makes it anew. */
  give(role: string): void;
}

/** Starts it; rejects when it cannot listen. */
export async function startSts(
  roles: readonly AssemblyRole[],
  listen: ListenOptions,
): Promise<Sts> {
  const sessions = new Map<string, Session>();
  const taken = new Set<string>();
  const there = (name: string): AssemblyRole | undefined =>
    taken.has(name) ? undefined : roles.find((role) => role.name === name);
  const listener = await startListener(listen, (request, response) => {
    void answer(request, response, { there, sessions });
  });
  return {
    ...listener,
    bearerOf: (accessKeyId) => sessions.get(accessKeyId),
    take(role) {
      taken.add(role);
      for (const [key, session] of sessions) if (session.role === role) sessions.delete(key);
    },
    give: (role) => void taken.delete(role),
  };
}

interface Serving {
  readonly there: (role: string) => AssemblyRole | undefined;
  readonly sessions: Map<string, Session>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  serving: Serving,
): Promise<void> {
  const asked = new URLSearchParams(await text(request));
  const { status, xml } = answerTo(asked, serving);
  response.writeHead(status, { 'content-type': 'text/xml' }).end(xml);
}

const namespace = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';

function answerTo(asked: URLSearchParams, { there, sessions }: Serving): Answer {
  if (asked.get('Action') !== 'AssumeRole') {
    return refused('InvalidAction', `The lab does not know ${asked.get('Action')}`, 400);
  }
  const arn = asked.get('RoleArn') ?? '';
  const [, , , , account = '', resource = ''] = arn.split(':');
  const role = there(resource.replace(/^role\//, ''));
  if (role?.externalId === undefined || role.externalId !== asked.get('ExternalId')) {
    const user = `User: the lab is not authorized to perform: sts:AssumeRole on resource: ${arn}`;
    return refused('AccessDenied', user, 403);
  }
  const accessKeyId = `ASIALAB${String(sessions.size + 1).padStart(9, '0')}`;
  sessions.set(accessKeyId, { account, role: role.name });
  const seconds = Number(asked.get('DurationSeconds') ?? 3600);
  const expiration = new Date(Date.now() + 1000 * seconds).toISOString();
  const credentials = `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>lab</SecretAccessKey><SessionToken>lab</SessionToken><Expiration>${expiration}</Expiration>`;
  const result = `<AssumeRoleResult><Credentials>${credentials}</Credentials></AssumeRoleResult>`;
  return { status: 200, xml: `<AssumeRoleResponse ${namespace}>${result}</AssumeRoleResponse>` };
}

interface Answer {
  readonly status: number;
  readonly xml: string;
}

function refused(code: string, message: string, status: number): Answer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const xml = `<ErrorResponse ${namespace}>${error}<RequestId>lab</RequestId></ErrorResponse>`;
  return { status, xml };
}
