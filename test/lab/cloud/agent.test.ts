import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import * as z from 'zod';
import { startEndpoint } from '../../../lab/cloud/endpoint.ts';
import { startSsm } from '../../../lab/cloud/ssm.ts';
import type { Ssm } from '../../../lab/cloud/ssm.ts';
import { startAgent } from './agent-process.ts';
import type { AgentProcess } from './agent-process.ts';
import { startProxy } from './cuttable-proxy.ts';
import { labClient, until } from './until.ts';
import { temporaryFolder } from './temporary-folder.ts';

const script = (name: string, ...runCommand: string[]) => ({
  logicalId: name,
  name,
  content: {
    schemaVersion: '2.2',
    parameters: {
      word: {
        type: 'String',
        default: 'x',
        interpolationType: 'ENV_VAR',
        allowedPattern: '^[a-z/A-Z0-9.-]*$',
      },
      plain: { type: 'String', default: 'y' },
    },
    mainSteps: [
      { action: 'aws:runShellScript', name: 'run', inputs: { timeoutSeconds: '5', runCommand } },
    ],
  },
});

const documents = [
  script('greet', 'echo "hello $SSM_word and {{ plain }} of $SSM_COMMAND_ID"'),
  script('fail', 'echo out', 'echo err >&2', 'exit 7'),
  script('hang', 'sleep 30 & echo $! > "$SSM_word"', 'sleep 30'),
  script('background', 'sleep 2 &', 'echo done'),
  script('detached', 'sleep 2 >/dev/null 2>&1 &', 'echo done'),
  script(
    'wait',
    'echo up > "$SSM_word.up"',
    'while [ ! -e "$SSM_word.go" ]; do sleep 0.05; done',
    'echo ran > "$SSM_word"',
  ),
];

let ssm: Ssm;
let client: SSMClient;
let agent: AgentProcess;
const others: AgentProcess[] = [];

beforeAll(async () => {
  ssm = await startSsm({ host: '127.0.0.1', port: 0, documents });
  client = new SSMClient({ ...labClient, endpoint: ssm.url });
  agent = startAgent(ssm.url, 'i-1');
  await online('i-1');
});

afterAll(async () => {
  await Promise.all([agent, ...others].map((one) => one.kill()));
  client.destroy();
  await ssm.close();
});

const online = (id: string) => until(() => ssm.instances().some((one) => one.instanceId === id));
const file = () => join(temporaryFolder('agent-file-'), 'f');

async function send(DocumentName: string, word = 'x', instance = 'i-1'): Promise<string> {
  const Parameters = { word: [word], plain: ['text'] };
  const command = new SendCommandCommand({ InstanceIds: [instance], DocumentName, Parameters });
  return (await client.send(command)).Command!.CommandId!;
}

const read = (CommandId: string, InstanceId = 'i-1') =>
  client.send(new GetCommandInvocationCommand({ CommandId, InstanceId }));

const over = async (id: string, instance = 'i-1') => {
  await until(
    async () => !/Pending|InProgress|Cancelling/.test((await read(id, instance)).Status!),
  );
  return read(id, instance);
};

/** Milliseconds that a command ran. */
const took = async (id: string) => {
  await over(id);
  const { steps } = ssm.invocations().find((one) => one.command.commandId === id)!;
  return steps[0]!.endedAt - steps[0]!.startedAt;
};

/** Let a script of document `wait` end. */
const release = (path: string): void => writeFileSync(`${path}.go`, '');

