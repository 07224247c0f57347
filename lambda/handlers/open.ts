import * as z from 'zod';
import { awsGateways } from '../aws/environment.ts';
import { open } from '../engine/open.ts';
import { runIdOf } from '../run-id.ts';

const gateways = awsGateways(process.env);

const Event = z.object({ execution: z.string().min(1), input: z.unknown() });

/** State "Open": the only one that sees the execution's input. Its answer becomes the whole state. */
export const handler = async (
  event: unknown,
): Promise<{ runId: string; execution: string; says: string }> => {
  const { execution, input } = Event.parse(event);
  const runId = runIdOf(execution);
  const { says } = await open({ runId, execution, input }, gateways);
  return { runId, execution, says };
};
