import * as z from 'zod';
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
 * did not act; throttling likewise. Everything else (5xx, a timeout, a broken connection, an answer that
 * cannot be read) leaves it open. Only true of clients made with `once`.
 */
export function failureOf(error: unknown): Failure {
  const reason = reasonOf(error);
  const { name, status } = nameAndStatus(error);
  const declined = status >= 400 && status < 500 && status !== 408 && !timedOut.has(name);
  return { kind: declined || throttled.has(name) ? 'refused' : 'unknown', reason };
}

/** Whether an error bears this code, named one by one and never by pattern. */
export function isCode(error: unknown, code: string): boolean {
  return nameAndStatus(error).name === code;
}

/** Swallows the one error that means "already so"; lets every other through. */
export function unless(benign: string): (error: unknown) => undefined {
  return (error) => {
    if (!isCode(error, benign)) throw error;
    return undefined;
  };
}

/** An error in one line, code first. */
export function reasonOf(error: unknown): string {
  const { data } = SdkError.safeParse(error);
  return data === undefined ? String(error) : `${data.name}: ${data.message}`;
}

function nameAndStatus(error: unknown): { name: string; status: number } {
  const { data } = SdkError.safeParse(error);
  return { name: data?.name ?? '', status: data?.$metadata?.httpStatusCode ?? 0 };
}
