import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { StepResult } from '../cloud/ssm/agent-messages.ts';
import type { Script } from '../cloud/ssm/document.ts';
import { outputLimits } from '../cloud/ssm/output.ts';

/** Where and with what a script runs. */
export interface ScriptSetting {
  /** The command's own folder. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Kills the script when it is aborted. */
  readonly cancelled: AbortSignal;
}

/**
 * Run one script as the real agent does: from `_script.sh` in a folder of its own, by `sh`, as a process
 * group of its own that is killed whole at the timeout or on a cancel. A first line `#!` is not honoured.
 *
 * It ends when the script has exited and nobody holds its output open any more, so a child left in the
 * background keeps it waiting. Sources: executers_unix.go and runshellscript.go of the agent.
 */
export async function runScript(script: Script, setting: ScriptSetting): Promise<StepResult> {
  const startedAt = Date.now();
  const child = await start(script, setting);
  let killedFor: 'TimedOut' | 'Cancelled' | undefined;
  const kill = (why: 'TimedOut' | 'Cancelled'): void => {
    killedFor ??= why;
    killGroup(child.pid);
  };
  const timer = setTimeout(() => kill('TimedOut'), script.timeoutSeconds * 1000);
  const onCancel = (): void => kill('Cancelled');
  setting.cancelled.addEventListener('abort', onCancel);
  if (setting.cancelled.aborted) onCancel();
  const [stdout, stderr] = await Promise.all([
    head(child.stdout, outputLimits.stdout),
    head(child.stderr, outputLimits.stderr),
    once(child, 'exit'),
  ]);
  clearTimeout(timer);
  setting.cancelled.removeEventListener('abort', onCancel);
  const exitCode = killedFor === undefined ? codeOf(child) : 137;
  const failure = exitCode === 0 ? '' : `\nfailed to run commands: exit status ${exitCode}`;
  return {
    name: script.name,
    status: killedFor ?? (exitCode === 0 ? 'Success' : 'Failed'),
    exitCode,
    stdout,
    stderr: `${stderr}${failure}`,
    startedAt,
    endedAt: Date.now(),
  };
}

async function start({ name, text, workingDirectory }: Script, setting: ScriptSetting) {
  const folder = join(setting.folder, name);
  const path = join(folder, '_script.sh');
  await mkdir(folder, { recursive: true });
  await writeFile(path, `${text}\n`, { mode: 0o700 });
  const child = spawn('sh', [path], {
    cwd: workingDirectory ?? folder,
    env: { ...process.env, ...setting.environment },
    // A process group of its own.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await once(child, 'spawn');
  return child;
}

function codeOf({ exitCode, signalCode }: ChildProcess): number {
  return exitCode ?? 128 + constants.signals[signalCode ?? 'SIGKILL'];
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
}

/** The first characters of a stream, which is read to its end all the same. */
async function head(stream: Readable, length: number): Promise<string> {
  let kept = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    if (kept.length < length) kept += String(chunk).slice(0, length - kept.length);
  }
  return kept;
}
