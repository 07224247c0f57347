import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

/** One line that a process of the lab's cloud printed. */
export interface LogLine {
  /** The function's or execution's name. */
  readonly source: string;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** Takes what the cloud's processes print; nothing is kept without it. */
export type Log = (line: LogLine) => void;

/** Pass every line that `child` prints to `log`; its streams must be pipes. */
export function followLines(child: ChildProcess, source: string, log: Log): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const input = child[stream];
    if (input === null) continue;
    createInterface({ input }).on('line', (line) => log({ source, stream, line }));
  }
}

/** Ends once `child` has exited and everything it sent over IPC has been heard. */
export async function ended(child: ChildProcess): Promise<void> {
  const exited = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  const silent = new Promise<void>((resolve) => {
    if (child.connected) child.once('disconnect', resolve);
    else resolve();
  });
  await Promise.all([exited, silent]);
}
