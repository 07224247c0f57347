import * as z from 'zod';
import { awsGateways } from '../aws/environment.ts';
import { open } from '../engine/open.ts';
import type { Making } from '../making.ts';
import { runHandler } from '../run-handler.ts';

const Opening = z.object({ execution: z.string().min(1), input: z.unknown() });

/** State "Open": the only one that sees the execution's input. Its answer becomes the whole state. */
export const handler: Making = (environment) => {
  const gateways = awsGateways(environment);
  return (event: unknown): Promise<{ runId: string; execution: string; says: string }> => {
    const { execution, input } = Opening.parse(event);
    const act = runHandler(
      'Open',
      async ({ runId }) => {
        const { says } = await open({ runId, execution, input }, gateways);
        return { runId, execution, says };
      },
      gateways,
    );
    return act({ execution });
  };
};
