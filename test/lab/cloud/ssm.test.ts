/** Long, for it is the life of a command from SendCommand to its results, on one endpoint that every test starts anew. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CancelCommandCommand,
  DescribeDocumentCommand,
  DescribeInstanceInformationCommand,
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  GetCommandInvocationCommand,
  ListCommandInvocationsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { SendCommandCommandInput } from '@aws-sdk/client-ssm';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSsm } from '../../../lab/cloud/ssm.ts';
import type { Ssm } from '../../../lab/cloud/ssm.ts';
import { greetContent } from '../assembly/tiny-app.ts';
import { labClient, until } from './until.ts';

let ssm: Ssm;
let client: SSMClient;

beforeEach(async () => {
  const documents = [{ logicalId: 'Greet', name: 'greet', content: greetContent }];
  ssm = await startSsm({ host: '127.0.0.1', port: 0, documents });
  client = new SSMClient({ ...labClient, endpoint: ssm.url });
});

afterEach(async () => {
  client.destroy();
  await ssm.close();
});

/** An agent that polls once, and is gone as soon as it has been heard. */
async function pollOnce(instanceId: string): Promise<void> {
  const body = JSON.stringify({ instanceId, agentVersion: '3.3.2746.0', free: 5, killed: [] });
  const gone = new AbortController();
  const init = { method: 'POST', body, signal: gone.signal };
  const polling = fetch(`${ssm.url}/agent/poll`, init).catch(() => {});
  await until(() => ssm.instances().some((one) => one.instanceId === instanceId));
  gone.abort();
  await polling;
}

function tell(route: string, body: object): Promise<unknown> {
  const init = { method: 'POST', body: JSON.stringify(body) };
  return fetch(`${ssm.url}/agent/${route}`, init).then((response) => response.json());
}

async function send(more: Partial<SendCommandCommandInput> = {}): Promise<string> {
  const { Command } = await client.send(
    new SendCommandCommand({
      InstanceIds: ['i-1'],
      DocumentName: 'greet',
      Parameters: { word: ['world'] },
      TimeoutSeconds: 30,
      ...more,
    }),
  );
  return Command!.CommandId!;
}

const read = (CommandId: string) =>
  client.send(new GetCommandInvocationCommand({ CommandId, InstanceId: 'i-1' }));

const named = (name: string) => ({ name });

const describeGreet = () => client.send(new DescribeDocumentCommand({ Name: 'greet' }));

const describeWith = (more = {}) => client.send(new DescribeInstanceInformationCommand(more));

describe('SendCommand', () => {
  test('refuses an instance whose agent has never spoken', async () => {
    await expect(send()).rejects.toMatchObject(named('InvalidInstanceId'));
    await pollOnce('i-1');
    await expect(send({ InstanceIds: ['i-1', 'i-2'] })).rejects.toMatchObject(
      named('InvalidInstanceId'),
    );
    expect(ssm.invocations()).toEqual([]);
  });

  test.each([
    ['a value outside the pattern', { Parameters: { word: ['$(reboot)'] } }, 'InvalidParameters'],
    [
      'a parameter the document has not',
      { Parameters: { word: ['a'], x: ['b'] } },
      'InvalidParameters',
    ],
    ['a missing parameter', { Parameters: {} }, 'InvalidParameters'],
    ['two values for one', { Parameters: { word: ['a', 'b'] } }, 'InvalidParameters'],
    ['a document that is not there', { DocumentName: 'gone' }, 'InvalidDocument'],
    ['a version that is not there', { DocumentVersion: '7' }, 'InvalidDocumentVersion'],
    ['a timeout below 30 seconds', { TimeoutSeconds: 5 }, 'ValidationException'],
  ])('refuses %s', async (_, more, error) => {
    await pollOnce('i-1');

    await expect(send(more)).rejects.toMatchObject(named(error));
    expect(ssm.invocations()).toEqual([]);
  });

  test('can lose its answer after the command is on its way', async () => {
    await pollOnce('i-1');
    ssm.misbehave('SendCommand', { kind: 'lose-answer' });

    await expect(send()).rejects.toThrow();
    expect(ssm.invocations()).toHaveLength(1);
  });
});

