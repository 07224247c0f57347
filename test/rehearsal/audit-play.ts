/**
 * A play for the lab's stage, in namespaces of its own: audits of one cluster, and what people do between
 * them. Started by audit.test.ts through `unshare`; prints the audits as JSON lines, and ends.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import {
  AuthorizeSecurityGroupIngressCommand,
  EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import * as z from 'zod';
import { parseExperiment } from '../../core/experiment.ts';
import { dynamoAudits } from '../../lambda/aws/audits.ts';
import { runIdOf } from '../../lambda/run-id.ts';
import { labOptions } from '../../lab/options.ts';
import { setStage } from '../../lab/stage.ts';
import type { Stage } from '../../lab/stage.ts';
import { partition } from '../fakes/example-cluster.ts';

const assembly = z.string().parse(process.env['AEROFAULT_ASSEMBLY']);
const cluster = 'orders-staging';

async function main(): Promise<void> {
  execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
  mkdirSync('/run/netns');
  const stage = await setStage(Promise.resolve(assembly), {
    options: labOptions([]),
    experiment: parseExperiment({ ...partition, cluster }),
    progress: { ...quiet, note: (line) => process.stderr.write(`${line}\n`) },
  });
  await audited(stage, 'at first', { accept: true });
  await audited(stage, 'accepted');
  await withoutRule(stage, () => audited(stage, 'a rule is gone'));
  await withDrop(stage, () => withoutService(stage, () => audited(stage, 'hosts are changed')));
}

const quiet = {
  entered: () => undefined,
  exited: () => undefined,
  failed: () => undefined,
  close: () => undefined,
};

async function audited(stage: Stage, when: string, more: object = {}): Promise<void> {
  const machine = stage.assembly.stateMachines.find(({ logicalId }) =>
    logicalId.startsWith('Audits'),
  );
  const execution = stage.stepFunctions.startExecution(machine?.arn ?? '', {
    input: { cluster, ...more },
  });
  const result = await execution.result;
  const { connection, table } = stage.cloud;
  const audit = await dynamoAudits(connection, { table }).read(cluster, runIdOf(execution.arn));
  process.stdout.write(`${JSON.stringify({ when, result, audit })}\n`);
}

/** The rule that lets nodes' fabric and heartbeat in is taken away, and put back. */
async function withoutRule(stage: Stage, act: () => Promise<void>): Promise<void> {
  const client = new EC2Client({ ...stage.cloud.ec2 });
  const { rules } = stage.cloud.inventory();
  const rule = rules.find(({ fromPort, egress }) => fromPort === 3001 && !egress);
  const GroupId = rule?.groupId;
  await client.send(
    new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [rule?.id ?? ''] }),
  );
  await act();
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 3001, ToPort: 3002, UserIdGroupPairs: [{ GroupId }] },
  ];
  await client.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions }));
}

async function withDrop({ network, hosts }: Stage, act: () => Promise<void>): Promise<void> {
  const [first, second] = hosts.filter(({ role }) => role === 'node');
  const rule = `INPUT -s ${second?.address} -p tcp --dport 3002 -j DROP`.split(' ');
  const host = first?.name ?? '';
  await network.run(host, ['iptables', '-I', ...rule]);
  await act();
  await network.run(host, ['iptables', '-D', ...rule]);
}

async function withoutService({ network, hosts }: Stage, act: () => Promise<void>): Promise<void> {
  const host = hosts.findLast(({ role }) => role === 'node')?.name ?? '';
  await network.run(host, ['systemctl', 'stop', 'aerospike']);
  await act();
}

await main();
process.exit(0);
