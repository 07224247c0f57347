import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import * as z from 'zod';
import { hostScript } from '../../host/compose.ts';
import { hostParameters } from '../../host/parameters.ts';
import { goodParameters } from './fuzz-good.ts';
import { scriptNames } from '../../core/script-names.ts';
import { makeHost, peers, sleep } from './namespaces.ts';
import type { Host } from './namespaces.ts';
import { put } from './put.ts';

/** Who is killed: the script alone or with its group, the agent with its group, both. */
export const victims = ['script', 'group', 'agent', 'both'] as const;
/** A frozen script is stopped with its group, and goes on after RestoreAt, as on a host that was suspended. */
type Victim = (typeof victims)[number] | 'frozen';

/** What a killed script would have done. */
export interface Flavour {
  readonly name: string;
  readonly script: (typeof scriptNames)[number];
  readonly parameters: Readonly<Record<string, string>>;
}

/** One run, and when who is killed: milliseconds after the script began, its timer was armed, or InjectAt. */
export interface Killing {
  readonly flavour: Flavour;
  readonly victim: Victim;
  readonly anchor: 'start' | 'armed' | 'inject';
  readonly delayMs: number;
}

/** How far a script can have come: no timer yet, a timer, rules, its line printed. */
export const stages = ['arming', 'armed', 'applied', 'ended'] as const;

const Look = z.tuple([
  z.enum(stages),
  z.coerce.number(),
  z.coerce.number(),
  z.enum(['none', 'some']),
  z.string(),
]);

/** What a killing left a second after RestoreAt. */
export interface Left {
  readonly killing: Killing;
  /** How far the script had come when its victim died. */
  readonly at: z.infer<typeof Look>[0];
  /** Milliseconds after RestoreAt of the look. */
  readonly lookedAfter: number;
  /** Rules, tables, routes and frozen processes. */
  readonly things: number;
  /** Whether something still stood between the host and its peer. */
  readonly effect: 'none' | 'some';
  /** What the same command said, run again after its deadline; `changed` when it changed something. */
  readonly late: string;
}

const knows = (script: string, name: string): boolean =>
  Object.entries(hostParameters).some(
    ([one, parameters]) => one === script && Object.hasOwn(parameters, name),
  );

const both = `${peers.p1.ip4},${peers.p1.ip6}`;
const all: readonly { name: string; script: string; needs: string; values: object }[] = [
  { name: 'cut by iptables', script: 'cut', needs: 'Peers', values: { Peers: both } },
  { name: 'cut by nft', script: 'cut', needs: 'Filter', values: { Peers: both, Filter: 'nft' } },
  // Nobody answers at that address, so that what is still turned shows.
  {
    name: 'reroute',
    script: 'reroute',
    needs: 'To',
    values: { Peers: peers.p1.ip4, To: '10.9.2.9' },
  },
  { name: 'route', script: 'route', needs: 'How', values: { Peers: peers.p1.ip4 } },
  { name: 'freeze', script: 'service', needs: 'How', values: { Name: 'quarry' } },
];

/** Everything that the scripts of this tree can be killed at. */
export const flavours: readonly Flavour[] = all.flatMap(({ name, script, needs, values }) => {
  const found = scriptNames.find((one) => one === script);
  if (found === undefined || !knows(script, needs)) return [];
  return [{ name, script: found, parameters: { ...goodParameters(found), ...values } }];
});

const moments = fc.oneof(
  fc.record({ anchor: fc.constant('start' as const), delayMs: fc.nat({ max: 400 }) }),
  fc.record({ anchor: fc.constant('armed' as const), delayMs: fc.nat({ max: 300 }) }),
  fc.record({ anchor: fc.constant('inject' as const), delayMs: fc.nat({ max: 200 }) }),
);

/** So many killings, or freezings, at random moments of random runs. */
export function killings(count: number, seed: number, of: readonly Victim[] = victims): Killing[] {
  const arbitrary = fc
    .tuple(fc.constantFrom(...flavours), fc.constantFrom(...of), moments)
    .map(([flavour, victim, moment]) => ({ flavour, victim, ...moment }));
  return fc.sample(fc.noBias(arbitrary), { numRuns: count, seed });
}

const scenario = readFileSync(new URL('killed-scenario.bash', import.meta.url), 'utf8');

/** A host with a stand-in for a server, which can be frozen. */
async function makeKilledHost(): Promise<Host> {
  const host = await makeHost(`
    mkdir /run/killed
    cp "$(readlink -f "$(command -v sleep)")" /run/killed/quarry
    /run/killed/quarry 600 </dev/null >/dev/null 2>&1 &`);
  await put(host, '/run/killed/scenario.bash', scenario);
  for (const script of new Set(flavours.map((flavour) => flavour.script))) {
    await put(host, `/run/killed/${script}.sh`, hostScript(script));
  }
  return host;
}

/** Plays all killings, on so many hosts at a time; a host plays one after the other. */
export async function playAll(planned: readonly Killing[], hosts: number): Promise<Left[]> {
  const queue = planned.map((killing, index) => ({ killing, run: `kill${index}` }));
  const played: Left[] = [];
  const work = async (_: unknown, index: number): Promise<void> => {
    await sleep((index * 2_000) / hosts); // So that not all of them are busy in the same instant.
    const host = await makeKilledHost();
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      played.push(await play(host, next.run, next.killing));
    }
    host.end();
  };
  await Promise.all(Array.from({ length: hosts }, work));
  return played;
}

/** The kernel's clock for packets knows whole seconds. */
async function play(host: Host, run: string, killing: Killing): Promise<Left> {
  const { flavour, victim, anchor, delayMs } = killing;
  const injectAt = Math.ceil((Date.now() + 700) / 1_000) * 1_000;
  const restoreAt = injectAt + 1_000;
  const values = {
    ...flavour.parameters,
    RunId: run,
    InjectAt: injectAt,
    RestoreAt: restoreAt,
  };
  const assignments = Object.entries(values).map(([name, value]) => `SSM_${name}=${value}`);
  const when = [anchor, delayMs, injectAt, restoreAt].map(String);
  const command = [
    'bash',
    '--norc',
    '/run/killed/scenario.bash',
    flavour.script,
    victim,
    ...when,
    '3001',
  ];
  const { stdout, stderr } = await host.run([...command, ...assignments]);
  const look = Look.safeParse(stdout.replace(/\n$/, '').split('\t'));
  if (!look.success) throw new Error(`Cannot tell what is left: ${stdout} ${stderr}`);
  const [at, lookedAt, things, effect, late] = look.data;
  return { killing, at, lookedAfter: lookedAt - restoreAt, things, effect, late };
}
