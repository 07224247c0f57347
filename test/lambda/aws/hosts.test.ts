import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { ssmHosts } from '../../../lambda/aws/hosts.ts';
import type { HostReply } from '../../../lambda/gateways.ts';
import { scriptDocuments } from './script-documents.ts';
import { httpFake, json, jsonError, jsonIn, quickClock } from './http-fake.ts';
import type { Asked, HttpFake, Reply } from './http-fake.ts';

/**
 * Statuses: Systems Manager user guide, "Understanding command statuses"; errors: the API reference of
 * SendCommand, GetCommandInvocation and DescribeInstanceInformation.
 */

const sentCommand = json({ Command: { CommandId: 'c-1' } });

let fake: HttpFake | undefined;
let clock = quickClock();

afterEach(async () => {
  await fake?.stop();
  fake = undefined;
});

async function hostsOn(answer: (request: Asked, count: number) => Reply) {
  fake = await httpFake(answer);
  clock = quickClock();
  const connection = { ...fake.connection, requestMs: 400 };
  return ssmHosts(connection, { documents: scriptDocuments, clock });
}

/** Runs a cut whose invocation is each of these in turn, the last one again and again. */
async function run(invocations: readonly Reply[], waitSeconds = 20): Promise<HostReply> {
  const hosts = await hostsOn(({ action }, count) =>
    action === 'SendCommand'
      ? sentCommand
      : invocations[Math.min(count - 2, invocations.length - 1)]!,
  );
  return hosts.run('i-1', 'cut', { parameters: { RunId: 'r1' }, waitSeconds });
}

function invocation(status: string, change: Record<string, unknown> = {}): Reply {
  return json({
    Status: status,
    StatusDetails: status,
    ResponseCode: -1,
    StandardOutputContent: '',
    ...change,
  });
}

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const success = invocation('Success', {
  ResponseCode: 0,
  StandardOutputContent: line({ script: 'cut' }),
});
const polls = () => fake!.asked.filter(({ action }) => action === 'GetCommandInvocation').length;

