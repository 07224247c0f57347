import * as z from 'zod';
import { RoleDenied } from '../../core/refusal.ts';
import type { Answer } from '../gateways.ts';

/** An error of an SDK call that was sent once, as an answer: `refused` or `unknown`, never `done`. */
export type Failure = Exclude<Answer, { kind: 'done' }>;

const SdkError = z.object({
  name: z.string(),
  message: z.string(),
  $metadata: z.object({ httpStatusCode: z.int().optional() }).optional(),
});

/**
 * Codes that say "not now": the request was turned away before it acted. EC2 sends its own with status
 * 503, so the code decides and not the status (EC2 API reference, "Error codes": RequestLimitExceeded).
 */
const throttled = new Set([
  'RequestLimitExceeded',
  'EC2ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

/** Codes of the 400s that are said of a request that was given up on, not of one that was declined. */
const timedOut = new Set(['RequestTimeout', 'RequestTimeoutException']);

/**
 * What an error says of the one request behind it. A client error (400–499) is an answer, and the call
 * did not act; throttling likewise, and a role that could not be assumed for it. Everything else (5xx, a timeout, a broken connection, an answer that
 * cannot be read) leaves it open. Only true of clients made with `once`.
 */
export function failureOf(error: unknown): Failure {
  const isUndone = isDeclined(error) || isThrottled(error) || error instanceof RoleDenied;
  const kind = isUndone ? 'refused' : 'unknown';
  return { kind, reason: reasonOf(error) };
}

/** Whether the service said no: a client error other than a request it gave up on. */
export function isDeclined(error: unknown): boolean {
  const { name, status } = nameAndStatus(error);
  return (
    status >= 400 && status < 500 && status !== 408 && !timedOut.has(name) && !isThrottled(error)
  );
}

/** Whether the service said "not now": the call certainly did not act, and may be sent again. */
export function isThrottled(error: unknown): boolean {
  return throttled.has(nameAndStatus(error).name);
}

/** Whether an error bears one of these codes, named one by one and never by pattern. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(nameAndStatus(error).name);
}

/** Swallows the errors that mean "already so" or "not there"; lets every other through. */
export function unless(...benign: readonly string[]): (error: unknown) => undefined {
  return (error) => {
    if (!isCode(error, ...benign)) throw error;
    return undefined;
  };
}

/** An error in one line, code first. */
export function reasonOf(error: unknown): string {
  if (error instanceof RoleDenied) return error.message;
  const { data } = SdkError.safeParse(error);
  return data === undefined ? String(error) : `${data.name}: ${data.message}`;
}

function nameAndStatus(error: unknown): { name: string; status: number } {
  const { data } = SdkError.safeParse(error);
  return { name: data?.name ?? '', status: data?.$metadata?.httpStatusCode ?? 0 };
}
