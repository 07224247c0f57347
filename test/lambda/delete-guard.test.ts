import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { handler as making } from '../../lambda/handlers/delete-guard.ts';
import { guardHandler } from '../../lambda/custom-resource.ts';

interface Put {
  readonly method: string | undefined;
  readonly type: string | undefined;
  readonly answer: unknown;
}

let server: Server | undefined;
let puts: Put[] = [];

/** The presigned URL, whose server says these statuses one after the other, the last for ever. */
async function responseUrl(...statuses: number[]): Promise<string> {
  puts = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method, headers } = request;
    puts.push({
      method,
      type: headers['content-type'],
      answer: JSON.parse(await text(request)),
    });
    response.statusCode = statuses[Math.min(puts.length, statuses.length) - 1] ?? 200;
    response.end();
  };
  const made = createServer((request, response) => void serve(request, response));
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  const { port } = z.object({ port: z.int() }).parse(made.address());
  return `http://127.0.0.1:${port}/bucket/key?X-Amz-Signature=abc`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

const request = (RequestType: string, ResponseURL: string, more: object = {}): object => ({
  RequestType,
  ResponseURL,
  StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Aerofault/1',
  RequestId: 'request-1',
  ResourceType: 'Custom::AerofaultDeleteGuard',
  LogicalResourceId: 'DeleteGuard',
  ResourceProperties: { ServiceToken: 'arn:aws:lambda:…' },
  ...more,
});
const of = (remainingMs: number): object => ({ getRemainingTimeInMillis: () => remainingMs });
const inTime = of(120_000);
const letGo = async (): Promise<void> => {};
const keep = async (): Promise<void> => {
  throw new Error('Cannot delete the stack as every run must be over: found run k3x9');
};

const keepAtLength = async (): Promise<void> => {
  throw new Error('é'.repeat(5_000));
};

const ids = {
  StackId: 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Aerofault/1',
  RequestId: 'request-1',
  LogicalResourceId: 'DeleteGuard',
};

describe('the guard answers CloudFormation', () => {
  test.each(['Create', 'Update'])('%s with success, and does nothing', async (type) => {
    let asked = 0;
    const handler = guardHandler(async () => void (asked += 1));
    await handler(request(type, await responseUrl(200)), inTime);

    expect(puts).toEqual([
      {
        method: 'PUT',
        type: '',
        answer: { Status: 'SUCCESS', ...ids, PhysicalResourceId: 'delete-guard' },
      },
    ]);
    expect(asked).toBe(0);
  });

  test('Delete with success once everything is restored, under the id it had', async () => {
    const event = request('Delete', await responseUrl(200), { PhysicalResourceId: 'mine' });
    await guardHandler(letGo)(event, inTime);

    expect(puts.map(({ answer }) => answer)).toEqual([
      { Status: 'SUCCESS', ...ids, PhysicalResourceId: 'mine' },
    ]);
  });

  test('Delete with failure and the reason where a run is left', async () => {
    await guardHandler(keep)(request('Delete', await responseUrl(200)), inTime);

    expect(puts.map(({ answer }) => answer)).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringContaining('found run k3x9') },
    ]);
  });

  test('with failure before the Lambda ends, and then awaits what it began', async () => {
    const url = await responseUrl(200);
    let ended = 0;
    const slow = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      ended = puts.length;
    };
    await guardHandler(slow)(request('Delete', url), of(15_100));

    expect(puts.map(({ answer }) => answer)).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringContaining('found that out of time') },
    ]);
    expect(ended, 'answered while it was still under way').toBe(1);
  });

  test('again where the answer was not taken', async () => {
    await guardHandler(letGo)(request('Delete', await responseUrl(503, 500, 200)), inTime);
    expect(puts).toHaveLength(3);
  });

  test('in less than it may say', async () => {
    await guardHandler(keepAtLength)(request('Delete', await responseUrl(200)), inTime);
    expect(Buffer.byteLength(JSON.stringify(puts[0]?.answer))).toBeLessThan(4_096);
  });

  test('even where its own environment is wrong', async () => {
    const handler = making({});
    await handler(request('Create', await responseUrl(200)), inTime);
    await handler(request('Delete', await responseUrl(200)), inTime);

    expect(puts.map(({ answer }) => answer)).toMatchObject([
      { Status: 'FAILED', Reason: expect.stringContaining('JOURNAL_TABLE') },
    ]);
  });
});
