import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../bin/aerofault.ts', import.meta.url));

/** What a person sees of a command. */
export interface Shown {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that somebody has started. */
export interface StartedAerofault {
  readonly child: ChildProcess;
  readonly ended: Promise<Shown>;
  /** Resolves once its standard error has said something like this. */
  readonly heard: (pattern: RegExp) => Promise<void>;
}

/** The command as a person runs it, with credentials that the lab takes. */
export const runAerofault = (
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Shown> => startAerofault(words, environment).ended;

/** The same, to do something to it meanwhile. */
export function startAerofault(
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): StartedAerofault {
  const env = {
    ...process.env,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'lab',
    AWS_SECRET_ACCESS_KEY: 'lab',
    AWS_EC2_METADATA_DISABLED: 'true',
    GITHUB_STEP_SUMMARY: '',
    ...environment,
  };
  const child = spawn(process.execPath, [main, ...words], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<Shown>((resolve) => {
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
  const heard = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => (pattern.test(stderr) ? resolve() : undefined);
      child.stderr.on('data', look);
      look();
      void ended.then(() => reject(new Error(`It ended before it said ${pattern}: ${stderr}`)));
    });
  return { child, ended, heard };
}
