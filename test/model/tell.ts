import type { Bounds } from './bounds.ts';
import type { Found } from './search.ts';

/** Searches, and prints the row of the table: model, k, states, seconds of processor, result; with the trace, if there is one. */
export function tell<Result extends Found>({ name, k }: Bounds, search: () => Result): Result {
  const began = process.cpuUsage();
  const found = search();
  const { user, system } = process.cpuUsage(began);
  const seconds = ((user + system) / 1e6).toFixed(1);
  const result =
    found.broken?.property ??
    (found.whole ? 'holds' : `none found, whole to k = ${found.wholeTo}, then cut off`);
  const trace = found.broken?.trace.map((line) => `\n    ${line}`).join('') ?? '';
  process.stdout.write(`| ${name} | ${k} | ${found.states} | ${seconds} | ${result} |${trace}\n`);
  return found;
}
