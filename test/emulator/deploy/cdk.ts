import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/** Where the CDK's command line deploys to, and what. */
export interface CdkPlace {
  /** The address of every AWS service. */
  readonly url: string;
  readonly account: string;
  readonly region: string;
  /** The synthesised assembly. */
  readonly assembly: string;
  /** A folder of its own, for what it writes. */
  readonly folder: string;
}

const cli = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');

/** `cdk bootstrap`: the bucket and the roles that a deployment wants. */
export async function bootstrap(place: CdkPlace): Promise<void> {
  await cdk(place, ['bootstrap', `aws://${place.account}/${place.region}`]);
}

/** `cdk deploy` of one stack; tells its outputs. @throws with what the CDK said. */
export async function deploy(place: CdkPlace, stack: string): Promise<Record<string, string>> {
  const outputs = join(place.folder, 'outputs.json');
  const how = ['--exclusively', '--require-approval', 'never', '--method', 'direct'];
  await cdk(place, ['deploy', stack, ...how, '--outputs-file', outputs]);
  const all = Outputs.parse(JSON.parse(readFileSync(outputs, 'utf8')));
  return all[stack] ?? {};
}

const Outputs = z.record(z.string(), z.record(z.string(), z.string()));

async function cdk({ url, region, assembly, folder }: CdkPlace, words: string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...words, '--app', assembly, '--no-notices'], {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      CDK_HOME: folder,
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      CI: 'true',
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [said, complained, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    ended,
  ]);
  if (code === 0) return;
  const last = `${said}${complained}`.split('\n').slice(-25).join('\n');
  throw new Error(`Cannot run cdk ${words[0]} as it must end with 0: found ${code}: ${last}`);
}
