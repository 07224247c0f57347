import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dynamoJournal } from '../../../lambda/aws/journal.ts';
import type { Journal } from '../../../lambda/gateways.ts';
import { readAssembly } from '../../../lab/assembly/assembly.ts';
import { labAccount, labRegion } from '../../../lab/assembly/physical-names.ts';
import { buildAssembly } from '../../../lab/build-assembly.ts';
import type { AwsPlace } from './ask.ts';
import { bootstrap, deploy } from './cdk.ts';
import { emulateTemplate } from './emulated-template.ts';
import { startFleet } from './fleet.ts';
import type { Fleet } from './fleet.ts';
import { startMinistack } from './ministack.ts';
import type { RunningPython } from '../python.ts';

/**
 * The app as `cdk deploy` left it on ministack, with the fleet that it works on.
 *
 * {@link startDeployed} makes it, `stop()` ends it and removes its folder.
 */
export interface Deployed {
  readonly place: AwsPlace;
  readonly fleet: Fleet;
  readonly journal: Journal;
  readonly workflowArn: string;
  readonly restoreMachineArn: string;
  readonly table: string;
  /** What each part of making it took, in milliseconds. */
  readonly took: Readonly<Record<string, number>>;
  /** What ministack said last. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** The stack that is deployed; the documents' own is not, see left-out.ts. */
export const STACK = 'Aerofault';

/** Synthesises the app, bootstraps an empty ministack and deploys to it. */
export async function startDeployed(
  python: string,
  clusters: readonly string[],
): Promise<Deployed> {
  const folder = await mkdtemp(join(tmpdir(), 'aerofault-deploy-'));
  const ends: (() => Promise<void>)[] = [() => rm(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  };
  try {
    return { ...(await make(python, clusters, { folder, ends })), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Making {
  readonly folder: string;
  /** What to end, the last first. */
  readonly ends: (() => Promise<void>)[];
}

async function make(
  python: string,
  clusters: readonly string[],
  { folder, ends }: Making,
): Promise<Omit<Deployed, 'stop'>> {
  const took: Record<string, number> = {};
  const timed = timing(took);
  const assembly = await timed('synth', () => buildAssembly(folder));
  const { documents } = readAssembly(assembly);
  emulateTemplate(assembly, STACK);
  const fleet = await startFleet(clusters, documents);
  ends.push(() => fleet.stop());
  const server = await timed('start', () => startServer(python, folder, fleet));
  ends.push(() => server.stop());
  const { url } = server;
  const cdk = { url, account: labAccount, region: labRegion, assembly, folder };
  await timed('bootstrap', () => bootstrap(cdk));
  const outputs = await timed('deploy', () => deploy(cdk, STACK));
  const table = outputOf(outputs, 'JournalTableName');
  return {
    place: { url, region: labRegion },
    fleet,
    journal: dynamoJournal({ ...account, endpoint: url }, { table }),
    workflowArn: outputOf(outputs, 'WorkflowArn'),
    restoreMachineArn: outputOf(outputs, 'RestoreMachineArn'),
    table,
    took,
    lines: server.lines,
  };
}

async function startServer(python: string, folder: string, fleet: Fleet): Promise<RunningPython> {
  const own = join(folder, 'ministack');
  await mkdir(own);
  const { variables } = fleet;
  return startMinistack({ python, folder: own, region: labRegion, variables });
}

function timing(took: Record<string, number>) {
  return async <Value>(name: string, work: () => Promise<Value>): Promise<Value> => {
    const startedAt = Date.now();
    const value = await work();
    took[name] = Date.now() - startedAt;
    return value;
  };
}

function outputOf(outputs: Readonly<Record<string, string>>, name: string): string {
  const value = outputs[name];
  if (value !== undefined) return value;
  throw new Error(`Cannot use the deployment as ${name} must be an output: found none`);
}

const account = {
  region: labRegion,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
};
