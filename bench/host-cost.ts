import { goodParameters } from '../test/host/fuzz-good.ts';
import { makeHost } from '../test/host/namespaces.ts';
import type { Host } from '../test/host/namespaces.ts';
import { put } from '../test/host/put.ts';
import { median } from './median.ts';

/** Milliseconds for the same rules, there and away. */
export interface Cost {
  readonly peers: number;
  readonly rules: number;
  /** The whole script: its parameters checked, a timer armed, the rules put there, read back. */
  readonly cut: number;
  readonly restore: number;
  /** Only the transaction that puts the rules there, or takes them away. */
  readonly transaction: number;
  readonly removal: number;
  /** One iptables process for each rule, chain and jump. */
  readonly eachAdd: number;
  readonly eachRemove: number;
}

const chain = /AEROFAULT-[^ ]*/;

/**
 * Cuts a host from so many peers, and takes the same rules there and away in one transaction, `times` times:
 * medians. One process a rule is done once, for it is a mean of many processes by itself.
 */
export async function costOf(peers: number, times: number): Promise<Cost> {
  const host = await makeHost();
  try {
    const rounds: Round[] = [];
    for (let round = 0; round < times; round += 1) {
      rounds.push(await oneRound(host, peers, `cost${round}`));
    }
    const of = (pick: (round: Round) => number) => median(rounds.map(pick));
    const separately = await oneByOne(host, rounds[0]?.lines ?? []);
    return {
      peers,
      rules: of(({ lines }) => lines.filter((line) => line.startsWith('-A')).length),
      cut: of(({ cut }) => cut),
      restore: of(({ restore }) => restore),
      transaction: of(({ transaction }) => transaction),
      removal: of(({ removal }) => removal),
      ...separately,
    };
  } finally {
    host.end();
  }
}

interface Round extends Pick<Cost, 'cut' | 'restore' | 'transaction' | 'removal'> {
  /** Chain, rules and jumps, as iptables -S lists them. */
  readonly lines: readonly string[];
}

async function oneRound(host: Host, peers: number, run: string): Promise<Round> {
  const cut = await timed(() => cutFrom(host, run, peers));
  const lines = await ours(host);
  const restore = await timed(() => host.script('restore', { RunId: run, Action: 'undo' }));
  const { name, own, inserted, deleted } = partsOf(lines);
  if (own.length < peers) throw new Error(`Cannot bench ${peers} peers: found ${own.length} rules`);
  const transaction = await once(host, [`:${name} - [0:0]`, ...own, ...inserted]);
  const removal = await once(host, [...deleted, `-F ${name}`, `-X ${name}`]);
  return { cut, restore, transaction, removal, lines };
}

async function oneByOne(host: Host, lines: readonly string[]) {
  const { name, own, inserted, deleted } = partsOf(lines);
  const eachAdd = await each(host, [`-N ${name}`, ...own, ...inserted]);
  const gone = own.map((line) => line.replace(/^-A/, '-D'));
  const eachRemove = await each(host, [...deleted, ...gone, `-X ${name}`]);
  const [left] = await ours(host);
  if (left !== undefined) throw new Error(`Cannot bench as all rules must go: found ${left}`);
  return { eachAdd, eachRemove };
}

async function ours(host: Host): Promise<string[]> {
  return (await host.sh('iptables -S')).split('\n').filter((line) => chain.test(line));
}

/** The chain's name, its rules, and its jumps as they are put there and taken away. */
function partsOf(lines: readonly string[]) {
  const jumps = lines.filter((line) => /^-A (INPUT|OUTPUT) /.test(line));
  return {
    name: chain.exec(lines[0] ?? '')?.[0] ?? '',
    own: lines.filter((line) => line.startsWith('-A AEROFAULT')),
    inserted: jumps.map((line) => line.replace(/^-A (\w+)/, '-I $1 1')),
    deleted: jumps.map((line) => line.replace(/^-A/, '-D')),
  };
}

/** Cuts a host at once from so many peers, none of which exists. */
export async function cutFrom(host: Host, run: string, peers: number): Promise<void> {
  const second = Math.floor(Date.now() / 1_000) * 1_000;
  const { json } = await host.script('cut', {
    ...goodParameters('cut'),
    RunId: run,
    InjectAt: String(second),
    RestoreAt: String(second + 600_000),
    Peers: Array.from({ length: peers }, (_, i) => `10.77.${i >> 8}.${i & 255}`).join(','),
  });
  if (json['outcome'] !== 'applied') {
    throw new Error(`Cannot bench as a cut must be applied: found ${JSON.stringify(json)}`);
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await act();
  return performance.now() - startedAt;
}

/** Lines of table filter given to one iptables-restore: its milliseconds, by the host's clock. */
async function once(host: Host, lines: readonly string[]): Promise<number> {
  await put(host, '/run/lines', ['*filter', ...lines, 'COMMIT', ''].join('\n'));
  return onClock(host, 'iptables-restore --noflush -w 5 </run/lines');
}

/** Each line given to an iptables process of its own. */
async function each(host: Host, lines: readonly string[]): Promise<number> {
  await put(host, '/run/lines', lines.map((line) => `iptables -w 5 ${line}\n`).join(''));
  return onClock(host, 'sh -e /run/lines');
}

async function onClock(host: Host, command: string): Promise<number> {
  const said = await host.sh(`date +%s%N; ${command}; date +%s%N`);
  const [began = NaN, ended = NaN] = said.trim().split('\n').map(Number);
  return (ended - began) / 1e6;
}
