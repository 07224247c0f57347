import { EC2Client } from '@aws-sdk/client-ec2';
import type { IpPermission } from '@aws-sdk/client-ec2';
import type { Answer } from '../gateways.ts';
import { once } from './connection.ts';
import type { Connection } from './connection.ts';
import { failureOf, isCode } from './failure.ts';
import { pacer } from './pacer.ts';
import type { Family } from './pacer.ts';
import { patiently } from './throttling.ts';
import type { Patience } from './throttling.ts';

/** Sends one change in its family's turn. @throws the SDK's error, which {@link failureOf} can judge. */
export type Send = <Reply>(
  family: Family,
  call: (client: EC2Client) => Promise<Reply>,
) => Promise<Reply>;

/**
 * Changes are sent exactly once, for none of them tells its own repeats: a second attempt after a lost
 * answer would come back as Duplicate or NotFound and look like a refusal. Only a throttled call, which
 * certainly did not act, is sent again.
 */
export function changer(connection: Connection, patience: Patience): Send {
  const client = new EC2Client(once(connection));
  const { turn } = pacer(patience.clock);
  return (family, call) =>
    patiently(async () => {
      await turn(family);
      return call(client);
    }, patience);
}

interface Reply {
  readonly $metadata: unknown;
  readonly Return?: boolean | undefined;
  readonly UnknownIpPermissions?: IpPermission[] | undefined;
}

/** What became of a change that was sent; an error with a code of `gone` says that it is done already. */
export async function answerTo(
  sending: Promise<Reply>,
  { gone = [] }: { gone?: readonly string[] } = {},
): Promise<Answer> {
  try {
    return verdictOn(await sending);
  } catch (error) {
    return isCode(error, ...gone) ? { kind: 'done' } : failureOf(error);
  }
}

/**
 * A 200 is not enough: EC2 may say `Return` false, and in a default VPC a revoke lists what it did not
 * know instead of failing (API reference, RevokeSecurityGroupIngress). Either sends the caller back to a
 * describe.
 */
function verdictOn({ Return, UnknownIpPermissions: strangers = [] }: Reply): Answer {
  if (Return === false) return { kind: 'unknown', reason: 'EC2 answered Return false' };
  if (strangers.length === 0) return { kind: 'done' };
  return { kind: 'unknown', reason: `EC2 did not know ${strangers.length} of the rules` };
}
