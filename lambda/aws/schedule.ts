import {
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  SchedulerClient,
} from '@aws-sdk/client-scheduler';
import type { CreateScheduleCommandInput } from '@aws-sdk/client-scheduler';
import type { Schedule } from '../gateways.ts';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { unless } from './failure.ts';

/** What a schedule starts and as whom; only Arm needs it. */
export interface ScheduleTarget {
  readonly machineArn: string;
  readonly roleArn: string;
  readonly deadLetterArn: string;
}

/** Where schedules lie, and what they start. */
export interface ScheduleOptions {
  /** Both are asked for on use, and throw where this Lambda was not told. */
  readonly group: () => string;
  /** Asked for by `set` alone. */
  readonly target: () => ScheduleTarget;
}

/** The longest EventBridge Scheduler goes on trying: 185 times in 24 hours (API reference, RetryPolicy). */
const retries = { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 };

/**
 * One one-time EventBridge schedule a run: it starts the restore machine at its time, or up to 59 s later
 * ("60 second precision", user guide, "Schedule types"), and deletes itself after.
 *
 * Create bears the SDK's client token, so its repeats are the same request; a second Arm meets
 * ConflictException and reads back what is there.
 */
export function oneTimeSchedule(connection: Connection, options: ScheduleOptions): Schedule {
  const client = new SchedulerClient(patient(connection));
  const named = (runId: string) => ({ Name: `aerofault-${runId}`, GroupName: options.group() });

  const read = async (runId: string): Promise<number | undefined> => {
    const found = client.send(new GetScheduleCommand(named(runId)));
    const schedule = await found.catch(unless('ResourceNotFoundException'));
    return schedule === undefined ? undefined : instantOf(schedule.ScheduleExpression, runId);
  };

  return {
    read,
    async set(runId, at) {
      const command = new CreateScheduleCommand({
        ...named(runId),
        ...scheduleOf(runId, { at, target: options.target() }),
      });
      const created = await client.send(command).catch(unless('ConflictException'));
      if (created === undefined)
        refuseOtherTime(runId, { wanted: upToSecond(at), found: await read(runId) });
    },
    async remove(runId) {
      await client
        .send(new DeleteScheduleCommand(named(runId)))
        .catch(unless('ResourceNotFoundException'));
    },
  };
}

type Content = Omit<CreateScheduleCommandInput, 'Name' | 'GroupName'>;

function scheduleOf(runId: string, when: { at: number; target: ScheduleTarget }): Content {
  const { machineArn, roleArn, deadLetterArn } = when.target;
  return {
    Description: `Restores run ${runId} of aerofault if nothing else has`,
    ScheduleExpression: `at(${new Date(upToSecond(when.at)).toISOString().slice(0, 19)})`,
    ScheduleExpressionTimezone: 'UTC',
    FlexibleTimeWindow: { Mode: 'OFF' },
    ActionAfterCompletion: 'DELETE',
    Target: {
      Arn: machineArn,
      RoleArn: roleArn,
      Input: JSON.stringify({ runId, by: 'schedule' }),
      RetryPolicy: retries,
      DeadLetterConfig: { Arn: deadLetterArn },
    },
  };
}

/** at() has whole seconds. Rounded up: a schedule must not run before its time. */
const upToSecond = (at: number): number => Math.ceil(at / 1000) * 1000;

function instantOf(expression: string | undefined, runId: string): number {
  const time = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/.exec(expression ?? '')?.[1];
  if (time !== undefined) return Date.parse(`${time}Z`);
  throw new Error(
    `Cannot read the schedule of run ${runId} as its expression must be at(yyyy-mm-ddThh:mm:ss): found ${expression ?? 'nothing'}`,
  );
}

function refuseOtherTime(runId: string, time: { wanted: number; found: number | undefined }): void {
  if (time.found === time.wanted) return;
  const found = time.found === undefined ? 'it gone again' : new Date(time.found).toISOString();
  throw new Error(
    `Cannot set the schedule of run ${runId} as it must fire at ${new Date(time.wanted).toISOString()}: found ${found}`,
  );
}
