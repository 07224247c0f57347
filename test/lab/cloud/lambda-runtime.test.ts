import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import * as z from 'zod';
import type { AssemblyFunction } from '../../../lab/assembly/assembly.ts';
import type { LogLine } from '../../../lab/cloud/child-lines.ts';
import { startLambdas } from '../../../lab/cloud/lambda-runtime.ts';
import type { InvokeResult, LambdaRuntime } from '../../../lab/cloud/lambda-runtime.ts';
import { workerSource } from '../assembly/tiny-app.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { until } from './until.ts';

const lines: LogLine[] = [];
const log = (line: LogLine): void => void lines.push(line);
let lambdas: LambdaRuntime;
afterEach(() => lambdas.close());

async function startWith(source: string): Promise<void> {
  const directory = temporaryFolder('bundle-');
  writeFileSync(join(directory, 'index.mjs'), source);
  const worker: AssemblyFunction = {
    logicalId: 'Worker',
    name: 'worker',
    arn: 'arn:aws:lambda:eu-west-1:000000000000:function:worker',
    directory,
    handler: 'index.handler',
    environment: { TABLE: 'journal', GIVEN: 'weaker' },
    timeoutSeconds: 1,
    memoryMegabytes: 128,
    sha256: '',
  };
  lambdas = await startLambdas([worker], { environment: { GIVEN: 'stronger' }, log });
}

const Answer = z.object({
  payload: z.looseObject({ calls: z.int(), pid: z.int(), left: z.number() }),
});
const containing = (text: string): unknown => expect.stringContaining(text);
const answerOf = (result: InvokeResult) => Answer.parse(result).payload;

test('one process serves one invocation after another, with the variables of the template and the lab', async () => {
  await startWith(workerSource);
  const first = answerOf(await lambdas.invoke('worker', { does: 'work' }));
  const second = answerOf(
    await lambdas.invoke('arn:aws:lambda:eu-west-1:000000000000:function:worker:live', {}),
  );

  expect(first).toMatchObject({
    event: { does: 'work' },
    functionName: 'worker',
    table: 'journal',
    region: 'eu-west-1',
    given: 'stronger',
  });
  expect(first).not.toHaveProperty('home');
  expect(first.left).toBeLessThanOrEqual(1_000);
  expect(second).toMatchObject({ calls: 2, pid: first.pid });
  // What is printed comes by another way than the answer, sometimes later.
  await until(() => lines.some(({ source, line }) => source === 'worker' && line === 'call 2'));
});

test('a second invocation at the same time gets a process of its own', async () => {
  await startWith(workerSource);
  const event = { does: 'sleep', milliseconds: 100 };
  const [one, other] = await Promise.all([
    lambdas.invoke('worker', event),
    lambdas.invoke('worker', event),
  ]);

  expect(answerOf(one).pid).not.toBe(answerOf(other).pid);
});

test('a process that takes too long is killed, and the next invocation starts another', async () => {
  await startWith(workerSource);
  const { pid } = answerOf(await lambdas.invoke('worker', {}));
  const late = await lambdas.invoke('worker', { does: 'sleep', milliseconds: 60_000 });

  expect(late).toMatchObject({
    errorType: 'Sandbox.Timedout',
    errorMessage: containing('Task timed out after 1.00 seconds'),
  });
  const next = answerOf(await lambdas.invoke('worker', {}));
  expect(next.pid).not.toBe(pid);
  expect(next.calls).toBe(1);
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('what a handler throws keeps its name', async () => {
  await startWith(workerSource);

  expect(await lambdas.invoke('worker', { does: 'refuse' })).toMatchObject({
    errorType: 'Refused',
    errorMessage: 'too few nodes',
  });
});

test('a process that dies, a bundle that does not load and an unknown function are errors of Lambda', async () => {
  await startWith(workerSource);
  expect(await lambdas.invoke('worker', { does: 'die' })).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: containing('exit status 3'),
  });
  expect(await lambdas.invoke('nobody', {})).toHaveProperty(
    'errorType',
    'Lambda.ResourceNotFoundException',
  );
  await lambdas.close();
  await startWith('throw new RangeError("no good");');

  expect(await lambdas.invoke('worker', {})).toMatchObject({ errorType: 'RangeError' });
});

test('an answer can be lost after the work was done, and an invocation before', async () => {
  await startWith(workerSource);
  lambdas.misbehave('worker', { kind: 'lose-answer' });
  lambdas.misbehave('worker', { kind: 'lose-request' });
  const failed = { errorType: 'Lambda.ServiceException' };

  expect(await lambdas.invoke('worker', {})).toMatchObject(failed);
  expect(await lambdas.invoke('worker', {})).toMatchObject(failed);
  expect(answerOf(await lambdas.invoke('worker', {})).calls).toBe(2);
});

test('the front door answers over HTTP', async () => {
  await startWith(workerSource);
  const body = JSON.stringify({ does: 'work' });
  const response = await fetch(`${lambdas.url}/lambda/worker`, { method: 'POST', body });

  expect(await response.json()).toMatchObject({ payload: { event: { does: 'work' } } });
});

test('who serves can be killed in flight; who is idle is not among them', async () => {
  await startWith(workerSource);
  const idle = answerOf(await lambdas.invoke('worker', {}));
  expect(lambdas.busy()).toEqual([]);
  const killed = lambdas.invoke('worker', { does: 'sleep', milliseconds: 900 });
  await until(() => lambdas.busy().length === 1);
  const [one] = lambdas.busy();
  await one?.kill();

  expect(one?.functionName).toBe('worker');
  expect(await killed).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(lambdas.busy()).toEqual([]);
  expect(answerOf(await lambdas.invoke('worker', {})).pid).not.toBe(idle.pid);
});

test('a process is weighed after a collection: what it holds counts, what it dropped does not', async () => {
  await startWith(`
    const held = [];
    export async function handler({ keep, drop }) {
      if (keep) held.push(new Array(keep * 131072).fill(0.5));
      if (drop) new Array(drop * 131072).fill(0.5);
    }
  `);
  expect(await lambdas.weigh()).toEqual([]);
  await lambdas.invoke('worker', {});
  const [{ heapMb: empty } = { heapMb: 0 }] = await lambdas.weigh();
  await lambdas.invoke('worker', { drop: 16 });
  const [dropped] = await lambdas.weigh();
  await lambdas.invoke('worker', { keep: 16 });
  const [kept] = await lambdas.weigh();

  expect(empty).toBeGreaterThan(1);
  expect(dropped).toEqual({ functionName: 'worker', heapMb: expect.closeTo(empty, 0) });
  expect(kept).toEqual({ functionName: 'worker', heapMb: expect.closeTo(empty + 16, 0) });
});
