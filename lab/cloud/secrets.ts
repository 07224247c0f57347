import * as z from 'zod';
import { labAccount, labRegion } from '../assembly/physical-names.ts';
import { AwsError } from './aws-error.ts';
import { startEndpoint, targetOf } from './endpoint.ts';
import type { Endpoint, RawRequest, Route } from './endpoint.ts';
import type { ListenOptions } from './listener.ts';

/** A secret as it is now. */
export interface LabSecret {
  readonly text: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * The lab's Secrets Manager: secrets in memory, by name or ARN, in one version.
 *
 * {@link startSecretsManager} starts it, `close()` ends it and its secrets. It knows DescribeSecret and
 * GetSecretValue, and neither policies nor keys. Who may read what, the simulator of IAM says (test/lib).
 */
export interface SecretsManager extends Endpoint {
  /** Gives a secret a value, or another one. */
  put(name: string, secret: LabSecret): void;
}

const Asked = z.object({ SecretId: z.string().min(1) });

/** Start the endpoint; rejects when the address cannot be listened on. */
export async function startSecretsManager(options: ListenOptions): Promise<SecretsManager> {
  const secrets = new Map<string, LabSecret>();
  const endpoint = await startEndpoint(options, (request) => route(request, secrets));
  return { ...endpoint, put: (name, secret) => void secrets.set(name, secret) };
}

function route(request: RawRequest, secrets: ReadonlyMap<string, LabSecret>): Route {
  const action = targetOf(request);
  const { body } = request;
  switch (action) {
    case 'DescribeSecret':
      return { action, params: body, perform: () => describe(body, secrets) };
    case 'GetSecretValue':
      return { action, params: body, perform: () => valueOf(body, secrets) };
    default:
      throw new AwsError('UnknownOperationException', `The lab does not know ${action}`);
  }
}

function describe(body: unknown, secrets: ReadonlyMap<string, LabSecret>): object {
  const { name, secret } = found(body, secrets);
  const Tags = Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value }));
  return { ARN: arnOf(name), Name: name, Tags };
}

function valueOf(body: unknown, secrets: ReadonlyMap<string, LabSecret>): object {
  const { name, secret } = found(body, secrets);
  return { ARN: arnOf(name), Name: name, SecretString: secret.text, VersionStages: ['AWSCURRENT'] };
}

/** Secrets Manager adds a hyphen and six characters to the name in an ARN. */
const arnOf = (name: string): string =>
  `arn:aws:secretsmanager:${labRegion}:${labAccount}:secret:${name}-AbCdEf`;

function found(body: unknown, secrets: ReadonlyMap<string, LabSecret>) {
  const { SecretId } = Asked.parse(body);
  for (const [name, secret] of secrets) {
    if (SecretId === name || SecretId === arnOf(name)) return { name, secret };
  }
  throw new AwsError(
    'ResourceNotFoundException',
    "Secrets Manager can't find the specified secret.",
  );
}
