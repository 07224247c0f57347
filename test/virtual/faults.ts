/** What may happen to one AWS call of a run, and how it happens in the virtual lab. */
import { encodeError } from '../../lab/cloud/ec2/wire.ts';
import { Ec2Error } from '../../lab/cloud/ec2/ec2-error.ts';
import { never } from './virtual-http.ts';
import type { WireAnswer, WireRequest } from './wire-messages.ts';
import type { Call, Fate, Invocation } from './virtual-lambda.ts';

/**
 * The kinds: `throttled`, in this invocation from this call on; `failed`, a 5xx and no effect; `answer lost`,
 * after the effect; `late`, no answer and the effect {@link lateMs} later; the Lambda's process `killed`
 * before or after the effect, which the state machine is told; and with it the whole workflow `gone`, which
 * tells nobody.
 */
export const kinds = [
  'throttled',
  'failed',
  'answer lost',
  'late',
  'killed before',
  'killed after',
  'gone before',
  'gone after',
] as const;
export type Kind = (typeof kinds)[number];

/** How much later a request takes effect whose caller has given up: just within the protocol's B. */
const lateMs = 55_000;

/** One call of a run: the state, the operation, and how many of these came before, from 1. */
export type CallName = string;

/** The operation that a request asks for. */
export function operationOf({ host, method, path, headers, body }: WireRequest): string {
  const service = host.split('.')[0] ?? '';
  const target = headers['x-amz-target']?.split('.')[1];
  const action = /(?:^|&)Action=(\w+)/.exec(body.toString('latin1'))?.[1];
  const isDryRun = /(?:^|&)DryRun=true/.test(body.toString('latin1')) ? ' (dry run)' : '';
  // Of an object its file, of another path its first part.
  const parts = (service === 's3' ? (path.split('?')[0] ?? '') : path).split('/');
  const rest = `${method} ${parts.at(service === 's3' ? -1 : 1) ?? ''}`;
  return `${service} ${target ?? action ?? rest}${isDryRun}`;
}

/** Names calls in the order in which they are made. */
export class CallCounter {
  readonly #counts = new Map<string, number>();

  name({ state, request }: Call): CallName {
    const what = `${state} ${operationOf(request)}`;
    const count = (this.#counts.get(what) ?? 0) + 1;
    this.#counts.set(what, count);
    return `${what} #${count}`;
  }
}

/** Lets every call through, but for one, to which something happens. */
export class OneFault {
  /** Whether the call was made. */
  isReached = false;
  /** When the last late effect is due, in epoch milliseconds. */
  lateAt = 0;
  readonly #name: CallName;
  readonly #kind: Kind;
  readonly #onGone: () => void;
  readonly #counter = new CallCounter();
  #throttled: { invocation: Invocation; operation: string } | undefined;

  constructor(name: CallName, kind: Kind, onGone: () => void) {
    this.#name = name;
    this.#kind = kind;
    this.#onGone = onGone;
  }

  readonly fate: Fate = async (call, deliver) => {
    const isIt = this.#counter.name(call) === this.#name;
    if (isIt) {
      this.isReached = true;
      return this.#happen(call, deliver);
    }
    const again = this.#throttled;
    const isThrottled =
      again?.invocation === call.invocation && again.operation === operationOf(call.request);
    return isThrottled ? throttling(call.request) : deliver();
  };

  async #happen(call: Call, deliver: () => Promise<WireAnswer>): Promise<WireAnswer> {
    const { invocation, request } = call;
    switch (this.#kind) {
      case 'throttled':
        this.#throttled = { invocation, operation: operationOf(request) };
        return throttling(request);
      case 'failed':
        return serverError(request);
      case 'answer lost':
        await deliver();
        return 'dropped';
      case 'late':
        this.lateAt = Date.now() + lateMs;
        setTimeout(() => void deliver(), lateMs);
        return never();
      case 'killed before':
        invocation.die();
        return never();
      case 'killed after':
        await deliver();
        invocation.die();
        return never();
      case 'gone before':
        this.#go(invocation);
        return never();
      case 'gone after':
        await deliver();
        this.#go(invocation);
        return never();
    }
  }

  #go(invocation: Invocation): void {
    this.#onGone();
    invocation.die();
  }
}

/** The throttling of each service, as its API says it. Source: their API references, "Common errors". */
function throttling(request: WireRequest): WireAnswer {
  const says = 'Rate exceeded';
  if (request.host.startsWith('ec2.')) return ec2Error('RequestLimitExceeded', says, 503);
  if (request.host.startsWith('s3.')) return s3Error('SlowDown', says, 503);
  if (request.host.startsWith('sts.')) return stsError('Throttling', says, 400);
  const isRest = request.host.startsWith('scheduler.');
  return jsonError(request, 'ThrottlingException', isRest ? 429 : 400);
}

/** Credentials that a service does not know. Source: their API references, "Common errors". */
export function notLetIn(request: WireRequest): WireAnswer {
  const says = 'The security token included in the request is invalid';
  if (request.host.startsWith('ec2.')) return ec2Error('AuthFailure', says, 401);
  if (request.host.startsWith('s3.')) return s3Error('InvalidAccessKeyId', says, 403);
  return jsonError(request, 'UnrecognizedClientException', 400);
}

/** The service's own failure, without an effect. */
export function serverError(request: WireRequest): WireAnswer {
  if (request.host.startsWith('ec2.')) return ec2Error('InternalError', 'An error occurred', 500);
  if (request.host.startsWith('s3.')) return s3Error('InternalError', 'An error occurred', 500);
  if (request.host.startsWith('sts.')) return stsError('InternalFailure', 'An error', 500);
  return jsonError(request, 'InternalServerError', 500);
}

function ec2Error(code: string, message: string, status: number): WireAnswer {
  const body = encodeError(new Ec2Error(code, message, status), 'virtual');
  return { status, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body };
}

function s3Error(code: string, message: string, status: number): WireAnswer {
  const body = `<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { 'content-type': 'application/xml' }, body };
}

function stsError(code: string, message: string, status: number): WireAnswer {
  const error = `<Error><Type>Receiver</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
  const body = `<ErrorResponse>${error}<RequestId>virtual</RequestId></ErrorResponse>`;
  return { status, headers: { 'content-type': 'text/xml' }, body };
}

function jsonError({ headers }: WireRequest, code: string, status: number): WireAnswer {
  const type = headers['content-type'] ?? 'application/json';
  const body = JSON.stringify({ __type: code, message: 'Rate exceeded' });
  return { status, headers: { 'content-type': type, 'x-amzn-errortype': code }, body };
}
