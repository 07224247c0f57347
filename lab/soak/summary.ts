import { keptPromise } from './run-record.ts';
import type { LabFailure, LogLine, RunRecord } from './run-record.ts';

/** What a soak came to, for people. Memory is compared within a stage: each begins anew. */
export function summary(lines: readonly LogLine[]): string {
  const runs = lines.filter((line): line is RunRecord => 'runId' in line);
  const failures = lines.filter((line): line is LabFailure => 'labFailed' in line);
  const injected = runs.filter(({ intents }) => intents > 0);
  const count = (of: (run: RunRecord) => boolean): number => runs.filter(of).length;
  return [
    `${runs.length} runs in ${hours(runs)} h, ${injected.length} with a fault injected (${sum(runs, ({ intents }) => intents)} steps)`,
    `residues ${count(({ residue }) => residue.length > 0)}, never final ${count(neverFinal)}, stuck ${count(({ stuck }) => stuck.length > 0)}, failures of the lab itself ${failures.length}`,
    `promise kept in ${count(keptPromise)} of ${runs.length}`,
    '',
    ...table('outcome', runs, ({ outcome, status }) => outcome ?? `no report, workflow ${status}`),
    ...table('closed by', runs, ({ closedBy }) => closedBy ?? 'nobody: never a run'),
    ...table('disturbance', runs, ({ disturbance, befell }) =>
      befell === null ? `${disturbance} (its moment never came)` : disturbance,
    ),
    ...memory(runs),
  ].join('\n');
}

const neverFinal = ({ life, left }: RunRecord): boolean =>
  left.length > 0 || (life !== null && life !== 'final');

function hours(runs: readonly RunRecord[]): string {
  return (sum(runs, ({ seconds }) => seconds) / 3_600).toFixed(2);
}

function sum(runs: readonly RunRecord[], of: (run: RunRecord) => number): number {
  return runs.reduce((total, run) => total + of(run), 0);
}

function table(
  title: string,
  runs: readonly RunRecord[],
  of: (run: RunRecord) => string,
): string[] {
  const counts = new Map<string, number>();
  for (const run of runs) counts.set(of(run), (counts.get(of(run)) ?? 0) + 1);
  const rows = [...counts].toSorted(([, left], [, right]) => right - left);
  return [title, ...rows.map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`), ''];
}

const measures = {
  "the lab's own process, MiB": ({ census }: RunRecord) => census.labMb,
  'its heap, MiB': ({ census }: RunRecord) => census.heapMb,
  'Lambdas, MiB': ({ census }: RunRecord) => census.lambdasMb,
  'agents, MiB': ({ census }: RunRecord) => census.agentsMb,
  'nodes, MiB': ({ census }: RunRecord) => census.nodesMb,
  'all else, MiB': ({ census }: RunRecord) => census.othersMb,
  processes: ({ census }: RunRecord) => census.processes,
  zombies: ({ census }: RunRecord) => census.zombies,
  'scripts of runs on hosts': ({ census }: RunRecord) => census.hostScripts,
  'items in the journal': ({ journalItems }: RunRecord) => journalItems,
} as const;

/** Of the longest stage, the mean of each quarter. Heaps are after a full collection, all else as it is. */
function memory(runs: readonly RunRecord[]): string[] {
  const stages = Map.groupBy(runs, ({ stage }) => stage);
  const [longest = []] = [...stages.values()].toSorted((a, b) => b.length - a.length);
  const names = new Set(longest.flatMap(({ census }) => Object.keys(census.lambdaHeaps)));
  const heaps = [...names].toSorted().map((name) => heapRow(name, longest));
  const head = `the longest stage, ${longest.length} runs`.padEnd(nameWidth);
  const columns = ['1st', '2nd', '3rd', '4th'].map((title) => title.padStart(columnWidth));
  return [
    `${head}${columns.join('')}`,
    ...Object.entries(measures).map(([name, of]) => row(name, quarters(longest, of))),
    '',
    'heap of each Lambda, MiB',
    ...heaps,
  ];
}

const nameWidth = 58;
const columnWidth = 9;

/** A function that was not there yet when a run ended counts in no mean of that quarter. */
function heapRow(name: string, runs: readonly RunRecord[]): string {
  const had = (run: RunRecord): number[] => {
    const { [name]: heapMb } = run.census.lambdaHeaps;
    return heapMb === undefined ? [] : [heapMb];
  };
  return row(
    name,
    inFour(runs).map((quarter) => mean(quarter.flatMap(had))),
  );
}

function row(name: string, values: readonly number[]): string {
  const columns = values.map((value) => value.toFixed(1).padStart(columnWidth));
  return `  ${name}`.padEnd(nameWidth) + columns.join('');
}

const quarters = (runs: readonly RunRecord[], of: (run: RunRecord) => number): number[] =>
  inFour(runs).map((quarter) => mean(quarter.map(of)));

function inFour<T>(all: readonly T[]): T[][] {
  const edge = (quarter: number): number => Math.round((quarter * all.length) / 4);
  return [0, 1, 2, 3].map((quarter) => all.slice(edge(quarter), edge(quarter + 1)));
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
