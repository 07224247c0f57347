import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { memoize } from '@smithy/core/config';
import { RoleDenied } from '../../core/refusal.ts';
import type { TargetAccount } from '../gateways-of-targets.ts';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { isDeclined, reasonOf } from './failure.ts';

/** A role of the account that clusters are in, and what its trust demands. */
export interface AssumedRole {
  readonly arn: string;
  readonly externalId: string;
  /** By which that account's CloudTrail tells who came. */
  readonly sessionName: string;
}

/**
 * How long credentials are good for, in seconds: the least that STS gives. Sessions of a role that was
 * deleted are never good again, though one of its name be made anew: these are done with after ten minutes.
 */
const sessionSeconds = 900;
/** How long before their end they are renewed: for longer than any Lambda lives. */
const renewedBeforeMs = 300_000;

/**
 * Another account, by a role of it: a connection whose credentials are that role's, for all clients alike.
 * They are got when first needed, and renew themselves.
 *
 * Every call over it @throws RoleDenied where the role may not be assumed.
 */
export function assuming(
  connection: Connection,
  { arn, externalId, sessionName }: AssumedRole,
): TargetAccount & { readonly connection: Connection } {
  const [, , , , account = '', role = ''] = arn.split(':');
  const assume = fromTemporaryCredentials({
    params: {
      RoleArn: arn,
      ExternalId: externalId,
      RoleSessionName: sessionName,
      DurationSeconds: sessionSeconds,
    },
    clientConfig: patient(connection),
  });
  const credentials = memoize(
    async () =>
      assume().catch((error: unknown) => {
        throw isDeclined(error) ? denied({ account, role }, error) : error;
      }),
    ({ expiration }) => (expiration?.getTime() ?? Infinity) - Date.now() < renewedBeforeMs,
    ({ expiration }) => expiration !== undefined,
  );
  return {
    account,
    enter: async () => void (await credentials()),
    // The mark keeps each client from remembering credentials of its own beside.
    connection: { ...connection, credentials: Object.assign(credentials, { memoized: true }) },
  };
}

/** STS's own words name who asked. */
const denied = ({ account, role }: { account: string; role: string }, error: unknown): RoleDenied =>
  new RoleDenied(
    `Cannot act in account ${account} as its ${role.replace('/', ' ')} must let us assume it, see docs/accounts.md: found ${reasonOf(error)}`,
  );
