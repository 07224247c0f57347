/** What each state of the workflow did, when, and what it asked of AWS; and what that costs. */
import * as z from 'zod';
import { notesOf } from '../story.ts';
import type { Story } from '../story.ts';

export const StateReport = z.strictObject({
  state: z.string(),
  from: z.int().meta({ description: 'Epoch milliseconds' }),
  until: z.int(),
  says: z.string(),
});
export type StateReport = z.infer<typeof StateReport>;

export const CostReport = z.strictObject({
  calls: z
    .record(z.string(), z.int())
    .meta({ description: 'Requests to AWS by service and action, until the report was made' }),
  invocations: z.int().meta({ description: 'Of Lambdas of states' }),
  lambdaSeconds: z.number(),
  usd: z.number().meta({
    description:
      'At least, at list prices of us-east-1, free tiers aside: two transitions a state, one unit a request to DynamoDB, none for S3, events, logs and metrics; requests to EC2 and SSM cost nothing',
  }),
});
export type CostReport = z.infer<typeof CostReport>;

/** The states as their Lambdas noted them, by when they began. */
export function stateReportsOf({ notes }: Pick<Story, 'notes'>): StateReport[] {
  return notesOf(notes, 'state')
    .map(({ state, startedAt, at, says }) => ({ state, from: startedAt, until: at, says }))
    .toSorted((one, other) => one.from - other.from);
}

/**
 * List prices in USD, us-east-1: aws.amazon.com/step-functions/pricing (standard, a transition),
 * aws.amazon.com/lambda/pricing (arm64: a GB-second, a request), aws.amazon.com/dynamodb/pricing/on-demand
 * (a write and a read request unit, counted as one a request).
 */
export const prices = {
  transition: 0.000025,
  gigabyteSecond: 0.0000133334,
  request: 0.0000002,
  write: 0.000000625,
  read: 0.000000125,
};

/** Memory of the Lambdas of states before the report, in GB (lib/run-functions.ts). */
export const gigabytes = 0.5;

/** A state of the workflow is a task, and most have a choice or a wait behind them. */
export const transitionsAState = 2;

const writes = /^DynamoDB:(Put|Update|Delete)/;
const reads = /^DynamoDB:(Get|Query|Scan)/;

/** What the run took of AWS; null where its states left no notes. */
export function costOf({ notes }: Pick<Story, 'notes'>): CostReport | null {
  const states = notesOf(notes, 'state');
  if (states.length === 0) return null;
  const calls: Record<string, number> = {};
  for (const [call, count] of states.flatMap((one) => Object.entries(one.calls))) {
    calls[call] = (calls[call] ?? 0) + count;
  }
  const countOf = (pattern: RegExp): number =>
    Object.entries(calls).reduce((all, [call, count]) => all + (pattern.test(call) ? count : 0), 0);
  const seconds = states.reduce((all, { startedAt, at }) => all + (at - startedAt) / 1000, 0);
  const usd =
    states.length * (transitionsAState * prices.transition + prices.request) +
    seconds * gigabytes * prices.gigabyteSecond +
    countOf(writes) * prices.write +
    countOf(reads) * prices.read;
  return {
    calls,
    invocations: states.length,
    lambdaSeconds: Math.round(10 * seconds) / 10,
    usd: Math.round(usd * 1e6) / 1e6,
  };
}
