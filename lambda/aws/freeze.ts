import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Freeze } from '../gateways.ts';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { unless } from './failure.ts';

/** What people write into the switch to say that runs may start, beside deleting it. */
const off = new Set(['off', 'false', '0', '']);

/** Most of the switch's text that is told. */
const toldMax = 120;

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
      const value = inOneLine(answer?.Parameter?.Value ?? '');
      if (off.has(value.toLowerCase())) return undefined;
      return { says: `${Name} is "${value.slice(0, toldMax)}"` };
    },
  };
}

const inOneLine = (text: string): string => text.replaceAll(/[\s\p{C}"]+/gu, ' ').trim();
