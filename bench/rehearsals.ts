import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { Report } from '../core/report.ts';

const root = resolve(import.meta.dirname, '..');
const example = join(root, 'examples/isolate-one-node.json');
const sizes = [3, 5, 9];
const holdSeconds = 60;

/** List price of FIS in USD for one action and minute (aws.amazon.com/fis/pricing). */
const fisActionMinute = 0.1;

/** One whole run in the lab; instants in epoch milliseconds. */
interface Rehearsed {
  readonly startedAt: number;
  readonly report: Report;
}

function rehearsed(file: string, nodes: number): Rehearsed {
  const startedAt = Date.now();
  const words = ['lab/main.ts', file, '--nodes', String(nodes), '--json'];
  const { stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (stdout === '')
    throw new Error(`Cannot bench as the lab must leave a report: found ${stderr}`);
  return { startedAt, report: Report.parse(JSON.parse(stdout)) };
}

function rowOf(nodes: number, { startedAt, report }: Rehearsed): string {
  const { outcome, states, cost, timing } = report;
  if (outcome !== 'confirmed') throw new Error(`Cannot bench ${report.says}`);
  const first = Math.min(...states.map(({ from }) => from));
  const last = Math.max(...states.map(({ until }) => until));
  const before = ((timing.injectedAt ?? first) - first) / 1000;
  const after = (last - (timing.restoreAt ?? last)) / 1000;
  const calls = Object.values(cost?.calls ?? {}).reduce((sum, count) => sum + count, 0);
  const usd = cost?.usd ?? 0;
  const fis = fisActionMinute * Math.ceil(holdSeconds / 60);
  return [
    nodes,
    ((first - startedAt) / 1000).toFixed(1),
    before.toFixed(1),
    after.toFixed(1),
    calls,
    usd.toFixed(5),
    fis.toFixed(2),
    (fis / usd).toFixed(0),
  ].join('  ');
}

/**
 * Whole runs in the lab, a minute of hold each: how long the lab takes to stand, what a run takes before its
 * fault is in and after it is over, and what of AWS, beside what FIS would take for one action of a minute.
 */
export function benchRehearsals(): void {
  const folder = mkdtempSync(join(tmpdir(), 'aerofault-bench-'));
  try {
    const file = join(folder, 'bench.json');
    const experiment = z
      .record(z.string(), z.json())
      .parse(JSON.parse(readFileSync(example, 'utf8')));
    writeFileSync(file, JSON.stringify({ ...experiment, holdSeconds }));
    process.stdout.write(
      '\nrehearsals: nodes  lab start s  before the fault s  after it s  AWS calls  USD  FIS USD  ratio\n',
    );
    for (const nodes of sizes) process.stdout.write(`${rowOf(nodes, rehearsed(file, nodes))}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
