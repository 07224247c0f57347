import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { ClusterName } from '../../core/named-clusters.ts';
import { usualTiming } from '../../core/timing.ts';
import type { Timing } from '../../core/timing.ts';
import { AllowedWindow } from '../../core/windows.ts';
import type { Gateways } from '../gateways.ts';
import { cloudWatchAlarms } from './alarms.ts';
import { systemClock } from './clock.ts';
import { parameterFreeze } from './freeze.ts';
import type { Connection } from './connection.ts';
import { digestOf } from './digest.ts';
import { ssmHosts } from './hosts.ts';
import type { Documents } from './send-command.ts';
import { dynamoJournal } from './journal.ts';
import { ec2Network } from './network.ts';
import { oneTimeSchedule } from './schedule.ts';
import type { ScheduleTarget } from './schedule.ts';
import { managedSecrets } from './secrets.ts';
import { assuming } from './target-account.ts';

const Seconds = z
  .string()
  .regex(/^[0-9]{1,5}$/)
  .transform(Number);
const Name = z.string().min(1);
/** A text that holds JSON, read. */
const Json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'it must be JSON' });
    return z.NEVER;
  }
});

/** The environment of the Lambdas. Only the journal's table is everyone's. */
const Environment = z.object({
  JOURNAL_TABLE: Name,
  DOCUMENT_CUT: Name.optional(),
  DOCUMENT_REROUTE: Name.optional(),
  DOCUMENT_ROUTE: Name.optional(),
  DOCUMENT_SERVICE: Name.optional(),
  DOCUMENT_XDR: Name.optional(),
  DOCUMENT_RESTORE: Name.optional(),
  DOCUMENT_SEVER: Name.optional(),
  DOCUMENT_PROBE: Name.optional(),
  DOCUMENT_SURVEY: Name.optional(),
  DOCUMENT_MARKERS: Name.optional(),
  DOCUMENT_ACCESS: Name.optional(),
  SCHEDULE_GROUP: Name.optional(),
  SCHEDULE_ROLE_ARN: Name.optional(),
  SCHEDULE_DEAD_LETTER_ARN: Name.optional(),
  RESTORE_MACHINE_ARN: Name.optional(),
  AEROFAULT_HANDLER: Name.default('lambda'),
  TARGET_ROLE_ARN: Name.optional(),
  TARGET_EXTERNAL_ID: Name.optional(),
  FREEZE_PARAMETER: Name.optional(),
  ALLOWED_WINDOWS: Json.pipe(z.array(AllowedWindow)).optional(),
  CLUSTERS: Json.pipe(z.array(ClusterName).min(1)).optional(),
  PREPARE_SECONDS: Seconds.optional(),
  LEAD_SECONDS: Seconds.optional(),
  GRACE_SECONDS: Seconds.optional(),
  SLICE_SECONDS: Seconds.optional(),
  PROVE_SECONDS: Seconds.optional(),
  RECOVERY_SECONDS: Seconds.optional(),
  LAMBDA_SECONDS: Seconds.optional(),
  SENT_SECONDS: Seconds.optional(),
  STALE_SECONDS: Seconds.optional(),
  PATIENCE_SECONDS: Seconds.optional(),
});
type Environment = z.infer<typeof Environment>;

/**
 * The gateways of a Lambda, from its environment. What touches or asks clusters goes to the account that they
 * are in; the journal, the schedule and the freeze switch are always at home. A variable that this Lambda was not given is missed
 * only when a gateway needs it, and then by name.
 *
 * @throws Error that names the first variable that is wrong.
 */
export function awsGateways(
  environment: Readonly<Record<string, string | undefined>>,
  connection: Connection = {},
): Gateways {
  const read = parsed(environment);
  const clock = systemClock;
  const target = targetAccountOf(read, connection);
  const there = target?.connection ?? connection;
  return {
    target,
    journal: dynamoJournal(connection, { table: read.JOURNAL_TABLE }),
    network: ec2Network(there, { clock, patienceMs: millisecondsOf(read.PATIENCE_SECONDS) }),
    hosts: ssmHosts(there, { documents: documentsOf(read), clock }),
    schedule: oneTimeSchedule(connection, {
      group: () => demanded(read, 'SCHEDULE_GROUP'),
      target: () => targetOf(read),
    }),
    alarms: cloudWatchAlarms(there),
    secrets: managedSecrets(there),
    freeze: parameterFreeze(connection, { name: () => demanded(read, 'FREEZE_PARAMETER') }),
    clock,
    chance: { attempt },
    timing: timingOf(read),
    windows: read.ALLOWED_WINDOWS ?? [],
    clusters: read.CLUSTERS,
    digest: digestOf,
    restoreDocument: read.DOCUMENT_RESTORE,
  };
}

