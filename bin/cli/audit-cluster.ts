/**
 * Audits a cluster by the deployment's machine, and waits for it.
 *
 * Started by `aerofault audit`. The machine ends by itself within minutes, waited for or not; the waiting
 * ends with it.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Audit } from '../../core/audit/audit.ts';
import { parseAuditRequest } from '../../core/audit/request.ts';
import { Refusal } from '../../core/refusal.ts';
import { executionFailure, executionStatus, startExecution } from '../../lambda/aws/executions.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import type { Deployment } from './deployment.ts';
import { sentenceOfCause } from './failure-cause.ts';

const pauseMs = 1_000;

/** @throws Refusal for a request that is none, for a stack without the machine, and where the machine refuses. */
export async function auditCluster(deployment: Deployment, request: object): Promise<Audit> {
  const { connection, audits, output } = deployment;
  const input = parseAuditRequest(request);
  const stateMachineArn = output('AuditMachineArn');
  const name = randomUUID(); // By which a repeat of a lost answer is the same audit.
  const executionArn = await startExecution(connection, { stateMachineArn, name, input });
  while ((await executionStatus(connection, executionArn)) === 'RUNNING') await sleep(pauseMs);
  const audit = await audits.read(input.cluster, runIdOf(executionArn));
  if (audit !== undefined) return audit;
  const { error = 'unknown', cause = '' } =
    (await executionFailure(connection, executionArn)) ?? {};
  if (error === 'Refusal') throw new Refusal(sentenceOfCause(cause));
  throw new Error(
    `Cannot read the audit as ${executionArn} must leave one: found ${error} ${cause}`,
  );
}
