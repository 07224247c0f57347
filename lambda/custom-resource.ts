import * as z from 'zod';
import { answerStack } from './aws/answer-stack.ts';
import type { StackAnswer } from './aws/answer-stack.ts';
import { logOf } from './aws/log.ts';

/** What CloudFormation asks of a custom resource (user guide, "Custom resource request types"). */
const Asked = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url(),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
});

const Context = z.object({ getRemainingTimeInMillis: z.custom<() => number>() });

/** How long before the Lambda's end CloudFormation is answered, whatever is still under way. */
const answerMs = 15_000;

/**
 * A Lambda handler for a custom resource that is only a guard: nothing happens when it is made or changed,
 * and `letGo` may refuse that it is deleted, by throwing.
 *
 * CloudFormation is answered in any case, before the Lambda ends: one that hears nothing waits for its
 * timeout. What is under way then is still awaited, for nothing may outlive its call.
 */
export function guardHandler(
  letGo: (until: number) => Promise<void>,
): (event: unknown, context: unknown) => Promise<void> {
  return async (event, context) => {
    const asked = Asked.parse(event);
    const leftMs = Context.parse(context).getRemainingTimeInMillis() - answerMs;
    const work = asked.RequestType === 'Delete' ? outcomeOf(letGo, Date.now() + leftMs) : granted;
    const reason = await Promise.race([work, tooLate(leftMs)]);
    logOf('delete-guard')('answers CloudFormation', { type: asked.RequestType, reason });
    await answerStack(asked.ResponseURL, answerTo(asked, reason));
    await work;
  };
}

const granted: Promise<undefined> = Promise.resolve(undefined);

/** Why it may not go; undefined where it may. Never rejects. */
async function outcomeOf(
  letGo: (until: number) => Promise<void>,
  until: number,
): Promise<string | undefined> {
  try {
    await letGo(until);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function tooLate(milliseconds: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)).unref());
  return 'Cannot delete the stack as every run must be over and restored: found that out of time. Nothing was deleted and restoring goes on; delete the stack again';
}

function answerTo(asked: z.infer<typeof Asked>, reason: string | undefined): StackAnswer {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId = 'delete-guard' } = asked;
  return {
    Status: reason === undefined ? 'SUCCESS' : 'FAILED',
    ...(reason === undefined ? {} : { Reason: reason.slice(0, reasonMax) }),
    StackId,
    RequestId,
    LogicalResourceId,
    PhysicalResourceId,
  };
}

/** In characters; the whole answer may have 4,096 bytes (user guide, "Request and response reference"). */
const reasonMax = 800;
