import {
  GetScheduleCommand,
  ListSchedulesCommand,
  SchedulerClient,
  UpdateScheduleCommand,
} from '@aws-sdk/client-scheduler';
import { patient } from './connection.ts';
import type { Connection } from './connection.ts';
import { unless } from './failure.ts';

/** A schedule of a deployment, as people read it. */
export interface StackSchedule {
  readonly name: string;
  readonly says: string;
  readonly expression: string;
  readonly timeZone: string;
  readonly paused: boolean;
}

/** Every schedule of a group, by name. For the command line. */
export async function stackSchedules(
  connection: Connection,
  group: string,
): Promise<StackSchedule[]> {
  const client = new SchedulerClient(patient(connection));
  try {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = { GroupName: group, ...(token === undefined ? {} : { NextToken: token }) };
      const { Schedules = [], NextToken } = await client.send(new ListSchedulesCommand(page));
      names.push(...Schedules.flatMap(({ Name }) => Name ?? []));
      token = NextToken;
    } while (token !== undefined);
    const found: StackSchedule[] = [];
    for (const name of names.toSorted()) {
      const one = await client
        .send(new GetScheduleCommand({ GroupName: group, Name: name }))
        .catch(unless('ResourceNotFoundException'));
      if (one === undefined) continue; // A one-time schedule deletes itself.
      found.push({
        name,
        says: one.Description ?? '',
        expression: one.ScheduleExpression ?? '',
        timeZone: one.ScheduleExpressionTimezone ?? 'UTC',
        paused: one.State === 'DISABLED',
      });
    }
    return found;
  } finally {
    client.destroy();
  }
}

/** Pauses a schedule, or lets it go on; all else of it stays. Answers whether it is there. */
export async function pauseSchedule(
  connection: Connection,
  { group, name, paused }: { group: string; name: string; paused: boolean },
): Promise<boolean> {
  const client = new SchedulerClient(patient(connection));
  try {
    const one = await client
      .send(new GetScheduleCommand({ GroupName: group, Name: name }))
      .catch(unless('ResourceNotFoundException'));
    if (one === undefined) return false;
    // An update replaces the whole: what is not said again is lost.
    const { $metadata: _, Arn: __, CreationDate: ___, LastModificationDate: ____, ...kept } = one;
    const { FlexibleTimeWindow, Target, ScheduleExpression } = kept;
    const State = paused ? 'DISABLED' : 'ENABLED';
    await client.send(
      new UpdateScheduleCommand({
        ...kept,
        Name: name,
        GroupName: group,
        FlexibleTimeWindow,
        Target,
        ScheduleExpression,
        State,
      }),
    );
    return true;
  } finally {
    client.destroy();
  }
}
