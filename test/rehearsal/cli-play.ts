/**
 * A play for a shell on the lab's stage: a person and a program use the command line. Started by
 * cli.test.ts through `npm run lab -- --shell`; prints what they saw as JSON lines, and ends.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { openTerminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'aerofault-cli-'));
const file = 'examples/isolate-one-node.json';
const cluster = 'orders-staging';

/** The same with a hold that nobody sees the end of: somebody ends it before, however slow the machine. */
const long = join(folder, 'long.json');
const example = z.record(z.string(), z.json()).parse(JSON.parse(readFileSync(file, 'utf8')));
writeFileSync(long, JSON.stringify({ ...example, holdSeconds: 240 }));

const tell = (when: string, saw: object): void =>
  void process.stdout.write(`${JSON.stringify({ when, saw })}\n`);

const Planned = z.object({ digest: z.string() });

interface Shown {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command in a pipe. */
function piped(...words: readonly string[]): Promise<Shown> {
  const child = spawn('aerofault', words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

const idIn = (shown: string): string => /\brun ([a-z0-9]{12})\b/.exec(shown)?.[1] ?? 'none';

/** Nothing starts while somebody has the switch on; all that follows starts, as it is off again. */
async function whileFrozen(): Promise<void> {
  const on = await piped('freeze', 'on', 'release week', '--json');
  const refused = await piped('run', file, '--confirm', cluster);
  const off = await piped('freeze', 'off');
  tell('frozen', { on, refused, off });
}

/** As a program of CI uses it. */
async function inPipes(): Promise<void> {
  const bad = join(folder, 'bad.yaml');
  writeFileSync(bad, 'name: isolate-one-node\ncluster: orders-staging\nmechanism: iptable\n');
  tell('a bad file', await piped('run', bad, '--confirm', cluster));
  const other = await piped('run', file, '--confirm', cluster, '--plan', '00000000');
  const plan = await piped('plan', file, '--json');
  tell('the plan', plan);
  const refused = await piped('report', idIn(other.stderr), '--json');
  tell('another plan', { ...other, report: refused.stdout });
  const document = Planned.parse(JSON.parse(plan.stdout));
  tell(
    'the plan is run',
    await piped('run', file, '--confirm', cluster, '--json', '--plan', document.digest),
  );
  await abortedByAnother();
  tell('every status', await piped('status', '--json'));
}

async function abortedByAnother(): Promise<void> {
  const started = await piped('run', long, '--confirm', cluster, '--detach');
  const runId = started.stdout.trim();
  const watching = piped('status', runId, '--watch');
  for (let look = 0; look < 100; look += 1) {
    if ((await piped('status', runId)).stdout.includes('1 step(s) intended')) break;
    await sleep(200);
  }
  const aborted = await piped('abort', '--all', '--json');
  tell('a second one aborts', { started, aborted, watched: await watching });
}

const quickly = (name: string, columns: number, command: string, environment = {}) =>
  openTerminal({ folder, name, columns, command, environment });

/** A person who types the name, watches, and has it restored. */
async function atTerminal(): Promise<void> {
  const terminal = quickly('wide', 80, `aerofault run ${long}`);
  await terminal.until(/Type the cluster's name/);
  terminal.keys('orders-production', 'Enter');
  const wrong = await terminal.until(/It must be orders-staging/);
  terminal.keys('C-u');
  terminal.keys(...Array.from({ length: 30 }, () => 'BSpace'));
  terminal.keys(cluster, 'Enter');
  const held = await terminal.until(/Hold .*left/, 90_000);
  const colours = terminal.shows(true);
  terminal.keys('C-c');
  const question = await terminal.until(/Go on watching/);
  terminal.keys('Down');
  terminal.keys('Enter');
  const ended = await terminal.until(/EXIT \d+/, 90_000);
  tell('restored from a terminal', { wrong, held, colours, question, ended });
  terminal.close();
}

/** One who thinks better of it, and one with a narrow terminal that has no colours. */
async function atNarrowTerminal(): Promise<void> {
  const prompt = quickly('prompt', 80, `aerofault run ${file}`);
  await prompt.until(/Type the cluster's name/);
  prompt.keys('C-c');
  tell('Ctrl-C before the start', { ended: await prompt.until(/EXIT \d+/) });
  prompt.close();
  const words = `aerofault run ${long} --confirm ${cluster}`;
  const narrow = quickly('narrow', 40, words, { NO_COLOR: '1' });
  const held = await narrow.until(/Hold /, 90_000);
  const escapes = narrow.shows(true);
  narrow.keys('C-c');
  await narrow.until(/Leave it running/);
  narrow.keys('C-c');
  const ended = await narrow.until(/EXIT \d+/);
  tell('left from a narrow terminal', { held, escapes, ended });
  narrow.close();
  tell('aborted afterwards', { aborted: await piped('abort', '--all') });
}

try {
  await whileFrozen();
  await inPipes();
  await atTerminal();
  await atNarrowTerminal();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
