/**
 * One stand-in Aerospike node as a process: `node lab/node/main.ts '<configuration as JSON>'`.
 *
 * It calls itself asd, for that is the name by which a server's process is found. Prints `ready` on stdout
 * once it listens everywhere. SIGUSR2 makes it answer five seconds late from then on. Ends on SIGTERM or SIGINT with status 0, and with status 1 and one line on stderr when the configuration is wrong or a port cannot be had. Does not end when
 * its parent does: whoever starts it ends it.
 */
import { flushCompileCache } from 'node:module';
import * as z from 'zod';
import { nodeConfigSchema } from './config.ts';
import { StandInNode } from './node.ts';

process.title = 'asd';
/** More than any probe waits. */
const lateMs = 5_000;
try {
  const node = new StandInNode(nodeConfigSchema.parse(JSON.parse(process.argv[2] ?? '')));
  await node.start();
  const end = () => {
    node.stop();
    process.exit(0);
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  process.on('SIGUSR2', () => node.answerLate(lateMs));
  process.stdout.write('ready\n');
  flushCompileCache(); // It may be killed, and would keep nothing at its end.
} catch (error) {
  process.stderr.write(`${reason(error)}\n`);
  process.exitCode = 1;
}

function reason(error: unknown): string {
  if (error instanceof z.ZodError) {
    return `Cannot start a node as its configuration must fit: ${z.prettifyError(error)}`;
  }
  return error instanceof Error ? error.message : String(error);
}
