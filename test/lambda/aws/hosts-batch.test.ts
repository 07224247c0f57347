/**
 * What is asked of several instances in the same moment: one command for up to fifty, each judged alone. See
 * hosts.test.ts for one instance.
 */
import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ssmHosts } from '../../../lambda/aws/hosts.ts';
import { scriptDocuments } from './script-documents.ts';
import { httpFake, json, jsonError, jsonIn, quickClock } from './http-fake.ts';
import type { Asked, HttpFake, Reply } from './http-fake.ts';

let fake: HttpFake | undefined;
let clock = quickClock();

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function hostsOn(answer: (request: Asked) => Reply) {
  fake = await httpFake(answer);
  clock = quickClock();
  const connection = { ...fake.connection, requestMs: 400 };
  return ssmHosts(connection, { documents: scriptDocuments, clock });
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;

const Order = z.object({
  InstanceIds: z.array(z.string()),
  DocumentName: z.string(),
  DocumentVersion: z.string().optional(),
  Parameters: z.record(z.string(), z.array(z.string())),
});
type Order = z.infer<typeof Order>;

/** SSM with a script that succeeds at once: what it was sent, and which calls it was asked. */
function obliging(answerFor: (id: string, order: Order) => Record<string, unknown> = succeeds) {
  const orders: Order[] = [];
  const answer = (request: Asked): Reply => {
    if (request.action === 'SendCommand') {
      orders.push(Order.parse(jsonIn(request)));
      return json({ Command: { CommandId: `c-${orders.length - 1}` } });
    }
    const order = orders[Number(String(jsonIn(request)['CommandId']).slice(2))]!;
    if (request.action === 'GetCommandInvocation') {
      const id = String(jsonIn(request)['InstanceId']);
      return json({ ...alone(answerFor(id, order)) });
    }
    const ids = order.InstanceIds;
    // In two pages, so that whoever reads only the first misses half.
    const half = Math.ceil(ids.length / 2);
    const first = jsonIn(request)['NextToken'] === undefined;
    return json({
      CommandInvocations: (first ? ids.slice(0, half) : ids.slice(half)).map((id) => ({
        InstanceId: id,
        ...answerFor(id, order),
      })),
      ...(first ? { NextToken: 'n' } : {}),
    });
  };
  return { orders, answer };
}

const listed = (status: string, output: string, exitCode: number) => ({
  Status: status,
  StatusDetails: status,
  CommandPlugins: [{ Name: 'cut', Output: output, ResponseCode: exitCode }],
});
const succeeds = (id: string) => listed('Success', line({ script: 'cut', id }), 0);

/** The same invocation as GetCommandInvocation tells it. */
function alone({ CommandPlugins, ...rest }: Record<string, unknown>): object {
  const [plugin] = z
    .array(z.object({ Output: z.string(), ResponseCode: z.int() }))
    .parse(CommandPlugins);
  return {
    ...rest,
    ResponseCode: plugin!.ResponseCode,
    StandardOutputContent: plugin!.Output.split('\n----------ERROR-------\n')[0],
  };
}

const named = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `i-${index}`);
const asks = (action: string): number =>
  fake!.asked.filter((request) => request.action === action).length;

