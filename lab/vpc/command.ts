import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';

/** How a command ended: its exit code (128 and the signal's number when killed) and all it said. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Run a command to its end, `input` on its standard input; rejects when it cannot be started. */
export async function runCommand(command: readonly string[], input = ''): Promise<Outcome> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: 'pipe' });
  child.stdin.on('error', () => undefined); // It may end without reading; its exit code tells.
  child.stdin.end(input);
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve(exitCode(code, signal)));
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Run a command that must succeed; `purpose` completes "Cannot …" in the error when it does not. */
export async function mustRun(
  command: readonly string[],
  purpose: string,
  input = '',
): Promise<string> {
  const { code, stdout, stderr } = await runCommand(command, input);
  if (code === 0) return stdout;
  const tool = command[command.indexOf('--') + 1]; // Past nsenter, where it goes through that.
  throw new Error(
    `Cannot ${purpose} as ${tool} must succeed: found exit ${code}, ${stderr.trim()}`,
  );
}

function exitCode(code: number | null, signal: NodeJS.Signals | null): number {
  if (code !== null) return code;
  return signal === null ? -1 : 128 + constants.signals[signal];
}
