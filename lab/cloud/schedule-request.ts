import * as z from 'zod';
import { AwsError } from './aws-error.ts';
import { dueByCron } from './cron.ts';
import type { Due } from './cron.ts';
import { ratePeriod } from './rate-period.ts';

/** What CreateSchedule and UpdateSchedule are given. Bounds and defaults: their pages in the API reference. */
export const CreateSchedule = z.object({
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.string().default('UTC'),
  GroupName: z.string().default('default'),
  State: z.enum(['ENABLED', 'DISABLED']).default('ENABLED'),
  ActionAfterCompletion: z.enum(['NONE', 'DELETE']).default('NONE'),
  ClientToken: z.string().optional(),
  Description: z.string().max(512).optional(),
  FlexibleTimeWindow: z.object({
    Mode: z.enum(['OFF', 'FLEXIBLE']),
    MaximumWindowInMinutes: z.int().optional(),
  }),
  Target: z.object({
    Arn: z.string().min(1),
    RoleArn: z.string().min(1),
    Input: z.string().min(1).optional(),
    DeadLetterConfig: z.object({ Arn: z.string().optional() }).optional(),
    RetryPolicy: z
      .object({
        MaximumEventAgeInSeconds: z.int().min(60).max(86_400).default(86_400),
        MaximumRetryAttempts: z.int().min(0).max(185).default(185),
      })
      .default({ MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 }),
  }),
});
export type CreateSchedule = z.infer<typeof CreateSchedule>;

const oneTime = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;

/** When a schedule fires: once at an instant, at a period from now on, or in minutes that are due. */
export type Times =
  | { readonly kind: 'once'; readonly at: number }
  | { readonly kind: 'rate'; readonly periodMs: number }
  | { readonly kind: 'cron'; readonly due: Due };

/**
 * The times of an expression, in milliseconds of the epoch; those of `at()` in UTC only.
 *
 * @throws AwsError ValidationException for anything that is none, or that the lab does not know
 */
export function timesOf(expression: string, timeZone: string): Times {
  const at = Date.parse(`${oneTime.exec(expression)?.[1]}Z`);
  const inUtc = ['UTC', 'Etc/UTC'].includes(timeZone);
  if (!Number.isNaN(at) && inUtc) return { kind: 'once', at };
  const periodMs = ratePeriod(expression);
  if (periodMs !== undefined) return { kind: 'rate', periodMs };
  try {
    return { kind: 'cron', due: dueByCron(expression, timeZone) };
  } catch (cause) {
    throw new AwsError(
      'ValidationException',
      `Invalid Schedule Expression ${expression}: ${String(cause)}`,
    );
  }
}

/** @throws AwsError ValidationException where a name of a schedule or group is not one to AWS */
export function checkScheduleName(name: string): void {
  if (/^[0-9a-zA-Z\-_.]{1,64}$/.test(name)) return;
  throw new AwsError('ValidationException', `Invalid name ${name}`);
}
