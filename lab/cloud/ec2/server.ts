import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { Misbehaviour as EndpointMisbehaviour } from '../endpoint.ts';
import { MisbehaviourPlan, startListener } from '../listener.ts';
import { ACTIONS } from './actions.ts';
import type { Action } from './actions.ts';
import { BucketLevels, familyOf, throttled } from './buckets.ts';
import type { Buckets } from './buckets.ts';
import { Ec2Error } from './ec2-error.ts';
import { refuseUnknown } from './existence.ts';
import { Past } from './past.ts';
import { Propagation } from './propagation.ts';
import type { Ec2State, FullSnapshot } from './state.ts';
import { decodeRequest, encodeAnswer, encodeError } from './wire.ts';

/**
 * The lab's EC2 endpoint: HTTP in front of an {@link Ec2State}, speaking the EC2 query protocol.
 *
 * {@link startEc2} starts it; `close()` ends it, drops open connections and forgets changes that
 * have not spread yet. It covers the actions of `actions.ts` and checks neither signatures nor permissions.
 */

/** How the endpoint can misbehave on request, for tests of its callers. */
export type Misbehaviour =
  | EndpointMisbehaviour
  /** Answer `RequestLimitExceeded` (503) and do nothing. */
  | { readonly kind: 'throttle' };

/** One request as the endpoint saw it: `at` in milliseconds of the epoch, `params` as the SDK was given. */
export interface Ec2Call {
  readonly action: string;
  readonly at: number;
  readonly params: unknown;
}

/** Where {@link startEc2} listens and what it tells. */
export interface Ec2Options {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /**
   * Brings the state after a change into force. Awaited before the change's answer, so that who has
   * the answer has the effect; but for {@link Ec2Knobs.propagationMs}, which calls it later.
   */
  readonly onChange: (inventory: FullSnapshot) => Promise<void>;
}

/** How the endpoint lags and throttles as EC2 does; may be set at any time. */
export interface Ec2Knobs {
  /** How long a change takes to come into force after its answer; 0 is before it. Default 0. */
  propagationMs: number;
  /** Describing calls answer as of this long ago. Default 0. */
  staleMs: number;
  /** To changing calls, what was made less than this long ago is not there yet. Default 0. */
  unseenMs: number;
  /** The token buckets of each family of actions, `EC2_BUCKETS` for the real ones. Default none. */
  buckets: Buckets | undefined;
}

/** A running EC2 endpoint. */
export interface Ec2Endpoint extends Ec2Knobs {
  readonly url: string;
  /** Every request so far, oldest first, refused ones and retries included. */
  readonly calls: readonly Ec2Call[];
  /** Make the next `times` (default 1) calls of `action` misbehave; several of these queue up. */
  misbehave(action: string, how: Misbehaviour, times?: number): void;
  /** Drops the record of calls so far and what is still to go wrong, for labs that live long. */
  forget(): void;
  close(): Promise<void>;
}

/** Start an EC2 endpoint over `state`; rejects when the address cannot be listened on. */
export async function startEc2(state: Ec2State, options: Ec2Options): Promise<Ec2Endpoint> {
  const calls: Ec2Call[] = [];
  const planned = new MisbehaviourPlan<Misbehaviour>();
  const knobs: Ec2Knobs = { propagationMs: 0, staleMs: 0, unseenMs: 0, buckets: undefined };
  const propagation = new Propagation(options.onChange);
  const past = new Past();
  const levels = new BucketLevels();
  const serving: Serving = { state, calls, planned, knobs, propagation, past, levels };
  const listener = await startListener(options, (request, response) => {
    void serve(request, response, serving);
  });
  return Object.assign(knobs, {
    url: listener.url,
    calls,
    misbehave: (action: string, how: Misbehaviour, times?: number) =>
      planned.plan(action, how, times),
    forget() {
      calls.splice(0);
      planned.clear();
    },
    async close() {
      propagation.end();
      await listener.close();
    },
  });
}

interface Serving {
  readonly state: Ec2State;
  readonly calls: Ec2Call[];
  readonly planned: MisbehaviourPlan<Misbehaviour>;
  readonly knobs: Readonly<Ec2Knobs>;
  readonly propagation: Propagation;
  readonly past: Past;
  readonly levels: BucketLevels;
}

