import { once } from 'node:events';
import { createServer } from 'node:net';
import { delimiter, dirname } from 'node:path';
import * as z from 'zod';
import { installPython, startPython } from '../python.ts';
import type { RunningPython } from '../python.ts';

/**
 * ministack, an emulator of AWS in Python that somebody else wrote: CloudFormation, S3, Lambda as local
 * `node` processes, Step Functions, DynamoDB, EventBridge and its Scheduler.
 *
 * {@link startMinistack} starts it on 127.0.0.1 on a free port; `stop()` ends it, and it ends by itself when
 * this process is gone. It keeps everything in memory and in the folder that it is given.
 */

/** The version whose differences left-out.ts and differences.ts list. */
const MINISTACK_VERSION = '1.5.33';

/** What pip chose with it, so that the same is installed on every day. */
const requirements = [
  `ministack==${MINISTACK_VERSION}`,
  'botocore==1.43.106',
  'defusedxml==0.7.1',
  'graphql-core==3.2.12',
  'h11==0.16.0',
  'h2==4.4.1',
  'hpack==4.2.0',
  'Hypercorn==0.18.0',
  'hyperframe==6.1.0',
  'jmespath==1.1.0',
  'jsonata-python==0.7.1',
  'priority==2.0.0',
  'python-dateutil==2.9.0.post0',
  'PyYAML==6.0.3',
  'six==1.17.0',
  'urllib3==2.8.0',
  'wsproto==1.3.2',
];

/** Installs ministack where it is not yet, and tells the path of its Python; throws when that cannot be done. */
export function installMinistack(): Promise<string> {
  return installPython({ name: `ministack-${MINISTACK_VERSION}`, requirements });
}

/** How the server is started. */
export interface MinistackOptions {
  /** The Python of {@link installMinistack}. */
  readonly python: string;
  /** A folder of its own, for what it writes. */
  readonly folder: string;
  readonly region: string;
  /** Given to it and thereby to its Lambdas: `AWS_ENDPOINT_URL_EC2` and its kin. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Starts the server; its Lambdas run on the Node that runs this. */
export async function startMinistack(options: MinistackOptions): Promise<RunningPython> {
  const { python, folder, region, variables } = options;
  const port = await freePort();
  return startPython({
    python,
    code: 'from ministack.app import main\nmain()',
    args: [],
    folder,
    environment: {
      PATH: [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter),
      HOME: folder,
      TMPDIR: folder,
      BIND_HOST: '127.0.0.1',
      IOT_MTLS_ENABLED: '0',
      GATEWAY_PORT: String(port),
      MINISTACK_REGION: region,
      // Else it looks for containers to tidy up.
      DOCKER_HOST: `unix://${folder}/no-docker.sock`,
      ...variables,
    },
    address: /hypercorn\.error\] Running on (http:\/\/127\.0\.0\.1:\d+)/,
  });
}

const Bound = z.object({ port: z.int() });

/** A port that nobody listens on now; ministack must know its own before it starts. */
async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = Bound.parse(server.address());
  const closed = once(server, 'close');
  server.close();
  await closed;
  return port;
}
