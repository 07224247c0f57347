import type { AwsCredentialIdentity, AwsCredentialIdentityProvider } from '@aws-sdk/types';
import { countingLogger } from './call-count.ts';

/**
 * How the SDK clients talk: every request has an end, and only what may be repeated is repeated.
 *
 * Work left pending when a handler returns is frozen and may go on at the next invocation, so nothing
 * may outlive its call (restore protocol, "Not covered"). `requestTimeout` alone only warns, and stops
 * counting at the response's first byte: `throwOnRequestTimeout` makes it end the request, and
 * `socketTimeout` covers a body that stalls (@smithy/node-http-handler 4.14, node-http-handler.js).
 */

/** Where the service is and how long one request may take. On Lambda the SDK finds all of it itself. */
export interface Connection {
  readonly region?: string;
  readonly endpoint?: string;
  readonly credentials?: AwsCredentialIdentity | AwsCredentialIdentityProvider;
  readonly requestMs?: number;
}

const connectionMs = 3_000;

/**
 * For calls that change something and bear no token: one attempt, so that an error is the answer to the
 * only request sent. A hidden second attempt would turn "done, answer lost" into a definite refusal.
 */
export function once(connection: Connection) {
  return { ...bounded(connection), maxAttempts: 1 };
}

/** For questions, and for changes that tell their own repeats: the SDK's standard retry. */
export function patient(connection: Connection) {
  return { ...bounded(connection), maxAttempts: 4 };
}

/**
 * For what comes after a run's outcome is safe and may be sent twice: two attempts that end within seconds,
 * so that a service that does not answer cannot cost the Lambda the time it has left.
 */
export function brief(connection: Connection) {
  return { ...bounded({ requestMs: 5_000, ...connection }), maxAttempts: 2 };
}

function bounded({ requestMs = 15_000, ...rest }: Connection) {
  return {
    ...rest,
    logger: countingLogger,
    requestHandler: {
      connectionTimeout: Math.min(connectionMs, requestMs),
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
      socketTimeout: requestMs,
    },
  };
}