/** A zombie is dead: whoever should reap it is not our business. */
const alive = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('the agent', () => {
  test('runs a script with its parameters in the environment', async () => {
    const id = await send('greet', 'world');
    const result = await over(id);

    expect(result).toMatchObject({
      Status: 'Success',
      ResponseCode: 0,
      StandardOutputContent: `hello world and text of ${id}\n`,
    });
    expect(existsSync(join(agent.folder, id, 'run', '_script.sh'))).toBe(true);
  });

  test('picks a command up within a tenth of a second', async () => {
    const waits: number[] = [];
    for (let count = 0; count < 5; count++) {
      const id = await send('greet');
      await over(id);
      const { command, steps } = ssm.invocations().find((one) => one.command.commandId === id)!;
      waits.push(steps[0]!.startedAt - command.sentAt);
    }

    // The quickest: the others may have waited for a busy machine.
    expect(Math.min(...waits)).toBeLessThan(100);
  });

  test('tells the exit code and both outputs of a script that fails', async () => {
    expect(await over(await send('fail'))).toMatchObject({
      Status: 'Failed',
      ResponseCode: 7,
      StandardOutputContent: 'out\n',
      StandardErrorContent: 'err\n\nfailed to run commands: exit status 7',
    });
  });

  test('kills the whole group of a script that is cancelled', async () => {
    const pidFile = file();
    const id = await send('hang', pidFile);
    const pid = await pidIn(pidFile);
    expect(alive(pid)).toBe(true);
    await client.send(new CancelCommandCommand({ CommandId: id, InstanceIds: ['i-1'] }));

    expect(await over(id)).toMatchObject({ Status: 'Cancelled', ResponseCode: 137 });
    expect(alive(pid)).toBe(false);
  });

  test('waits for a child in the background that holds the output, and not for one that does not', async () => {
    const [held, free] = await Promise.all([send('background'), send('detached')]);

    expect(await took(held)).toBeGreaterThanOrEqual(1_990);
    expect(await took(free)).toBeLessThan(1_500);
  });

  test('runs five commands at a time; the sixth waits undelivered', async () => {
    const files = Array.from({ length: 6 }, file);
    const ids: string[] = [];
    for (const path of files) ids.push(await send('wait', path));
    const up = () => files.filter((path) => existsSync(`${path}.up`)).length;
    await until(() => up() >= 5);
    await sleep(200);

    expect(up()).toBe(5);
    expect((await read(ids.at(-1)!)).Status).toBe('Pending');
    files.forEach(release);
    await Promise.all(ids.map((id) => over(id)));
    expect(files.every((path) => existsSync(path))).toBe(true);
  });

  test('leaves its scripts alive when it dies', async () => {
    const doomed = startAgent(ssm.url, 'i-doomed');
    others.push(doomed);
    await online('i-doomed');
    const path = file();
    const id = await send('wait', path, 'i-doomed');
    await until(() => existsSync(`${path}.up`));
    await doomed.kill();
    release(path);

    await until(() => existsSync(path));
    expect(await read(id, 'i-doomed')).toMatchObject({ Status: 'InProgress' });
  });
});

describe.concurrent('a script that outlives its timeout', () => {
  test('is killed with its whole group', async () => {
    const pidFile = file();
    others.push(startAgent(ssm.url, 'i-slow'));
    await online('i-slow');
    const started = Date.now();
    const result = await over(await send('hang', pidFile, 'i-slow'), 'i-slow');

    expect(result).toMatchObject({
      Status: 'TimedOut',
      StatusDetails: 'ExecutionTimedOut',
      ResponseCode: 137,
    });
    expect(Date.now() - started).toBeGreaterThanOrEqual(4_990);
    expect(alive(await pidIn(pidFile))).toBe(false);
  });
});

describe.concurrent('an agent that is cut off', () => {
  test('comes back, gets what was sent meanwhile, and tells what ended meanwhile', async () => {
    const proxy = await startProxy(ssm.url);
    const cutOff = startAgent(proxy.url, 'i-cut');
    others.push(cutOff);
    await online('i-cut');
    const path = file();
    const before = await send('wait', path, 'i-cut');
    await until(() => existsSync(`${path}.up`));
    proxy.cut = true;
    const meanwhile = await send('greet', 'late', 'i-cut');
    release(path);
    await until(() => existsSync(path));
    await sleep(300);
    expect(await read(before, 'i-cut')).toMatchObject({ Status: 'InProgress' });
    expect(await read(meanwhile, 'i-cut')).toMatchObject({ Status: 'Pending' });
    proxy.cut = false;

    expect(await over(before, 'i-cut')).toMatchObject({ Status: 'Success' });
    expect(await over(meanwhile, 'i-cut')).toMatchObject({ Status: 'Success' });
    await cutOff.kill();
    await proxy.close();
  });
});

describe.concurrent('an agent whose endpoint does not check', () => {
  test('refuses a parameter outside the pattern by itself', async () => {
    const path = file();
    const { content: document } = script('x', 'echo ran > "$SSM_word"');
    const parameters = { word: [`${path} $(reboot)`] };
    const told: unknown[] = [];
    let handed = false;
    const lax = await startEndpoint({ host: '127.0.0.1', port: 0 }, ({ url, body }) => ({
      params: body,
      perform: async () => {
        if (url.pathname === '/agent/acknowledge') return { run: true };
        if (url.pathname === '/agent/result') return void told.push(body);
        if (handed) await sleep(500);
        const run = handed ? [] : [{ commandId: 'c-1', document, parameters }];
        handed = true;
        return { run, cancel: [] };
      },
    }));
    others.push(startAgent(lax.url, 'i-lax'));
    await until(() => told.length > 0);

    expect(told).toMatchObject([{ steps: [{ status: 'Failed', stderr: namesWord }] }]);
    expect(existsSync(path)).toBe(false);
    await lax.close();
  });
});

const namesWord: unknown = expect.stringContaining('"word"');

async function pidIn(path: string): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  await until(() => existsSync(path));
  await sleep(20);
  return z.coerce
    .number<string>()
    .int()
    .positive()
    .parse(await readFile(path, 'utf8'));
}
