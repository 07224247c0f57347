import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { temporaryFolder } from './temporary-folder.ts';

/** A running agent; `kill()` leaves its scripts alive, as it does for the real one. */
export interface AgentProcess {
  readonly folder: string;
  kill(): Promise<void>;
}

/** Start the agent's own program, with a folder of its own for scripts. */
export function startAgent(endpoint: string, instance: string): AgentProcess {
  const folder = temporaryFolder('agent-');
  const program = join(import.meta.dirname, '../../../lab/agent/main.ts');
  const args = [program, '--endpoint', endpoint, '--instance', instance, '--folder', folder];
  const child = spawn(process.execPath, args, { stdio: 'ignore' });
  return {
    folder,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}
