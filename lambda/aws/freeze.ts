import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Freeze } from '../gateways.ts';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { unless } from './failure.ts';

/** What people write into the switch to say that runs may start, beside deleting it. */
const off = new Set(['off', 'false', '0', '']);

/** Most of the switch's text that is told, in characters. */
export const freezeReasonMax = 120;

/**
 * The freeze switch: an SSM parameter. Any value but off, false and 0 keeps runs from starting, and is told
 * as the reason; without the parameter they may.
 */
export function parameterFreeze(connection: Connection, { name }: { name: () => string }): Freeze {
  const client = new SSMClient(patient(connection));
  return {
    async frozen() {
      const Name = name();
      const answer = await client
        .send(new GetParameterCommand({ Name }))
        .catch(unless('ParameterNotFound'));
      const reason = freezeReasonIn(answer?.Parameter?.Value);
      return reason === undefined ? undefined : { says: `${Name} is "${reason}"` };
    },
  };
}

/** Why runs are frozen, as far as it is told, by the switch's value; undefined: they are not. */
export function freezeReasonIn(value: string | undefined): string | undefined {
  const reason = inOneLine(value ?? '');
  return off.has(reason.toLowerCase()) ? undefined : reason.slice(0, freezeReasonMax);
}

const inOneLine = (text: string): string => text.replaceAll(/[\s\p{C}"]+/gu, ' ').trim();
