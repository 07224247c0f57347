import { setTimeout as sleep } from 'node:timers/promises';

/** What CloudFormation is told of a custom resource. */
export interface StackAnswer {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason?: string;
  readonly StackId: string;
  readonly RequestId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId: string;
}

const attemptsMax = 4;
const requestMs = 2_500;
const pauseMs = 500;

/**
 * Puts an answer where CloudFormation waits for it: a presigned URL of S3, which was signed for an empty
 * content type. Tried a few times, well within fifteen seconds; the same answer twice is harmless.
 *
 * @throws Error when it could not be delivered.
 */
export async function answerStack(url: string, answer: StackAnswer): Promise<void> {
  const body = Buffer.from(JSON.stringify(answer));
  let found = '';
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    if (attempt > 1) await sleep(pauseMs);
    found = await put(url, body);
    if (found === '') return;
  }
  throw new Error(`Cannot answer CloudFormation as its URL must take the answer: found ${found}`);
}

/** What went wrong, in words; empty when nothing did. */
async function put(url: string, body: Buffer<ArrayBuffer>): Promise<string> {
  try {
    const signal = AbortSignal.timeout(requestMs);
    const headers = { 'content-type': '' };
    const response = await fetch(url, { method: 'PUT', body, headers, signal });
    await response.body?.cancel();
    return response.ok ? '' : `status ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
