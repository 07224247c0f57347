import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { EC2Client } from '@aws-sdk/client-ec2';
import { expect, onTestFinished, test } from 'vitest';
import * as z from 'zod';
import { byHandOf, usualRestoreDocument } from '../../../core/by-hand/by-hand.ts';
import { parseExperiment } from '../../../core/experiment.ts';
import type { Experiment } from '../../../core/experiment.ts';
import { plan } from '../../../core/plan/plan.ts';
import { isHostStep, phasesOf } from '../../../core/step.ts';
import { usualTiming } from '../../../core/timing.ts';
import { startEc2 } from '../../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../../lab/cloud/ec2/state.ts';
import { ec2Text } from '../../../lab/ec2-text.ts';
import type { LayoutName } from '../../../lab/vpc/layouts.ts';
import { buildWorld } from '../../../lab/vpc/world.ts';
import { systemClock } from '../../../lambda/aws/clock.ts';
import { ec2Network } from '../../../lambda/aws/network.ts';
import { applyStep } from '../../../lambda/engine/steps.ts';
import { TemporaryGroups } from '../../../lambda/engine/temporary-groups.ts';
import { World } from '../../fakes/world.ts';
import { aRun } from '../stories.ts';
import { awsCli } from './aws-cli.ts';

/**
 * What a report prints for stuck API steps, pasted into a shell, leaves the lab's EC2 as it was before the
 * engine applied the plan. `AEROFAULT_AWS_CLI` names a real AWS CLI to do it by; else aws-cli.ts stands in.
 */

const timing = { ...usualTiming, staleSeconds: 1 };
const cluster = 'orders-staging';
const runId = 'run1';
const execution = 'arn:aws:states:eu-west-1:123456789012:execution:aerofault:x';
const run = aRun({ runId, cluster, execution, life: 'closed', deadlineAt: Date.now() + 60_000 });
const examples = join(import.meta.dirname, '../../../examples');
const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };

function example(name: string, changes: object = {}): Experiment {
  const given: unknown = JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8'));
  return parseExperiment(Object.assign({}, given, changes));
}

/** A shell of a person, with an AWS CLI that speaks to an endpoint. */
async function shellWithAws(url: string): Promise<(line: string) => Promise<unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-aws-'));
  const client = new EC2Client({ region: 'eu-west-1', endpoint: url, credentials });
  const socket = join(folder, 'socket');
  const server = createServer({ allowHalfOpen: true }, (asked) => {
    void text(asked)
      .then((words) => awsCli(z.array(z.string()).parse(JSON.parse(words)), client))
      .then((said) => `said ${said}`)
      .catch(String)
      .then((reply) => asked.end(reply));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(async () => {
    client.destroy();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });
  const standIn = `${process.execPath} ${join(import.meta.dirname, 'aws.ts')}`;
  const aws = process.env['AEROFAULT_AWS_CLI'] ?? standIn;
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\nexec ${aws} "$@"\n`);
  chmodSync(join(folder, 'aws'), 0o755);
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    AEROFAULT_AWS_SOCKET: socket,
    AWS_ENDPOINT_URL_EC2: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return (line) => promisify(execFile)('sh', ['-c', line], { env });
}

const onChange = () => Promise.resolve();

async function afterPasting(experiment: Experiment, layout: LayoutName) {
  const state = new Ec2State(buildWorld({ cluster, nodes: 3, clients: 1, layout }).inventory);
  const endpoint = await startEc2(state, { host: '127.0.0.1', port: 0, onChange });
  onTestFinished(() => endpoint.close());
  const connection = { region: 'eu-west-1', endpoint: endpoint.url, credentials };
  const network = ec2Network(connection, { clock: systemClock });
  const inventory = await network.observe(cluster);
  const before = textOf(state);
  const made = plan(experiment, inventory, runId);
  const gateways = { ...new World({}).gateways(), network, clock: systemClock, timing };
  const groups = new TemporaryGroups(runId, gateways);
  const steps = made.steps.filter(
    (step) => !isHostStep(step) && step.kind !== 'sever' && step.kind !== 'end-pulse',
  );
  const context = { run, experiment, inventory, plan: made, injectAt: run.injectAt };
  for (const step of steps) {
    const answer = await applyStep(step, { context, groups }, gateways);
    expect(answer, step.id).toMatchObject({ kind: 'done' });
  }
  const during = textOf(state);

  const means = { run, inventory, restoreDocument: usualRestoreDocument };
  const lines = phasesOf(steps)
    .toReversed()
    .flat()
    .flatMap((step) => byHandOf(step, means));
  const shell = await shellWithAws(endpoint.url);
  for (const line of new Set(lines)) await shell(line);
  return {
    before,
    during,
    after: textOf(state),
    kinds: [...new Set(steps.map(({ kind }) => kind))],
  };
}

/** A rule that was revoked is back under another id. */
const textOf = (state: Ec2State): string => {
  const now = state.describe();
  const rules = now.rules.map((rule) => ec2Text({ ...now, rules: [{ ...rule, id: '' }] }));
  return rules.toSorted().join('\n');
};

test.each<[string, Experiment, LayoutName, string[]]>([
  ['a narrowed rule', example('client-cut'), 'default', ['edit-rules']],
  ['rules revoked', example('halves', { detach: 'revoke' }), 'default', ['revoke-rules']],
  ['groups made and put on', example('halves'), 'default', ['make-group', 'attach-group']],
  ['network ACLs', example('zones-network-acl'), 'tiers', ['swap-acl']],
])('%s: the printed commands bring everything back', async (_, experiment, layout, kinds) => {
  const { before, during, after, kinds: used } = await afterPasting(experiment, layout);

  expect(used).toEqual(expect.arrayContaining(kinds));
  expect(during).not.toBe(before);
  expect(after).toBe(before);
});
