import type { ChildProcess } from 'node:child_process';

/** Kills a script with its process group, as the SSM agent does; one that ended already is let be. */
export function killGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-pid!, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
