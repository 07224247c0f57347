import * as z from 'zod';
import { awsAudits } from '../aws/audits.ts';
import { awsGateways } from '../aws/environment.ts';
import { logOf } from '../aws/log.ts';
import { audit } from '../engine/audit.ts';
import type { Making } from '../making.ts';
import { runIdOf } from '../run-id.ts';

const Asked = z.object({ execution: z.string().min(1), input: z.unknown() });

/** State "Audit", the one of its machine. No run is behind it: its log lines bear the audit's id instead. */
export const handler: Making = (environment) => {
  const gateways = { ...awsGateways(environment), audits: awsAudits(environment) };
  return async (event: unknown): Promise<object> => {
    const { execution, input } = Asked.parse(event);
    const auditId = runIdOf(execution);
    const log = logOf(auditId);
    log('Audit begins', { state: 'Audit' });
    try {
      const result = await audit({ auditId, input }, gateways);
      log('Audit ends', { state: 'Audit', result });
      return result;
    } catch (error) {
      log('Audit fails', { state: 'Audit', error });
      throw error;
    }
  };
};
