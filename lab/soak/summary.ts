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

/** Of the longest stage: first and second half, and the slope of a straight line through all of it. */
function memory(runs: readonly RunRecord[]): string[] {
  const stages = Map.groupBy(runs, ({ stage }) => stage);
  const [longest = []] = [...stages.values()].toSorted((a, b) => b.length - a.length);
  const middle = Math.ceil(longest.length / 2);
  const rows = Object.entries(measures).map(([name, of]) => {
    const halves = [longest.slice(0, middle), longest.slice(middle)];
    const [first = 0, second = 0] = halves.map((half) => sum(half, of) / Math.max(1, half.length));
    const slope = slopeAnHour(longest, of);
    return `  ${name.padEnd(28)}${fixed(first)}${fixed(second)}${fixed(slope)}`;
  });
  const head = `${`the longest stage, ${longest.length} runs`.padEnd(30)}${'1st half'.padStart(10)}${'2nd half'.padStart(10)}${'an hour'.padStart(10)}`;
  return [head, ...rows];
}

const fixed = (value: number): string => value.toFixed(1).padStart(10);

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);

/** Least squares. */
function slopeAnHour(runs: readonly RunRecord[], of: (run: RunRecord) => number): number {
  const points = runs.map((run) => ({ x: Date.parse(run.at) / 3_600_000, y: of(run) }));
  const [mx, my] = [mean(points.map(({ x }) => x)), mean(points.map(({ y }) => y))];
  const spread = points.reduce((total, { x }) => total + (x - mx) ** 2, 0);
  const shared = points.reduce((total, { x, y }) => total + (x - mx) * (y - my), 0);
  return spread === 0 ? 0 : shared / spread;
}
