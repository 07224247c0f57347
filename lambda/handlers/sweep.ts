import { awsGateways } from '../aws/environment.ts';
import { sweep } from '../engine/sweep.ts';

const gateways = awsGateways(process.env);

/** The sweeper's round, every five minutes. @throws when any run could not be looked at. */
export const handler = async (): Promise<{ looked: number }> => {
  const { looked, failed } = await sweep(gateways);
  if (failed.length > 0)
    throw new Error(`Cannot finish the sweep as every run must be looked at: ${failed.join('; ')}`);
  return { looked };
};
