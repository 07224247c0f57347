import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { doctor } from '../../bin/cli/doctor.ts';
import type { SurveyReply } from '../../core/observation.ts';
import { Refusal } from '../../core/refusal.ts';
import { startCloudFormation } from '../../lab/cloud/cloud-formation.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { startSsm } from '../../lab/cloud/ssm.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import { grammar } from '../core/inventories.ts';
import { describeOnKernel, makeHost } from '../host/namespaces.ts';
import { startAnswering } from './answering-agents.ts';
import type { AnsweringAgent } from './answering-agents.ts';
import { documentsOf } from './documents-of.ts';
import { runAerofault } from './run-aerofault.ts';
import type { Shown } from './run-aerofault.ts';

/** The command against the lab's EC2 and SSM, with the documents that are deployed. */

const { inventory, hosts } = buildWorld({ cluster: 'orders-staging', nodes: 2, clients: 1 });

/** The error that SSM answers a call with, for its action and what is asked. */
type Declines = (action: string, body: string) => { code: string; message: string } | undefined;

/** An SSM that declines some calls, and leaves the others to the lab's. */
async function doorTo(url: string, declines: Declines): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const target = String(request.headers['x-amz-target']);
      const declined = declines(target.replace('AmazonSSM.', ''), body);
      const type = 'application/x-amz-json-1.1';
      const headers = { 'content-type': type, connection: 'close' };
      if (declined !== undefined) {
        const { code, message } = declined;
        return response.writeHead(400, headers).end(JSON.stringify({ __type: code, message }));
      }
      const { authorization = '' } = request.headers;
      const passed = { 'content-type': type, 'x-amz-target': target, authorization };
      const answer = await fetch(url, { method: 'POST', headers: passed, body });
      return response.writeHead(answer.status, headers).end(await answer.text());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return `http://127.0.0.1:${port}`;
}

interface Seen extends Shown {
  /** What was sent to hosts: document and parameters. */
  readonly sent: readonly { name: string; parameters: Readonly<Record<string, string[]>> }[];
}

/** Runs doctor where these hosts have an agent; the stack Aerofault names its documents by the prefix. */
async function doctorOf(
  agents: readonly AnsweringAgent[],
  words: readonly string[] = [],
  {
    cluster = 'orders-staging',
    documentPrefix = 'Aerofault',
    declines = () => undefined,
  }: { cluster?: string; documentPrefix?: string; declines?: Declines } = {},
): Promise<Seen> {
  const state = new Ec2State(inventory);
  const listen = { host: '127.0.0.1', port: 0 };
  const ec2 = await startEc2(state, { ...listen, onChange: () => Promise.resolve() });
  const ssm = await startSsm({ ...listen, documents: documentsOf(documentPrefix) });
  const told = { RestoreMachineArn: 'arn', JournalTableName: 'journal' };
  const outputs = new Map([['Aerofault', { ...told, DocumentPrefix: documentPrefix }]]);
  const stacks = await startCloudFormation(outputs, listen);
  const door = await doorTo(ssm.url, declines);
  const gone = new AbortController();
  onTestFinished(async () => {
    gone.abort();
    await Promise.all([ec2, ssm, stacks].map((one) => one.close()));
  });
  await startAnswering(ssm.url, agents, gone.signal);
  const shown = await runAerofault(['doctor', cluster, ...words], {
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_SSM: door,
    AWS_ENDPOINT_URL_CLOUDFORMATION: stacks.url,
  });
  const sent = ssm.invocations().map(({ command: { documentName: name, parameters } }) => {
    return { name, parameters };
  });
  return { ...shown, sent };
}

/** An agent on a host of the lab, whose survey is well but for these changes. */
function agentOn(
  name: string,
  changes: Partial<SurveyReply> = {},
  agentVersion = '3.3.2746.0',
): AnsweringAgent {
  const { instanceId, role } = hosts.find((host) => host.name === name)!;
  return {
    instanceId,
    agentVersion,
    answer: () => ({
      exitCode: 0,
      stdout: `${JSON.stringify({
        script: 'survey',
        at: Date.now(),
        clock: { offsetMs: 0.4, errorMs: 1.2, by: 'chrony' },
        tools: ['iptables', 'ss'],
        iptables: 'nft',
        abilities: ['time', 'sever'],
        timer: 'systemd',
        container: false,
        listens: [3000, 3001, 3002],
        findings: [],
        node: role === 'client' ? null : nodeOf(name),
        ...changes,
      } satisfies SurveyReply)}\n`,
    }),
  };
}

const nodeOf = (name: string): SurveyReply['node'] => ({
  id: `BB9${name.toUpperCase()}`,
  build: '8.1.2.0',
  principal: 'BB9N2',
  rack: 1,
  ports: { service: 3000, fabric: 3001, heartbeat: 3002 },
  fabricAddresses: ['10.0.1.11'],
  strong: [],
});

