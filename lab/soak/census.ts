import { readdirSync, readFileSync } from 'node:fs';
import type { HeldHeap } from '../cloud/lambda-runtime.ts';
import { heapHeld } from '../heap.ts';
import type { Census } from './run-record.ts';

interface Process {
  readonly pid: number;
  readonly zombie: boolean;
  readonly residentMb: number;
  readonly command: string;
}

const pageBytes = 4096;
const mebibyte = 1024 * 1024;

/** Counts every process that this process's /proc shows, which in the lab is every process of the lab. */
export function takeCensus(lambdaHeaps: readonly HeldHeap[]): Census {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => processOf(Number(pid)));
  const sum = (of: (one: Process) => boolean): number =>
    rounded(all.filter(of).reduce((total, { residentMb }) => total + residentMb, 0));
  const known = Object.values(kinds);
  return {
    labMb: sum(({ pid }) => pid === process.pid),
    heapMb: rounded(heapHeld()),
    lambdasMb: sum(is(kinds.lambdas)),
    lambdaHeaps: largestOf(lambdaHeaps),
    nodesMb: sum(is(kinds.nodes)),
    agentsMb: sum(is(kinds.agents)),
    othersMb: sum((one) => one.pid !== process.pid && !known.some((part) => is(part)(one))),
    processes: all.filter(({ zombie }) => !zombie).length,
    zombies: all.filter(({ zombie }) => zombie).length,
    hostScripts: all.filter(is('/run/aerofault/')).length,
  };
}

function largestOf(heaps: readonly HeldHeap[]): Record<string, number> {
  const byName = Object.groupBy(heaps, ({ functionName }) => functionName);
  return Object.fromEntries(
    Object.entries(byName).map(([name, held = []]) => [
      name,
      rounded(Math.max(...held.map(({ heapMb }) => heapMb))),
    ]),
  );
}

/** A node gives itself the name of the real server, and that name alone. */
const kinds = { lambdas: 'lambda-process.ts', nodes: /^asd\b/, agents: 'agent/main.ts' };

const is =
  (part: string | RegExp) =>
  ({ command }: Process): boolean =>
    command.search(part) !== -1;

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** A process, or nothing where it has gone meanwhile. */
function processOf(pid: number): Process[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name may hold anything; what follows its last parenthesis does not.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    const residentMb = (Number(rest[20]) * pageBytes) / mebibyte;
    return [{ pid, zombie: state === 'Z', residentMb, command }];
  } catch {
    return [];
  }
}
