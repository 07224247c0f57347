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
import { HostDocumentsStack } from '../../lib/host-documents-stack.ts';
import { grammar } from '../core/inventories.ts';
import { describeOnKernel, makeHost } from '../host/namespaces.ts';
import { anApp, resourcesOf } from '../lib/synthesised.ts';
import { startAnswering } from './answering-agents.ts';
import type { AnsweringAgent } from './answering-agents.ts';
import { runAerofault } from './run-aerofault.ts';
import type { Shown } from './run-aerofault.ts';

/** The command against the lab's EC2 and SSM, with the documents that are deployed. */

const Document = z.object({ Name: z.string(), Content: z.unknown() });

/** The host documents of a deployment whose names begin with this. */
const documentsOf = (documentPrefix: string) =>
  Object.entries(resourcesOf(new HostDocumentsStack(anApp(), 'Documents', { documentPrefix }))).map(
    ([logicalId, { Properties }]) => {
      const { Name: name, Content: content } = Document.parse(Properties);
      return { logicalId, name, content };
    },
  );

const { inventory, hosts } = buildWorld({ cluster: 'orders-staging', nodes: 2, clients: 1 });

interface Seen extends Shown {
  /** What was sent to hosts: document and parameters. */
  readonly sent: readonly { name: string; parameters: Readonly<Record<string, string[]>> }[];
}

/** Runs doctor where these hosts have an agent; the stack Aerofault names its documents by the prefix. */
async function doctorOf(
  agents: readonly AnsweringAgent[],
  words: readonly string[] = [],
  { cluster = 'orders-staging', documentPrefix = 'Aerofault' } = {},
): Promise<Seen> {
  const state = new Ec2State(inventory);
  const listen = { host: '127.0.0.1', port: 0 };
  const ec2 = await startEc2(state, { ...listen, onChange: () => Promise.resolve() });
  const ssm = await startSsm({ ...listen, documents: documentsOf(documentPrefix) });
  const told = { RestoreMachineArn: 'arn', JournalTableName: 'journal' };
  const outputs = new Map([['Aerofault', { ...told, DocumentPrefix: documentPrefix }]]);
  const stacks = await startCloudFormation(outputs, listen);
  const gone = new AbortController();
  onTestFinished(async () => {
    gone.abort();
    await Promise.all([ec2, ssm, stacks].map((one) => one.close()));
  });
  await startAnswering(ssm.url, agents, gone.signal);
  const shown = await runAerofault(['doctor', cluster, ...words], {
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_SSM: ssm.url,
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