/** One more than a host is asked about at once. */
const many = Array.from({ length: 16 }, (_, at) => 3000 + at).join();

const everyone = (): AnsweringAgent[] => hosts.map(({ name }) => agentOn(name));

describe('a cluster whose hosts are all well', () => {
  test('is fit: exit 0, with what each host and its node say', async () => {
    const { code, stdout } = await doctorOf(everyone());

    expect(stdout).toContain('orders-staging: 3 of 3 hosts answered');
    expect(stdout).toMatch(/^ok {4}n1 {2}i-\w+ {2}node$/m);
    expect(stdout).toContain('agent   3.3.2746.0; timer by systemd; clock +0.4 ms');
    expect(stdout).toContain('node    BB9N1, build 8.1.2.0, principal BB9N2, rack 1');
    expect(stdout).toContain('ports   service 3000, fabric 3001, heartbeat 3002');
    expect(stdout).toMatch(/^Fit: 0 problems, 0 warnings. Nothing was changed.$/m);
    expect(code).toBe(0);
  });

  test('is asked by the survey alone, about the usual ports', async () => {
    const { sent } = await doctorOf(everyone());

    expect(new Set(sent.map(({ name }) => name))).toEqual(new Set(['Aerofault-Survey']));
    expect(sent).toHaveLength(3);
    for (const { parameters } of sent) {
      expect(parameters).toMatchObject({ Ports: ['3000,3001,3002,3003'], RunId: ['survey'] });
    }
  });

  test('is asked about other ports where they are given, the service port first', async () => {
    const { sent } = await doctorOf(everyone(), ['--ports', '4333,3011']);
    const infos = sent.flatMap(({ parameters }) => parameters['Info'] ?? []);

    expect(new Set(sent.map(({ parameters }) => parameters['Ports']?.[0]))).toEqual(
      new Set(['4333,3011']),
    );
    expect(infos).toHaveLength(3);
    // Nodes share one text, of which each reads its own part.
    expect(infos.toSorted()).toEqual([
      expect.stringMatching(/^i-\w+@10\.0\.\d\.1\d=4333;i-\w+@10\.0\.\d\.1\d=4333$/),
      expect.stringMatching(/^i-/),
      'none',
    ]);
  });

  test('is shown as JSON, one document', async () => {
    const { stdout } = await doctorOf(everyone(), ['--json']);

    expect(JSON.parse(stdout)).toMatchObject({
      cluster: 'orders-staging',
      fit: true,
      hosts: [{ survey: {} }, { survey: {} }, { survey: {} }],
    });
  });
});

describe('a cluster is not fit: exit 1', () => {
  test('when a host is silent, which is named', async () => {
    const { code, stdout } = await doctorOf([agentOn('n1'), agentOn('c1')]);

    expect(stdout).toContain('orders-staging: 2 of 3 hosts answered');
    expect(stdout).toMatch(/^FAIL {2}n2 .*\n {6}!! Cannot ask this host .* found its SSM agent/m);
    expect(code).toBe(1);
  });

  test('when an agent is too old for parameters in the environment', async () => {
    const { code, stdout } = await doctorOf([
      agentOn('n1', {}, '3.3.987.0'),
      agentOn('n2'),
      agentOn('c1'),
    ]);

    expect(stdout).toContain(
      'must be 3.3.2746.0 or later: found 3.3.987.0 (run AWS-UpdateSSMAgent)',
    );
    expect(code).toBe(1);
  });

  test('when a host says why itself', async () => {
    const says = 'Cannot probe as bash must be installed: found it missing (try: dnf install bash)';
    const ill = agentOn('n2', { findings: [{ refuses: true, says }] });
    const { code, stdout } = await doctorOf([agentOn('n1'), ill, agentOn('c1')]);

    expect(stdout).toContain(`!! ${says}`);
    expect(stdout).toMatch(/^NOT FIT: 1 problem, 0 warnings/m);
    expect(code).toBe(1);
  });
});

test.each([[['--stack', 'Aerofault']], [['--document-prefix', 'Staging']]])(
  'documents are those of %s',
  async (words) => {
    const { code, sent } = await doctorOf(everyone(), words, { documentPrefix: 'Staging' });

    expect(code).toBe(0);
    expect(new Set(sent.map(({ name }) => name))).toEqual(new Set(['Staging-Survey']));
  },
);

/** Declines to send anything to the first node. */
const declinesFirst =
  (says: ReturnType<Declines>): Declines =>
  (action, body) =>
    action === 'SendCommand' && body.includes(`"${hosts[0]!.instanceId}"`) ? says : undefined;

