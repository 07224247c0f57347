import { costOf } from './host-cost.ts';
import type { Cost } from './host-cost.ts';
import { figuresOf, watchFlips } from './host-flips.ts';
import { latencies } from './host-latency.ts';
import { median } from './median.ts';

const hostCount = 20;
const sizes = [10, 100, 500];
const times = 5;

const print = (...lines: readonly string[]) => process.stdout.write(`${lines.join('\n')}\n`);
const ms = (value: number, digits = 1): string => value.toFixed(digits).padStart(9);
const ratio = (value: number): string => `${value.toFixed(0)}x`.padStart(7);

/** Prints a promise and whether this run kept it; a broken one fails the bench. */
function must(promise: string, found: number, limit: { atMost: number } | { atLeast: number }) {
  const kept = 'atMost' in limit ? found <= limit.atMost : found >= limit.atLeast;
  if (!kept) process.exitCode = 1;
  print(`  ${kept ? 'kept  ' : 'BROKEN'}  ${promise}: ${found.toFixed(1)}`);
}

/**
 * The hosts' part of `npm run bench`: how sharp, how cheap and how light a cut is, on hosts that are network
 * namespaces of this machine. Fails (exit code 1) when a promise of docs/benchmarks.md is broken.
 */
export async function benchHosts(): Promise<void> {
  await benchFlips();
  await benchCost();
  await benchLatency();
}

async function benchFlips(): Promise<void> {
  print(
    '',
    `${hostCount} hosts at one instant, milliseconds    injectAt to on     on, apart     duration asked to seen   error`,
  );
  print('who switches                          median      max                 median      max');
  await watchFlips(2, false); // Programs of this bench are read from disk once.
  const kernel = figuresOf(await flipsOf('kernel', hostCount, true));
  figuresOf(await flipsOf('script', hostCount, false));
  figuresOf(await flipsOf('script', 1, false));
  must('hosts switch within 20 ms of injectAt', Math.max(...kernel.fromInjectAt), { atMost: 20 });
  must('hosts switch within 20 ms of each other', kernel.apart, { atMost: 20 });
  must('durations are within 50 ms of the asked', Math.max(...kernel.duration), { atMost: 50 });
}

async function flipsOf(by: string, count: number, early: boolean) {
  const flips = await watchFlips(count, early);
  const { fromInjectAt, apart, duration, error } = figuresOf(flips);
  const whole = [fromInjectAt, duration].map((row) => [ms(median(row)), ms(Math.max(...row))]);
  const [on = [], asked = []] = whole;
  const said = [...new Set(flips.map((flip) => flip.switch))].join('+');
  print(
    [
      `the ${by}, ${count} ${count === 1 ? 'host' : 'hosts'}`.padEnd(34),
      ...on,
      ms(apart),
      ' '.repeat(6),
      ...asked,
      ms(error),
    ].join(''),
  );
  if (said !== by) throw new Error(`Cannot bench as the ${by} must switch: found the ${said}`);
  return flips;
}

async function benchCost(): Promise<void> {
  print('', 'peers  rules      cut  restore   one transaction    one process a rule      ratio');
  print('                   ms       ms     put    remove       put     remove    put  remove');
  const costs: Cost[] = [];
  for (const size of sizes) costs.push(await costOf(size, times));
  for (const cost of costs) print(lineOf(cost));
  const [small, , large] = costs;
  if (small === undefined || large === undefined) return;
  const more = { atMost: large.peers / small.peers };
  const faster = { atLeast: 50 };
  must(`${large.peers} peers: at least 50 times faster`, large.eachAdd / large.transaction, faster);
  must('and away again', large.eachRemove / large.removal, faster);
  must(
    `${more.atMost} times the peers: at most so much longer`,
    large.transaction / small.transaction,
    more,
  );
  must('the whole cut likewise', large.cut / small.cut, more);
}

function lineOf({ peers, rules, cut, restore, ...cost }: Cost): string {
  const each = [cut, restore, cost.transaction, cost.removal, cost.eachAdd, cost.eachRemove];
  const ratios = [cost.eachAdd / cost.transaction, cost.eachRemove / cost.removal];
  return [
    String(peers).padStart(5),
    String(rules).padStart(7),
    ...each.map((value) => ms(value)),
    ...ratios.map(ratio),
  ].join('');
}

async function benchLatency(): Promise<void> {
  const peers = sizes.at(-1) ?? 0;
  const found = await latencies(peers);
  print(
    '',
    `connecting to a peer that is not cut, microseconds     no rules   ${peers} others cut`,
  );
  print(
    `a port that is not cut                              ${ms(found.without.otherPort)}   ${ms(found.with.otherPort)}`,
  );
  print(
    `a port that is cut for others                       ${ms(found.without.cutPort)}   ${ms(found.with.cutPort)}`,
  );
}
