import { awsGateways } from '../aws/environment.ts';
import { guardHandler } from '../custom-resource.ts';
import type { Making } from '../making.ts';
import { restoreAll } from '../engine/restore-all.ts';

/**
 * The custom resource that is deleted first. Its environment is read only then, so that a wrong one is an
 * answer to CloudFormation, too.
 */
export const handler: Making = (environment) =>
  guardHandler(async (until) => {
    await restoreAll(until, awsGateways(environment));
  });
