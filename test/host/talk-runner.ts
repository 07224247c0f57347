import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { hostScript } from '../../host/compose.ts';

/** The conversations of probe.sh, run as it runs them, without a namespace. */

/** Files of a test may lie here; it goes with the process. */
export const folder = mkdtempSync(join(tmpdir(), 'aerofault-talk-'));
const talk = join(folder, 'talk.bash');
writeFileSync(
  talk,
  /<<'AEROFAULT_TALK'\n([\s\S]*?)\nAEROFAULT_TALK\n/.exec(hostScript('probe'))![1]!,
);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Patience of the script, and what a loaded machine may add. */
export const longestMs = 2_000 + 4_000;

export interface Ended {
  readonly said: string;
  readonly ms: number;
  readonly left: boolean;
}

/** Runs what probe.sh would, within the same limit; `left`: a process of it was there still. */
export async function run(
  words: readonly string[],
  limit: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const began = performance.now();
  const child = spawn('timeout', ['-s', 'KILL', limit, 'bash', talk, ...words], {
    detached: true,
    env: { ...process.env, ...env },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('latin1')));
  await new Promise((resolve) => child.on('close', resolve));
  const ms = performance.now() - began;
  return { said, ms, left: child.pid !== undefined && (await livesOn(child.pid)) };
}

/** Whether anything of a process group is there half a second later, other than dead. */
async function livesOn(group: number): Promise<boolean> {
  for (let tries = 0; tries < 10; tries += 1) {
    if (!readdirSync('/proc').some((pid) => isOf(group, pid))) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

function isOf(group: number, pid: string): boolean {
  if (!/^\d+$/.test(pid)) return false;
  try {
    const [state, , itsGroup] = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return Number(itsGroup) === group && state !== 'Z';
  } catch {
    return false; // Gone in between.
  }
}

const Line = z.record(z.string(), z.unknown());

/** The result as probe.sh would print it; one that said nothing timed out. */
export function resultOf({ said }: Ended): Readonly<Record<string, unknown>> {
  const members = said === '' ? '"answer":"silent","reason":"timed-out"' : said;
  return Line.parse(JSON.parse(`{"probe":"item",${members}}`));
}
