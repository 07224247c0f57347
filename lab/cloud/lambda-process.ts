import { flushCompileCache } from 'node:module';
import { types } from 'node:util';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { entryFile } from '../assembly/running-resources.ts';
import { heapHeld } from '../heap.ts';
import type { LambdaFailure } from './lambda-runtime.ts';

/**
 * One Lambda execution environment: loads the bundle's handler once, then answers invocations over IPC.
 *
 * The lambda runtime spawns it and kills it; it also ends when its parent goes. It does not freeze
 * between invocations, as Lambda does.
 */

const Settings = z.object({
  LAMBDA_TASK_ROOT: z.string(),
  _HANDLER: z.string(),
  AWS_LAMBDA_FUNCTION_NAME: z.string(),
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: z.string(),
});

const Invocation = z.object({
  requestId: z.string(),
  event: z.unknown(),
  arn: z.string(),
  deadline: z.number(),
});
type Invocation = z.infer<typeof Invocation>;

/** What the runtime asks of it. */
const Asked = z.union([z.literal('weigh'), Invocation]);

const Handler = z.custom<(event: unknown, context: object) => unknown>(
  (value) => typeof value === 'function',
);

const settings = Settings.parse(process.env);

process.on('disconnect', () => process.exit());
try {
  const handler = await loadHandler();
  process.on('message', (message) => {
    const asked = Asked.parse(message);
    if (asked === 'weigh') process.send?.({ kind: 'weighed', heapMb: heapHeld() });
    else void answer(asked, handler);
  });
  process.send?.({ kind: 'ready' });
  flushCompileCache(); // It is killed, and would keep nothing at its end.
} catch (error) {
  process.send?.({ kind: 'broken', failure: describe(error) });
}

async function loadHandler(): Promise<z.infer<typeof Handler>> {
  const { LAMBDA_TASK_ROOT, _HANDLER } = settings;
  const url = pathToFileURL(entryFile(LAMBDA_TASK_ROOT, _HANDLER)).href;
  const module: unknown = await import(url);
  const name = _HANDLER.slice(_HANDLER.lastIndexOf('.') + 1);
  const { [name]: handler } = z.record(z.string(), z.unknown()).parse({ ...Object(module) });
  const found = Handler.safeParse(handler);
  if (found.success) return found.data;
  throw new Error(`Cannot load the handler as "${_HANDLER}" must be a function: found none`);
}

async function answer(invocation: Invocation, handler: z.infer<typeof Handler>): Promise<void> {
  const { requestId, event } = invocation;
  try {
    const payload = (await handler(event, contextOf(invocation))) ?? null;
    process.send?.({ kind: 'done', requestId, payload });
  } catch (error) {
    process.send?.({ kind: 'failed', requestId, failure: describe(error) });
  }
}

function contextOf({ requestId, deadline, arn }: Invocation): object {
  return {
    awsRequestId: requestId,
    functionName: settings.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: arn,
    memoryLimitInMB: settings.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: `/aws/lambda/${settings.AWS_LAMBDA_FUNCTION_NAME}`,
    logStreamName: `lab/${process.pid}`,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

/** What Lambda's Node runtime reports of something thrown. */
function describe(error: unknown): LambdaFailure {
  if (!types.isNativeError(error)) {
    return { errorType: typeof error, errorMessage: String(error), trace: [] };
  }
  const { name, message, stack } = error;
  return { errorType: name, errorMessage: message, trace: (stack ?? '').split('\n') };
}
