/** What a person is told, and a program, where AWS cannot be used: what was found, and what to do. Pure. */
import * as z from 'zod';
import { exitCodes } from './exit-codes.ts';

/** Why AWS cannot be used, in one sentence that ends with the next step. */
export interface AwsFailure {
  readonly says: string;
  readonly exitCode: number;
}

interface Kind {
  /** Codes of AWS, of the SDK or of Node, and beginnings of messages where there is no code. */
  readonly codes: readonly string[];
  readonly begins?: string;
  /** The least status of HTTP that means it, whatever the code. */
  readonly statusFrom?: number;
  readonly must: string;
  readonly next: string;
  readonly exitCode: number;
}

const { denied, refused, unavailable } = exitCodes;
const credentialsAre = 'as its credentials must be';

/** The first that fits is told. */
const kinds: readonly Kind[] = [
  {
    codes: [],
    begins: 'Region is missing',
    must: 'Cannot use AWS as a Region must be given',
    next: 'add --region NAME, or set AWS_REGION',
    exitCode: denied,
  },
  {
    codes: [],
    begins: 'Region not accepted',
    must: 'Cannot use AWS as its Region must be a name such as eu-west-1',
    next: 'correct --region or AWS_REGION',
    exitCode: refused,
  },
  {
    codes: ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenProviderError'],
    must: `Cannot use AWS ${credentialsAre} valid still`,
    next: 'sign in again, as with aws sso login, and repeat the command',
    exitCode: denied,
  },
  {
    codes: ['CredentialsProviderError'],
    must: `Cannot use AWS ${credentialsAre} there`,
    next: 'sign in, as with aws sso login, or choose a profile with --profile or AWS_PROFILE',
    exitCode: denied,
  },
  {
    codes: [
      'AuthFailure',
      'IncompleteSignature',
      'InvalidAccessKeyId',
      'InvalidClientTokenId',
      'InvalidSignatureException',
      'MissingAuthenticationToken',
      'MissingAuthenticationTokenException',
      'OptInRequired',
      'SignatureDoesNotMatch',
      'UnrecognizedClientException',
    ],
    must: `Cannot use AWS ${credentialsAre} known in this Region`,
    next: 'look at aws sts get-caller-identity, --region, and the clock of this machine',
    exitCode: denied,
  },
  {
    codes: ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation'],
    must: 'Cannot use AWS as it must allow what was asked',
    next: 'have it allowed, or choose another --profile',
    exitCode: denied,
  },
  {
    codes: [
      'EAI_AGAIN',
      'ECONNREFUSED',
      'ECONNRESET',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENOTFOUND',
      'ETIMEDOUT',
      'TimeoutError',
    ],
    must: 'Cannot reach AWS as its endpoint must answer',
    next: 'check --region and the network, and repeat the command',
    exitCode: unavailable,
  },
  {
    // Before the statuses: EC2 says it with a 503.
    codes: [
      'BandwidthLimitExceeded',
      'EC2ThrottledException',
      'ProvisionedThroughputExceededException',
      'RequestLimitExceeded',
      'RequestThrottled',
      'RequestThrottledException',
      'SlowDown',
      'ThrottledException',
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
    ],
    must: 'Cannot use AWS as its limits of requests must leave room for this one',
    next: 'wait a minute, and repeat the command',
    exitCode: unavailable,
  },
  {
    codes: [],
    statusFrom: 500,
    must: 'Cannot use AWS as it must be able to serve the request',
    next: 'repeat the command; what it was to change may have been changed already',
    exitCode: unavailable,
  },
];

/** Why AWS cannot be used; undefined for any other error. A profile is named where one was chosen. */
export function awsFailure(error: unknown, profile?: string): AwsFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error ? String(error.code) : '';
  const status = statusOf(error);
  const kind = kinds.find(
    ({ codes, begins, statusFrom = Infinity }) =>
      codes.includes(error.name) ||
      codes.includes(code) ||
      (begins !== undefined && error.message.startsWith(begins)) ||
      status >= statusFrom,
  );
  if (kind === undefined) return undefined;
  const { must, next, exitCode } = kind;
  const found = error.message.replaceAll(/\s+/g, ' ').replace(/[ .]+$/, '') || code;
  const word = error.name === 'Error' ? '' : `${error.name}: `;
  const by = profile === undefined || profile === '' ? '' : ` (profile "${profile}")`;
  return { says: `${must}: found ${word}${found}${by}; ${next}`, exitCode };
}

const SdkError = z.object({ $metadata: z.object({ httpStatusCode: z.int() }) });

/** The status that an answer of AWS came with; 0 for any other error. */
const statusOf = (error: Error): number =>
  SdkError.safeParse(error).data?.$metadata.httpStatusCode ?? 0;

/** Whether AWS does not let us in. */
export const isDenied = (error: unknown): boolean => awsFailure(error)?.exitCode === denied;