describe('what AWS does not let be asked is no fault of an agent', () => {
  const denied = { code: 'AccessDeniedException', message: 'You may not ssm:SendCommand' };
  const throttled = { code: 'ThrottlingException', message: 'Rate exceeded' };

  test('documents that are not there under this name are named, exit 2', async () => {
    const { code, stdout, stderr } = await doctorOf(everyone(), [], { documentPrefix: 'Staging' });

    expect(stderr).toBe(
      "Cannot ask hosts as the deployment's document Aerofault-Survey must be in this account and Region: found InvalidDocument: No document Aerofault-Survey (name the deployment with --stack, or its documents with --document-prefix)\nNothing was touched.\n",
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.split('\n')[0]).toMatch(grammar);
  });

  test.each([
    { action: 'SendCommand', says: denied, exit: 4, end: /; have it allowed, / },
    { action: 'ListCommandInvocations', says: denied, exit: 4, end: /; have it allowed, / },
    { action: 'SendCommand', says: throttled, exit: 75, end: /; wait a minute, / },
  ])('$action that fails for all as $says.code is exit $exit', async (one) => {
    const declines: Declines = (action) =>
      action === one.action || (one.action !== 'SendCommand' && action === 'GetCommandInvocation')
        ? one.says
        : undefined;
    const { code, stdout, stderr } = await doctorOf(everyone(), [], { declines });

    expect(stderr).toMatch(/^Cannot use AWS as [^\n]*\n$/);
    expect(stderr).toContain(`: found ${one.says.code}: ${one.says.message}; `);
    expect(stderr).toMatch(one.end);
    expect({ code, stdout }).toEqual({ code: one.exit, stdout: '' });
  });

  test.each([denied, throttled])(
    '$code for one host is told of that host, exit 1',
    async (says) => {
      const declines = declinesFirst(says);
      const { code, stdout } = await doctorOf([agentOn('n1'), agentOn('c1')], [], { declines });

      expect(stdout).toContain(
        `!! Cannot ask this host as AWS must let it be asked: found ${says.code}: ${says.message} `,
      );
      expect(stdout).toMatch(/^FAIL {2}n2 .*\n {6}!! Cannot ask this host as its SSM agent must/m);
      expect(stdout).toContain('1 of 3 hosts answered');
      expect(code).toBe(1);
    },
  );

  test('an instance that SSM does not know is one whose agent must answer', async () => {
    const declines = declinesFirst({ code: 'InvalidInstanceId', message: 'not in a valid state' });
    const { code, stdout } = await doctorOf(everyone(), [], { declines });

    expect(stdout).toMatch(/as its SSM agent must answer: found InvalidInstanceId: not in a valid/);
    expect(code).toBe(1);
  });
});

describe('bad input: exit 2, one sentence, and nobody is asked', () => {
  test('ports that no listener has', async () => {
    const { code, stderr, sent } = await doctorOf(everyone(), ['--ports', '22']);

    expect(stderr).toMatch(/^Cannot ask hosts about "22" as .*\nNothing was touched.\n$/);
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
  });

  test.each(['22', '443', '80', '1023', '65536', '3000,', ' 3000', 'x', '', '3000;id', many])(
    '--ports "%s"',
    async (ports) => {
      const asked = doctor('orders-staging', { ports });

      await expect(asked).rejects.toThrow(Refusal);
      await expect(asked).rejects.toThrow(grammar);
    },
  );

  test('a cluster that no instance is tagged for', async () => {
    const { code, stderr, sent } = await doctorOf(everyone(), [], {
      cluster: 'orders-stagnig',
    });

    expect(stderr).toMatch(
      /^Cannot examine cluster "orders-stagnig" as .*: found none .*--stack\)\n/,
    );
    expect({ code, sent }).toEqual({ code: 2, sent: [] });
  });
});

describeOnKernel('hosts that run the survey that is deployed', () => {
  test('are shown as they are', async () => {
    const host = await makeHost();
    onTestFinished(() => host.end());
    const agents = hosts.map(({ instanceId }): AnsweringAgent => ({
      instanceId,
      agentVersion: '3.3.2746.0',
      answer: async (given) => {
        const parameters = Object.entries(given).map(([name, [value = '']]) => [name, value]);
        const { code, json } = await host.script('survey', Object.fromEntries(parameters), {
          AWS_SSM_INSTANCE_ID: instanceId,
        });
        return { exitCode: code ?? -1, stdout: `${JSON.stringify(json)}\n` };
      },
    }));
    const { stdout } = await doctorOf(agents);

    expect(stdout).toContain('orders-staging: 3 of 3 hosts answered');
    expect(stdout).toMatch(/tools {3}iptables, .*\(iptables is \w+\)/);
    expect(stdout).toMatch(/kernel {2}.*time, statistic/);
    expect(stdout).toMatch(/timer by setsid; clock [-+][\d.]+ ms, give or take [\d.]+/);
  });
});