describe('run(), asked for several instances in the same moment', () => {
  const options = { parameters: { RunId: 'r1' }, waitSeconds: 20 };

  test('is one command for every fifty, and one question a page, however many hosts', async () => {
    const { orders, answer } = obliging();
    const hosts = await hostsOn(answer);

    const replies = await Promise.all(named(120).map((id) => hosts.run(id, 'cut', options)));

    expect(orders.map(({ InstanceIds }) => InstanceIds.length)).toEqual([50, 50, 20]);
    expect(orders.flatMap(({ InstanceIds }) => InstanceIds)).toEqual(named(120));
    expect(replies).toEqual(
      named(120).map((id) => ({ kind: 'answered', exitCode: 0, json: { script: 'cut', id } })),
    );
    expect(asks('ListCommandInvocations')).toBe(6);
    expect(asks('GetCommandInvocation')).toBe(0);
  });

  test('keeps apart what has another script, other parameters or another version', async () => {
    const { orders, answer } = obliging();
    const hosts = await hostsOn(answer);
    const other = { ...options, parameters: { RunId: 'r2' } };

    await Promise.all([
      hosts.run('i-1', 'cut', options),
      hosts.run('i-2', 'cut', other),
      hosts.run('i-3', 'probe', options),
      hosts.run('i-4', 'cut', { ...options, document: { version: '7' } }),
      hosts.run('i-5', 'cut', { ...options, waitSeconds: 3 }),
    ]);

    expect(
      orders.map((order) => [order.DocumentName, order.DocumentVersion, ...order.InstanceIds]),
    ).toEqual([
      ['Cut', undefined, 'i-1', 'i-5'],
      ['Cut', undefined, 'i-2'],
      ['Probe', undefined, 'i-3'],
      ['Cut', '7', 'i-4'],
    ]);
  });

  test('what is asked for later goes out by itself', async () => {
    const { orders, answer } = obliging();
    const hosts = await hostsOn(answer);
    await hosts.run('i-1', 'cut', options);
    await hosts.run('i-1', 'cut', options);

    expect(orders).toHaveLength(2);
  });

  test('one instance asked for twice runs it once, and both hear of it', async () => {
    const { orders, answer } = obliging();
    const hosts = await hostsOn(answer);
    const replies = await Promise.all([1, 2].map(() => hosts.run('i-1', 'cut', options)));

    expect(orders.map(({ InstanceIds }) => InstanceIds)).toEqual([['i-1']]);
    expect(replies.map(({ kind }) => kind)).toEqual(['answered', 'answered']);
  });

  test('every instance is judged alone', async () => {
    const refused = { script: 'cut', outcome: 'refused' };
    const complaint = '\n----------ERROR-------\nfailed to run commands: exit status 3';
    const ends: Record<string, Record<string, unknown>> = {
      'i-0': succeeds('i-0'),
      'i-1': listed('Failed', `${line(refused)}${complaint}`, 3),
      'i-2': { ...listed('TimedOut', '', -1), StatusDetails: 'DeliveryTimedOut' },
      'i-3': { ...listed('Failed', '', -1), StatusDetails: 'Undeliverable' },
      'i-4': listed('Cancelled', line({ script: 'cut' }), 0),
      'i-5': { ...listed('Failed', line({ script: 'cut' }), -1), StatusDetails: 'Terminated' },
      'i-6': listed('InProgress', '', -1),
    };
    const hosts = await hostsOn(obliging((id) => ends[id]!).answer);
    const replies = await Promise.all(
      Object.keys(ends).map((id) => hosts.run(id, 'cut', { ...options, waitSeconds: 3 })),
    );

    expect(replies[1]).toEqual({ kind: 'answered', exitCode: 3, json: refused });
    expect(replies.map(({ kind }) => kind)).toEqual([
      'answered',
      'answered',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
    ]);
  });

  test('whoever has ended is told at once, not when the slowest has', async () => {
    const hosts = await hostsOn(
      obliging((id) => (id === 'i-0' ? succeeds(id) : listed('InProgress', '', -1))).answer,
    );
    const ends: string[] = [];
    await Promise.all(
      named(2).map(async (id) => {
        await hosts.run(id, 'cut', options);
        ends.push(`${id} after ${Math.round(sumOf(clock.slept) / 1000)} s`);
      }),
    );

    expect(ends).toEqual(['i-0 after 0 s', 'i-1 after 20 s']);
  });

  test('asks by itself for a line that the list cuts short', async () => {
    const whole = { script: 'cut', long: 'x'.repeat(3_000) };
    const { answer } = obliging((id) =>
      listed('Success', id === 'i-0' ? line(whole) : line({ script: 'cut' }), 0),
    );
    const hosts = await hostsOn((request) => {
      const reply = answer(request);
      if (request.action !== 'ListCommandInvocations' || typeof reply === 'string') return reply;
      return {
        ...reply,
        body: reply.body.replaceAll(/x{3000}\\"\}\\n/g, 'xx---Output truncated---'),
      };
    });
    const [first] = await Promise.all(named(2).map((id) => hosts.run(id, 'cut', options)));

    expect(first).toEqual({ kind: 'answered', exitCode: 0, json: whole });
    expect(asks('GetCommandInvocation')).toBe(1);
  });

  test('goes on asking while the list lacks some of them', async () => {
    let lists = 0;
    const { answer } = obliging();
    const hosts = await hostsOn((request) => {
      if (request.action !== 'ListCommandInvocations') return answer(request);
      lists += 1;
      return lists < 3 ? json({ CommandInvocations: [] }) : answer(request);
    });
    const replies = await Promise.all(named(3).map((id) => hosts.run(id, 'cut', options)));

    expect(replies.map(({ kind }) => kind)).toEqual(['answered', 'answered', 'answered']);
  });

  test.each(['InvalidInstanceId', 'AccessDeniedException'])(
    'one that SSM declines with %s does not keep it from the others',
    async (code) => {
      const { orders, answer } = obliging();
      const hosts = await hostsOn((request) =>
        request.action === 'SendCommand' && Order.parse(jsonIn(request)).InstanceIds.includes('i-5')
          ? jsonError(code)
          : answer(request),
      );
      const replies = await Promise.all(named(12).map((id) => hosts.run(id, 'cut', options)));

      expect(replies.map(({ kind }) => kind)).toEqual(
        named(12).map((id) => (id === 'i-5' ? 'refused' : 'answered')),
      );
      expect(orders.flatMap(({ InstanceIds }) => InstanceIds)).toHaveLength(11);
      expect(asks('SendCommand')).toBeLessThan(12);
    },
  );

  test.each([
    ['ThrottlingException', jsonError('ThrottlingException'), 'refused'],
    ['InternalServerError', jsonError('InternalServerError', 500), 'unknown'],
    ['a cut connection', 'drop', 'unknown'],
  ] as const)(
    '%s from SendCommand is the answer of all, and it is sent once',
    async (_, reply, kind) => {
      const hosts = await hostsOn(() => reply);
      const replies = await Promise.all(named(3).map((id) => hosts.run(id, 'cut', options)));

      expect(replies.map((one) => one.kind)).toEqual([kind, kind, kind]);
      expect(fake!.asked).toHaveLength(1);
    },
  );
});

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0);