const millisecondsOf = (seconds: number | undefined): number | undefined =>
  seconds === undefined ? undefined : 1000 * seconds;

/**
 * 72 random bits in 12 characters. Shorter than a UUID because attempts without an answer stay in the run
 * item, which may be 400 KB.
 */
const attempt = (): string => randomBytes(9).toString('base64url');

function parsed(environment: Readonly<Record<string, string | undefined>>): Environment {
  const { data, error } = Environment.safeParse(environment);
  if (data !== undefined) return data;
  const { path, message } = error.issues[0] ?? { path: [], message: '' };
  const name = path.join('.');
  const found = environment[name] === undefined ? 'nothing' : `'${environment[name]}'`;
  throw new Error(
    `Cannot read the environment as ${name} must be as deployed (${message}): found ${found}`,
  );
}

function demanded(
  read: Environment,
  name: keyof Environment & `${'SCHEDULE' | 'RESTORE' | 'FREEZE'}_${string}`,
): string {
  const value = read[name];
  if (value !== undefined) return value;
  throw new Error(
    `Cannot use ${name === 'FREEZE_PARAMETER' ? 'the freeze switch' : 'the schedule'} as ${name} must be set: found nothing`,
  );
}

/** Undefined for Lambdas that do nothing to clusters, and where clusters are in our own account. */
function targetAccountOf(read: Environment, connection: Connection) {
  const { TARGET_ROLE_ARN: arn, TARGET_EXTERNAL_ID: externalId } = read;
  if (arn === undefined || externalId === undefined) return undefined;
  const sessionName = `aerofault-${read.AEROFAULT_HANDLER}`;
  return assuming(connection, { arn, externalId, sessionName });
}

function targetOf(read: Environment): ScheduleTarget {
  return {
    machineArn: demanded(read, 'RESTORE_MACHINE_ARN'),
    roleArn: demanded(read, 'SCHEDULE_ROLE_ARN'),
    deadLetterArn: demanded(read, 'SCHEDULE_DEAD_LETTER_ARN'),
  };
}

function documentsOf(read: Environment): Documents {
  return {
    cut: read.DOCUMENT_CUT,
    reroute: read.DOCUMENT_REROUTE,
    route: read.DOCUMENT_ROUTE,
    service: read.DOCUMENT_SERVICE,
    xdr: read.DOCUMENT_XDR,
    restore: read.DOCUMENT_RESTORE,
    sever: read.DOCUMENT_SEVER,
    probe: read.DOCUMENT_PROBE,
    survey: read.DOCUMENT_SURVEY,
    markers: read.DOCUMENT_MARKERS,
    access: read.DOCUMENT_ACCESS,
  };
}

function timingOf(read: Environment): Timing {
  return {
    prepareSeconds: read.PREPARE_SECONDS ?? usualTiming.prepareSeconds,
    leadSeconds: read.LEAD_SECONDS ?? usualTiming.leadSeconds,
    graceSeconds: read.GRACE_SECONDS ?? usualTiming.graceSeconds,
    sliceSeconds: read.SLICE_SECONDS ?? usualTiming.sliceSeconds,
    proveSeconds: read.PROVE_SECONDS ?? usualTiming.proveSeconds,
    recoverySeconds: read.RECOVERY_SECONDS ?? usualTiming.recoverySeconds,
    lambdaSeconds: read.LAMBDA_SECONDS ?? usualTiming.lambdaSeconds,
    sentSeconds: read.SENT_SECONDS ?? usualTiming.sentSeconds,
    staleSeconds: read.STALE_SECONDS ?? usualTiming.staleSeconds,
  };
}
