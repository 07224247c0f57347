import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { writeAudit } from '../../core/audit/write-audit.ts';
import { startCloudFormation } from '../../lab/cloud/cloud-formation.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { startScheduler } from '../../lab/cloud/scheduler.ts';
import { startSsm } from '../../lab/cloud/ssm.ts';
import { startSts } from '../../lab/cloud/sts.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import { seenOn, usual } from '../core/audit/audits.ts';
import { partition } from '../fakes/example-cluster.ts';
import { startAnswering } from './answering-agents.ts';
import { deployed, deployedOutputs } from './deployed.ts';
import type { AuditMachine } from './deployed.ts';
import { documentsOf } from './documents-of.ts';
import { doorsBefore } from './doors.ts';
import type { Passing } from './doors.ts';
import { engine } from './engine.ts';
import { openRun, runId } from './open-run.ts';
import { runAerofault } from './run-aerofault.ts';

/** A command as docs/rights.md names it, the words of it, and how it ends where all of it was done. */
interface Asked {
  readonly name: string;
  readonly words: readonly string[];
  readonly code: number;
}

const listen = { host: '127.0.0.1', port: 0 };
const lookRole = 'arn:aws:iam::222222222222:role/aerofault-look';

const onChange = () => Promise.resolve();
const answer = () => ({ stdout: 'nothing to read', exitCode: 0 });

const auditMachine: AuditMachine = async ({ cluster }, auditId, audits) => {
  const seen = seenOn({ ...usual(), cluster }, () => undefined, { auditId });
  await audits.put(writeAudit(seen, undefined));
  return { status: 'SUCCEEDED' };
};

const done = (words: string, name = words): Asked => ({ name, words: words.split(' '), code: 0 });

/** What each command of the command line calls, in the name of who types it, for a test's time. */
export async function callsOfCommands(): Promise<Map<string, readonly Passing[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-operators-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'isolate.json');
  writeFileSync(file, JSON.stringify(partition));
  const { journal, environment } = await deployed(undefined, auditMachine, engine());
  const around = { ...environment, ...(await clustersAround()) };
  const calls = new Map<string, readonly Passing[]>();
  const record = async ({ name, words, code }: Asked, where = around): Promise<string> => {
    const doors = await doorsBefore(where);
    const shown = await runAerofault(words, doors.environment);
    if (shown.code !== code) throw new Error(`${name}: found ${shown.code}: ${shown.stderr}`);
    calls.set(
      name,
      doors.calls.filter(({ key }) => key === 'lab'),
    );
    return shown.stderr;
  };

  await record(done('plan examples/halves.json', 'plan'));
  const abroad = { ...around, AWS_ENDPOINT_URL_CLOUDFORMATION: await stackForAnotherAccount() };
  await record(done('plan examples/halves.json --stack Aerofault', 'plan --stack'), abroad);
  await record({ ...done('doctor orders-staging', 'doctor'), code: 1 });
  await record(done('audit orders', 'audit'));
  const said = await record(done(`run ${file} --confirm ${partition.cluster}`, 'run'));
  const [, ended = ''] = /^run ([a-z0-9]{12}) /m.exec(said) ?? [];
  await record(done(`status ${ended} --watch`, 'status --watch'));
  await openRun(journal);
  await record(done('status'));
  await record({ ...done(`report ${runId}`, 'report'), code: 5 });
  await record(done(`abort ${runId}`, 'abort'));
  await record(done('abort --all'));
  await record(done(`restore ${runId} --no-watch`, 'restore --no-watch'));
  await record({ ...done(`restore ${runId} --watch`, 'restore'), code: 3 });
  for (const words of ['freeze show', 'freeze on', 'freeze off']) await record(done(words));
  for (const words of ['schedule list', 'schedule next']) await record(done(words));
  await record(done('schedule pause nightly', 'schedule pause'));
  await record(done('schedule resume nightly', 'schedule resume'));
  return calls;
}

/** EC2, SSM with an agent on each host, Scheduler, and an STS that knows the looking role. */
async function clustersAround(): Promise<Record<string, string>> {
  const { inventory, hosts } = buildWorld({ cluster: 'orders-staging', nodes: 5, clients: 1 });
  const ec2 = await startEc2(new Ec2State(inventory), { ...listen, onChange });
  const ssm = await startSsm({ ...listen, documents: documentsOf('Aerofault') });
  const sts = await startSts([{ name: 'aerofault-look', externalId: 'orders-and-faults' }], listen);
  const scheduler = await startScheduler({
    ...listen,
    groups: [{ logicalId: 'G', name: deployedOutputs.ScheduleGroupName }],
    schedules: [
      {
        logicalId: 'S',
        name: 'nightly',
        groupName: deployedOutputs.ScheduleGroupName,
        enabled: true,
        scheduleExpression: 'cron(0 3 ? * MON-FRI *)',
        timeZone: 'Europe/Berlin',
        target: { arn: deployedOutputs.WorkflowArn, input: '{"a":1}' },
      },
    ],
    start: () => Promise.resolve(),
  });
  const gone = new AbortController();
  onTestFinished(async () => {
    gone.abort();
    await Promise.all([ec2, ssm, sts, scheduler].map((one) => one.close()));
  });
  const agents = hosts.map(({ instanceId }) => {
    return { instanceId, agentVersion: '3.3.2746.0', answer };
  });
  await startAnswering(ssm.url, agents, gone.signal);
  return {
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_SSM: ssm.url,
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ENDPOINT_URL_SCHEDULER: scheduler.url,
  };
}

async function stackForAnotherAccount(): Promise<string> {
  const outputs = {
    ...deployedOutputs,
    TargetAccountId: '222222222222',
    TargetLookRoleArn: lookRole,
    TargetExternalId: 'orders-and-faults',
  };
  const stacks = await startCloudFormation(new Map([['Aerofault', outputs]]), listen);
  onTestFinished(() => stacks.close());
  return stacks.url;
}