describe('run()', () => {
  test('sends one command to one instance, which must start within 30 s, and gives what the script said', async () => {
    const hosts = await hostsOn(({ action }) => (action === 'SendCommand' ? sentCommand : success));
    const parameters = { RunId: 'r1', Ports: '3001,3002' };

    const reply = await hosts.run('i-1', 'cut', { parameters, waitSeconds: 20 });

    expect(reply).toEqual({ kind: 'answered', exitCode: 0, json: { script: 'cut' } });
    expect(jsonIn(fake!.asked[0]!)).toEqual({
      DocumentName: 'Cut',
      InstanceIds: ['i-1'],
      Parameters: { RunId: ['r1'], Ports: ['3001,3002'] },
      TimeoutSeconds: 30,
      MaxConcurrency: '100%',
      MaxErrors: '100%',
      Comment: 'aerofault cut r1',
    });
    expect(jsonIn(fake!.asked[1]!)).toEqual({ CommandId: 'c-1', InstanceId: 'i-1' });
  });

  test('gives the exit code of a script that refused', async () => {
    const said = { script: 'cut', outcome: 'refused' };
    const reply = await run([
      invocation('Failed', { ResponseCode: 3, StandardOutputContent: line(said) }),
    ]);
    expect(reply).toEqual({ kind: 'answered', exitCode: 3, json: said });
  });

  test('asks soon at first and then less often, past "does not exist" (GetCommandInvocation is eventually consistent)', async () => {
    const waiting = Array.from({ length: 5 }, () => invocation('InProgress'));
    const reply = await run([
      jsonError('InvocationDoesNotExist'),
      invocation('Pending'),
      ...waiting,
      success,
    ]);
    expect(reply.kind).toBe('answered');
    expect(clock.slept).toEqual([25, 300, 500, 800, 1_200, 2_000, 2_000, 2_000]);
  });

  test('goes on asking past throttling, a 5xx, a cut connection and silence', async () => {
    const reply = await run([
      jsonError('ThrottlingException'),
      jsonError('InternalServerError', 500),
      'drop',
      'hang',
      success,
    ]);
    expect(reply.kind).toBe('answered');
    expect(polls()).toBe(5);
  }, 15_000);

  test('stops at waitSeconds, and what is still going on is unknown', async () => {
    const reply = await run([invocation('InProgress')], 3);
    expect(reply).toEqual({
      kind: 'unknown',
      reason: 'SSM command c-1 has not ended in time: InProgress',
    });
    // What it waited for company counts.
    expect(clock.slept.reduce((sum, one) => sum + one, 0)).toBe(3_000);
  });

  test('stops at once when it may not ask', async () => {
    const reply = await run([jsonError('AccessDeniedException')]);
    expect(reply.kind).toBe('unknown');
    expect(polls()).toBe(1);
  });

  const json3 = { ResponseCode: 0, StandardOutputContent: line({ script: 'cut' }) };
  const unclear: readonly [string, Reply][] = [
    [
      'Delivery Timed Out: the script may have run',
      invocation('TimedOut', { StatusDetails: 'Delivery Timed Out' }),
    ],
    [
      'Execution Timed Out, even with a line',
      invocation('TimedOut', { StatusDetails: 'Execution Timed Out', ...json3 }),
    ],
    ['Undeliverable', invocation('Failed', { StatusDetails: 'Undeliverable' })],
    ['Terminated', invocation('Failed', { StatusDetails: 'Terminated' })],
    ['Cancelled, even with a line', invocation('Cancelled', json3)],
    ['a status never heard of', invocation('Melted', json3)],
    ['no status at all', json({})],
    ['success without a line', invocation('Success', { ResponseCode: 0 })],
    ['a failure without a line (killed: 137)', invocation('Failed', { ResponseCode: 137 })],
    [
      'two lines',
      invocation('Success', { ResponseCode: 0, StandardOutputContent: `${line({})}${line({})}` }),
    ],
    [
      'a line cut short',
      invocation('Success', {
        ResponseCode: 0,
        StandardOutputContent: '{"script":"cu--output truncated--',
      }),
    ],
    [
      'a line that is no object',
      invocation('Success', { ResponseCode: 0, StandardOutputContent: '[1]' }),
    ],
    ['a line without an exit code', invocation('Success', { StandardOutputContent: line({}) })],
  ];
  test.each(unclear)('is unknown for %s', async (_name, reply) => {
    expect((await run([reply])).kind).toBe('unknown');
  });

  test('tells people what the script complained of', async () => {
    const reply = await run([
      invocation('Failed', { ResponseCode: 127, StandardErrorContent: 'sh: flock: not found\n' }),
    ]);
    expect(reply).toMatchObject({
      reason: 'SSM says Failed and no JSON line of the script counts: sh: flock: not found',
    });
  });

  const sending: readonly [string, Reply, HostReply['kind']][] = [
    ['InvalidInstanceId', jsonError('InvalidInstanceId'), 'refused'],
    ['InvalidParameters', jsonError('InvalidParameters'), 'refused'],
    ['AccessDeniedException', jsonError('AccessDeniedException'), 'refused'],
    ['ThrottlingException', jsonError('ThrottlingException'), 'refused'],
    ['InternalServerError', jsonError('InternalServerError', 500), 'unknown'],
    ['a cut connection', 'drop', 'unknown'],
    ['silence', 'hang', 'unknown'],
    ['no command id', json({}), 'unknown'],
  ];
  test.each(sending)('with %s from SendCommand', async (_name, reply, kind) => {
    const hosts = await hostsOn(() => reply);
    const said = await hosts.run('i-1', 'cut', { parameters: {}, waitSeconds: 1 });
    expect(said.kind).toBe(kind);
    expect(fake!.asked, 'it is sent once and nothing is polled').toHaveLength(1);
  });

  test('says which variable it misses for a script this Lambda was not given', async () => {
    const hosts = await hostsOn(() => sentCommand);
    await expect(hosts.run('i-1', 'sever', { parameters: {}, waitSeconds: 1 })).rejects.toThrow(
      "Cannot run script 'sever' as DOCUMENT_SEVER must be set: found nothing",
    );
  });
});