describe('a command for several instances', () => {
  const all = Array.from({ length: 7 }, (_, index) => `i-${index + 1}`);
  const step = { name: 'greet', status: 'Success', exitCode: 0, startedAt: 1_000, endedAt: 2_000 };
  const ends = async (instanceId: string, commandId: string, more = {}): Promise<void> => {
    await tell('acknowledge', { instanceId, commandId });
    const steps = [{ ...step, stdout: `${instanceId}\n`, stderr: '', ...more }];
    await tell('result', { instanceId, commandId, steps });
  };

  test('is one command with an invocation each, which end each by itself', async () => {
    await Promise.all(all.map(pollOnce));
    const CommandId = await send({ InstanceIds: all, MaxConcurrency: '100%', MaxErrors: '100%' });
    await ends('i-2', CommandId);
    await ends('i-3', CommandId, { status: 'Failed', exitCode: 3, stderr: 'no' });
    const list = new ListCommandInvocationsCommand({ CommandId, Details: true });
    const { CommandInvocations = [] } = await client.send(list);
    const found = new Map(CommandInvocations.map((one) => [one.InstanceId, one]));

    expect(new Set(found.keys())).toEqual(new Set(all));
    expect(found.get('i-1')).toMatchObject({ Status: 'Pending' });
    expect(found.get('i-2')).toMatchObject({
      Status: 'Success',
      CommandPlugins: [{ ResponseCode: 0, Output: 'i-2\n' }],
    });
    expect(found.get('i-3')).toMatchObject({
      Status: 'Failed',
      CommandPlugins: [{ ResponseCode: 3, Output: 'i-3\n\n----------ERROR-------\nno' }],
    });
  });

  test('is listed in pages, and no more than fifty are taken', async () => {
    await Promise.all(all.map(pollOnce));
    const CommandId = await send({ InstanceIds: all });
    const page = (NextToken?: string) =>
      client.send(new ListCommandInvocationsCommand({ CommandId, MaxResults: 4, NextToken }));
    const first = await page();
    const second = await page(first.NextToken);
    const ids = [first, second].flatMap(({ CommandInvocations = [] }) =>
      CommandInvocations.map(({ InstanceId }) => InstanceId),
    );

    expect(first.CommandInvocations).toHaveLength(4);
    expect(second.NextToken).toBeUndefined();
    expect(new Set(ids)).toEqual(new Set(all));
    const tooMany = Array.from({ length: 51 }, () => 'i-1');
    await expect(send({ InstanceIds: tooMany })).rejects.toMatchObject(
      named('ValidationException'),
    );
  });

  test.each([{ MaxConcurrency: '0' }, { MaxConcurrency: '101%' }, { MaxErrors: 'all' }])(
    'refuses %j',
    async (more) => {
      await pollOnce('i-1');
      await expect(send(more)).rejects.toMatchObject(named('ValidationException'));
    },
  );
});

describe('the versions of a document', () => {
  const newer = { ...greetContent, description: 'Newer' };

  test('a new one is the default at once, and the old one can still be run', async () => {
    await pollOnce('i-1');
    expect((await describeGreet()).Document).toMatchObject({ DefaultVersion: '1' });
    ssm.publish('greet', newer);

    expect((await describeGreet()).Document).toMatchObject({
      DefaultVersion: '2',
      LatestVersion: '2',
      Description: 'Newer',
    });
    for (const DocumentVersion of [undefined, '1', '2', '$DEFAULT', '$LATEST']) {
      await send({ DocumentVersion });
    }
    const ran = ssm.invocations().map(({ command }) => command.document.description);
    expect(ran.toReversed().map((says) => says === 'Newer')).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
    await expect(send({ DocumentVersion: '3' })).rejects.toMatchObject(
      named('InvalidDocumentVersion'),
    );
  });

  test('of a document that is not there are none', async () => {
    const asking = client.send(new DescribeDocumentCommand({ Name: 'gone' }));
    await expect(asking).rejects.toMatchObject(named('InvalidDocument'));
  });
});

