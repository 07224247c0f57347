import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import type { Task } from './state-language.ts';

/** What Step Functions calls a failure; the interpreter matches `name` and gives `message` as the cause. */
class TaskError extends Error {
  /** Read by the interpreter: `States.ALL` neither retries nor catches an error without them. */
  readonly isRetryable: boolean;
  readonly isCatchable: boolean;

  constructor(error: string, cause: string, { final = false } = {}) {
    super(cause);
    this.name = error;
    this.isRetryable = !final;
    this.isCatchable = !final;
  }
}

const optimised = 'arn:aws:states:::lambda:invoke';

/** True for the resources that the lab can run: Lambda, called either way. */
export function isLambda({ resource }: Task): boolean {
  return resource === optimised || resource.startsWith('arn:aws:lambda:');
}

const Call = z.object({ FunctionName: z.string(), Payload: z.unknown().optional() });

/** What stands in for Lambda in a Task state: gets the state's effective input, gives its result. */
export function lambdaTask(
  { resource }: Task,
  lambdaUrl: string,
): (input: unknown) => Promise<unknown> {
  if (resource !== optimised) {
    return async (input) => within(await invoke(lambdaUrl, resource, input));
  }
  return async (input) => {
    const { FunctionName, Payload = {} } = Call.parse(input);
    const result = await invoke(lambdaUrl, FunctionName, Payload);
    return within({
      ExecutedVersion: '$LATEST',
      Payload: result,
      SdkHttpMetadata: { HttpStatusCode: 200 },
      StatusCode: 200,
    });
  };
}

const Result = z.union([
  z.object({ payload: z.unknown() }),
  z.looseObject({ errorType: z.string(), errorMessage: z.string() }),
]);

async function invoke(lambdaUrl: string, name: string, payload: unknown): Promise<unknown> {
  const answer = await post(`${lambdaUrl}/lambda/${encodeURIComponent(name)}`, payload).catch(
    (error: unknown) => {
      throw new TaskError('Lambda.SdkClientException', String(error));
    },
  );
  const result = Result.parse(answer);
  if ('payload' in result) return result.payload;
  throw new TaskError(result.errorType, JSON.stringify(result));
}

/** Not fetch(), which gives up after five minutes where a Lambda may take fifteen. */
function post(url: string, body: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method: 'POST', agent: false }, (incoming) => {
      text(incoming).then((json) => resolve(JSON.parse(json)), reject);
    });
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

/** A state's result may have 256 KiB; what exceeds it fails the execution and no catcher sees it. */
const largestPayload = 262_144;

function within(result: unknown): unknown {
  if (Buffer.byteLength(JSON.stringify(result)) <= largestPayload) return result;
  const cause = `The result of a task exceeded ${largestPayload} bytes`;
  throw new TaskError('States.DataLimitExceeded', cause, { final: true });
}
