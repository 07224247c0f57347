import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { unless } from './failure.ts';
import { freezeReasonIn } from './freeze.ts';

/** The freeze switch as it stands: on with its reason, or off. */
export type FreezeState =
  | { readonly state: 'on'; readonly reason: string; readonly since: number | undefined }
  | { readonly state: 'off' };

/** A person's hand on the freeze switch. For the command line. */
export interface FreezeSwitch {
  readonly show: () => Promise<FreezeState>;
  /** Keeps new runs from starting, for a reason that freezes: see {@link freezeReasonIn}. */
  readonly on: (reason: string) => Promise<void>;
  /** Lets runs start again; no error where they may already. */
  readonly off: () => Promise<void>;
}

/** The switch that is an SSM parameter of this name. Each call may be repeated, so the SDK may, too. */
export function freezeSwitch(connection: Connection, Name: string): FreezeSwitch {
  const client = new SSMClient(patient(connection));
  const read = async () => {
    const got = await client
      .send(new GetParameterCommand({ Name }))
      .catch(unless('ParameterNotFound'));
    return got?.Parameter;
  };
  return {
    async show() {
      const { Value, LastModifiedDate } = (await read()) ?? {};
      const reason = freezeReasonIn(Value);
      if (reason === undefined) return { state: 'off' };
      return { state: 'on', reason, since: LastModifiedDate?.getTime() };
    },
    async on(reason) {
      // One that is there keeps its type: somebody's template may have made it.
      const type = (await read()) === undefined ? { Type: 'String' as const } : {};
      await client.send(new PutParameterCommand({ Name, Value: reason, Overwrite: true, ...type }));
    },
    async off() {
      await client.send(new DeleteParameterCommand({ Name })).catch(unless('ParameterNotFound'));
    },
  };
}