async function serve(request: IncomingMessage, response: ServerResponse, serving: Serving) {
  const requestId = randomUUID();
  try {
    const form = new URLSearchParams(await text(request));
    const xml = await answer(form, requestId, serving);
    if (xml === undefined) request.socket.destroy();
    else send(response, 200, xml);
  } catch (error) {
    const failure = asEc2Error(error);
    send(response, failure.status, encodeError(failure, requestId));
  }
}

/** The answer to one form, or undefined where the answer is to be lost. */
async function answer(
  form: URLSearchParams,
  requestId: string,
  serving: Serving,
): Promise<string | undefined> {
  const name = form.get('Action') ?? '';
  const at = Date.now();
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    serving.calls.push({ action: name, at, params: Object.fromEntries(form) });
    throw new Ec2Error('InvalidAction', `The action ${name} is not valid for this web service.`);
  }
  const params = decodeRequest(action.operation, form);
  serving.calls.push({ action: name, at, params });
  serving.levels.take(serving.knobs.buckets, familyOf(name, params), performance.now());
  const how = serving.planned.next(name);
  if (how !== undefined && (await misbehaves(how))) return undefined;
  refuseDryRun(serving.state, params);
  const output = action.changes
    ? await change(action, params, serving)
    : look(action, params, serving);
  return how?.kind === 'lose-answer'
    ? undefined
    : encodeAnswer(action.operation, output, requestId);
}

async function change(action: Action, params: unknown, serving: Serving): Promise<object> {
  const { state, knobs, past, propagation } = serving;
  const now = performance.now();
  if (knobs.unseenMs > 0) refuseUnknown(past.asOf(now - knobs.unseenMs, state), params);
  past.keep(state, now, Math.max(knobs.staleMs, knobs.unseenMs));
  const output = perform(action, state, params);
  await propagation.spread(state.describe(), knobs.propagationMs);
  return output;
}

function look(action: Action, params: unknown, { state, knobs, past }: Serving): object {
  return perform(action, past.asOf(performance.now() - knobs.staleMs, state), params);
}

/** True where the request is to be lost before it has any effect. */
async function misbehaves(how: Misbehaviour): Promise<boolean> {
  switch (how.kind) {
    case 'throttle':
      throw throttled();
    case 'fail':
      throw new Ec2Error(how.code, how.message, how.status);
    case 'delay':
      await sleep(how.milliseconds);
      return false;
    case 'lose-request':
      return true;
    case 'lose-answer':
      return false;
  }
}

/**
 * A dry run checks permissions, of which the lab has none, and so nothing but whether what the request
 * names is there: quotas, duplicates and dependencies show only in earnest. Source: API reference, `DryRun`.
 */
function refuseDryRun(state: Ec2State, params: unknown): void {
  if (!DryRun.safeParse(params).success) return;
  refuseUnknown(state, params);
  throw new Ec2Error(
    'DryRunOperation',
    'Request would have succeeded, but DryRun flag is set.',
    412,
  );
}

const DryRun = z.looseObject({ DryRun: z.literal(true) });

function perform(action: Action, state: Ec2State, params: unknown): object {
  try {
    return action.answer(state, params);
  } catch (error) {
    if (error instanceof z.ZodError) throw unsupported(error);
    throw error;
  }
}

/** A request that EC2 might take but the lab does not, or that lacks what EC2 requires. */
function unsupported(error: z.ZodError): Ec2Error {
  const [issue] = error.issues;
  const missing = issue?.code === 'invalid_type' && issue.message.includes('received undefined');
  const where = issue?.path.join('.') ?? '';
  return missing
    ? new Ec2Error('MissingParameter', `The request must contain the parameter ${where}`)
    : new Ec2Error(
        'UnsupportedOperation',
        `The lab does not take this request: ${z.prettifyError(error)}`,
      );
}

function asEc2Error(error: unknown): Ec2Error {
  if (error instanceof Ec2Error) return error;
  return new Ec2Error('InternalError', `The lab failed: ${String(error)}`, 500);
}

function send(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' });
  response.end(xml);
}