describe('a command that no agent picks up', () => {
  test('is Pending, and Delivery Timed Out after its time', async () => {
    await pollOnce('i-1');
    ssm.knobs.deliveryTimeout = 1_000;
    const id = await send({ Comment: 'run r1' });

    expect(await read(id)).toMatchObject({
      Status: 'Pending',
      ResponseCode: -1,
      Comment: 'run r1',
    });
    await until(async () => (await read(id)).Status !== 'Pending');
    expect(await read(id)).toMatchObject({ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' });
    expect(await tell('acknowledge', { instanceId: 'i-1', commandId: id })).toEqual({ run: false });
  });

  test('can still be delivered late, which nobody is told', async () => {
    await pollOnce('i-1');
    Object.assign(ssm.knobs, { deliveryTimeout: 50, deliverLate: true });
    const id = await send();
    await until(async () => (await read(id)).Status === 'TimedOut');

    expect(await tell('acknowledge', { instanceId: 'i-1', commandId: id })).toEqual({ run: true });
    await tell('result', { instanceId: 'i-1', commandId: id, steps: [] });
    expect(await read(id)).toMatchObject({ StatusDetails: 'DeliveryTimedOut' });
  });

  test('is Cancelled at once, and never handed out', async () => {
    await pollOnce('i-1');
    const id = await send();
    await client.send(new CancelCommandCommand({ CommandId: id }));

    expect(await read(id)).toMatchObject({ Status: 'Cancelled' });
    expect(await tell('acknowledge', { instanceId: 'i-1', commandId: id })).toEqual({ run: false });
  });
});

describe('reading results', () => {
  test('right after sending finds nothing, for as long as the knob says', async () => {
    await pollOnce('i-1');
    ssm.knobs.invisibleFor = 1_000;
    const id = await send();
    const list = new ListCommandInvocationsCommand({ CommandId: id });

    await expect(read(id)).rejects.toMatchObject(named('InvocationDoesNotExist'));
    expect((await client.send(list)).CommandInvocations).toEqual([]);
    await sleep(1_020);
    expect((await client.send(list)).CommandInvocations).toMatchObject([{ Status: 'Pending' }]);
  });

  test('cuts the output of a plugin at 2,500 characters, and at 24,000 where one asks for it', async () => {
    await pollOnce('i-1');
    const commandId = await send();
    await tell('acknowledge', { instanceId: 'i-1', commandId });
    expect(await read(commandId)).toMatchObject({ Status: 'InProgress', ResponseCode: -1 });
    const step = { name: 'greet', status: 'Failed', exitCode: 2, startedAt: 1_000, endedAt: 3_500 };
    const long = { stdout: 'o'.repeat(24_000), stderr: 'e'.repeat(100) };
    await tell('result', { instanceId: 'i-1', commandId, steps: [{ ...step, ...long }] });
    const list = new ListCommandInvocationsCommand({ CommandId: commandId, Details: true });
    const [plugin] = (await client.send(list)).CommandInvocations![0]!.CommandPlugins!;

    expect(plugin).toMatchObject({ Name: 'greet', Status: 'Failed', ResponseCode: 2 });
    expect(plugin!.Output).toHaveLength(2_500);
    expect(plugin!.Output).toContain('---Output truncated---');
    expect(plugin!.Output).toMatch(/-ERROR-+\ne{100}$/);
    expect(plugin!.ResponseStartDateTime).toEqual(new Date(1_000));
    const { StandardOutputContent, ResponseCode } = await read(commandId);
    expect([StandardOutputContent!.length, ResponseCode]).toEqual([24_000, 2]);
  });
});

describe('DescribeInstanceInformation', () => {
  test('comes in pages of ten, and by instance id', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `i-${index + 1}`);
    await Promise.all(ids.map(pollOnce));
    const first = await describeWith();
    const second = await describeWith({ NextToken: first.NextToken });
    const one = await describeWith({ Filters: [{ Key: 'InstanceIds', Values: ['i-7'] }] });

    expect(first.InstanceInformationList).toHaveLength(10);
    expect(second.InstanceInformationList).toHaveLength(2);
    expect(second.NextToken).toBeUndefined();
    expect(one.InstanceInformationList).toMatchObject([
      { InstanceId: 'i-7', PingStatus: 'Online', AgentVersion: '3.3.2746.0' },
    ]);
  });

  test('shows an agent that is silent for too long as lost, and its commands can be refused', async () => {
    await pollOnce('i-1');
    ssm.knobs.silentAfter = 100;
    await sleep(120);
    const { InstanceInformationList } = await describeWith();

    expect(InstanceInformationList).toMatchObject([{ PingStatus: 'ConnectionLost' }]);
    await send();
    ssm.knobs.refuseSilent = true;
    await expect(send()).rejects.toMatchObject(named('InvalidInstanceId'));
  });
});

const asking = () => client.send(new GetParameterCommand({ Name: '/aerofault/freeze' }));

test('a parameter is what it was set to, and ParameterNotFound where it is not', async () => {
  await expect(asking()).rejects.toMatchObject({ name: 'ParameterNotFound' });
  ssm.setParameter('/aerofault/freeze', 'release week');
  expect((await asking()).Parameter?.Value).toBe('release week');
  ssm.setParameter('/aerofault/freeze', undefined);
  await expect(asking()).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

test('a parameter is put, over another only where that is said, and deleted once', async () => {
  const Name = '/aerofault/freeze';
  const put = (more: object) =>
    client.send(new PutParameterCommand({ Name, Value: 'release week', ...more }));
  await expect(put({})).rejects.toMatchObject({ name: 'ValidationException' });
  const before = Date.now();
  await put({ Type: 'String' });
  const { Parameter } = await asking();

  expect(Parameter).toMatchObject({ Value: 'release week', Type: 'String', Version: 1 });
  expect(Parameter!.LastModifiedDate!.getTime()).toBeGreaterThanOrEqual(before);
  await expect(put({ Type: 'String' })).rejects.toMatchObject({ name: 'ParameterAlreadyExists' });
  expect(await put({ Value: 'on', Overwrite: true })).toMatchObject({ Version: 2 });
  const gone = () => client.send(new DeleteParameterCommand({ Name }));
  await gone();
  await expect(gone()).rejects.toMatchObject({ name: 'ParameterNotFound' });
});