describe('versions()', () => {
  test('gives the version of each document that is default now, and its hash', async () => {
    const hosts = await hostsOn((request) =>
      jsonIn(request)['Name'] === 'Cut'
        ? json({ Document: { DefaultVersion: '4', Hash: 'abc', HashType: 'Sha256' } })
        : json({ Document: { DefaultVersion: '12', Hash: 'old', HashType: 'Sha1' } }),
    );

    expect(await hosts.versions(['cut', 'xdr'])).toEqual({
      cut: { version: '4', hash: 'abc' },
      xdr: { version: '12' },
    });
    expect(await hosts.versions([])).toEqual({});
  });

  test('throws where a version cannot be known, rather than choose none', async () => {
    const hosts = await hostsOn(() => json({ Document: {} }));
    await expect(hosts.versions(['cut'])).rejects.toThrow(
      'Cannot choose a version of Cut as SSM must name its default: found none',
    );
  });
});

const info = (id: string, PingStatus = 'Online') => ({
  InstanceId: id,
  PingStatus,
  AgentVersion: '3.3.2746.0',
});
const Question = z.object({ Filters: z.tuple([z.object({ Values: z.array(z.string()) })]) });
const asksFor = (request: Asked): string[] => Question.parse(jsonIn(request)).Filters[0].Values;

describe('online()', () => {
  test('gives those whose agent answers, of all pages', async () => {
    const hosts = await hostsOn(({ body }) =>
      jsonIn({ body })['NextToken'] === undefined
        ? json({
            InstanceInformationList: [info('i-1'), info('i-2', 'ConnectionLost')],
            NextToken: 'n',
          })
        : json({ InstanceInformationList: [info('i-3')] }),
    );
    expect(await hosts.online(['i-1', 'i-2', 'i-3', 'i-4'])).toEqual(new Set(['i-1', 'i-3']));
    expect(jsonIn(fake!.asked[0]!)).toEqual({
      Filters: [{ Key: 'InstanceIds', Values: ['i-1', 'i-2', 'i-3', 'i-4'] }],
      MaxResults: 50,
    });
  });

  test('asks for fifty at a time, and for none not at all', async () => {
    const hosts = await hostsOn((request) =>
      json({ InstanceInformationList: asksFor(request).map((id) => info(id)) }),
    );
    const ids = Array.from({ length: 120 }, (_, index) => `i-${index}`);
    expect(await hosts.online([])).toEqual(new Set());
    expect(fake!.asked).toHaveLength(0);
    expect(await hosts.online(ids)).toEqual(new Set(ids));
    expect(fake!.asked.map((one) => asksFor(one).length)).toEqual([50, 50, 20]);
  });

  test('does not lose the others to one that SSM rejects (DescribeInstanceInformation, InvalidInstanceId)', async () => {
    const hosts = await hostsOn((request) => {
      const ids = asksFor(request);
      if (ids.includes('i-gone')) return jsonError('InvalidInstanceId');
      return json({ InstanceInformationList: ids.map((id) => info(id)) });
    });
    expect(await hosts.online(['i-1', 'i-gone', 'i-2'])).toEqual(new Set(['i-1', 'i-2']));
  });

  test('agents() gives their versions', async () => {
    const hosts = await hostsOn(() =>
      json({ InstanceInformationList: [info('i-1'), info('i-2', 'ConnectionLost')] }),
    );
    expect(await hosts.agents(['i-1', 'i-2'])).toEqual(new Map([['i-1', '3.3.2746.0']]));
  });

  test('throws when it may not ask, rather than call all of them offline', async () => {
    const hosts = await hostsOn(() => jsonError('AccessDeniedException'));
    await expect(hosts.online(['i-1'])).rejects.toThrow(/AccessDenied/);
  });
});
