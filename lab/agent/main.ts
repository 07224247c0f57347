import { flushCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runAgent } from './agent.ts';

/**
 * The agent of one instance, to be run inside it: `main.ts --endpoint URL --instance ID [--folder PATH]`.
 *
 * It ends only when it is killed; the commands it was running live on, as with the real agent.
 */
const { values } = parseArgs({
  options: {
    endpoint: { type: 'string' },
    instance: { type: 'string' },
    folder: { type: 'string' },
  },
});
const { endpoint, instance: instanceId } = values;
if (endpoint === undefined || instanceId === undefined) {
  throw new Error('Cannot run the agent as --endpoint and --instance must be given: found less');
}
flushCompileCache(); // It is killed, and would keep nothing at its end.
const folder = values.folder ?? join(tmpdir(), 'aerofault-agent', instanceId);
await runAgent({ endpoint, instanceId, folder });
