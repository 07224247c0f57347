/**
 * A shell, or one command, on the stage: within the lab's namespaces, with the lab's cloud in its
 * environment as AWS, so that the command line works against it as it would against an account.
 *
 * Started by `npm run lab -- --shell`; it ends when that command does, and the stage with it.
 */
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readStackOutputs } from './assembly/stack-outputs.ts';
import { startCloudFormation } from './cloud/cloud-formation.ts';
import { startStepFunctionsDoor } from './cloud/step-functions-door.ts';
import type { Cloud } from './cloud.ts';

const local = { host: '127.0.0.1', port: 0 };

/** What a shell is opened on. */
export interface ShellStage {
  readonly cloud: Cloud;
  /** Folder of the synthesised assembly, and one for what the shell needs. */
  readonly assembly: string;
  readonly folder: string;
}

/** Runs a command line in bash, or without one a shell to type in; the answer is its exit code. */
export async function runShell(stage: ShellStage, command: string | undefined): Promise<number> {
  const words = command === undefined ? ['--norc'] : ['--norc', '-c', command];
  const child = spawn('bash', words, {
    stdio: 'inherit',
    env: { ...process.env, ...(await environmentOf(stage)) },
  });
  // Ctrl-C is meant for the command alone.
  process.on('SIGINT', () => undefined);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      resolve(code ?? 128 + constants.signals[signal ?? 'SIGKILL']);
    });
  });
}

async function environmentOf(stage: ShellStage): Promise<Record<string, string>> {
  const { cloud, assembly, folder } = stage;
  const { ec2, ssm, cloudWatch, s3, scheduler, eventBridge } = cloud.services;
  const cloudFormation = await startCloudFormation(readStackOutputs(assembly), local);
  const stepFunctions = await startStepFunctionsDoor(cloud.stepFunctions, local);
  const { port } = new URL(ssm.url);
  const { region = '', endpoint = '' } = cloud.connection;
  return {
    PATH: `${commandsIn(folder)}${delimiter}${process.env['PATH'] ?? ''}`,
    PS1: '(aerofault lab) \\w\\$ ',
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: 'lab',
    AWS_SECRET_ACCESS_KEY: 'lab',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_CLOUDFORMATION: cloudFormation.url,
    AWS_ENDPOINT_URL_CLOUDWATCH: cloudWatch.url,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_ENDPOINT_URL_EC2: ec2.url,
    AWS_ENDPOINT_URL_EVENTBRIDGE: eventBridge.url,
    AWS_ENDPOINT_URL_S3: s3.url,
    AWS_ENDPOINT_URL_SCHEDULER: scheduler.url,
    AWS_ENDPOINT_URL_SFN: stepFunctions.url,
    AWS_ENDPOINT_URL_SSM: `http://127.0.0.1:${port}`,
  };
}

/** A folder that has `aerofault` in it, as an installed package would. */
function commandsIn(folder: string): string {
  const commands = join(folder, 'commands');
  const main = fileURLToPath(new URL('../bin/aerofault.ts', import.meta.url));
  mkdirSync(commands, { recursive: true });
  const file = join(commands, 'aerofault');
  writeFileSync(file, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
  chmodSync(file, 0o755);
  return commands;
}
