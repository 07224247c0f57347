/**
 * One schedule lived through: a run with people about, that may be killed, and the sweeper after it for
 * longer than it looks again at final runs. People act between any two calls of anybody.
 */
import type { RunItem } from '../../../core/journal.ts';
import type { Report } from '../../../core/report.ts';
import type { Step } from '../../../core/step.ts';
import { writeReport } from '../../../lambda/engine/write-report.ts';
import type { ReportingGateways } from '../../../lambda/delivery.ts';
import type { Fault } from '../../fakes/example-faults.ts';
import type { Call, Intercept } from '../../fakes/intercept.ts';
import { Mortal } from '../../fakes/mortality.ts';
import type { Death } from '../../fakes/mortality.ts';
import type { NetworkState } from '../../fakes/network-state.ts';
import { act } from '../../fakes/people.ts';
import type { Deed } from '../../fakes/deed.ts';
import type { Whim } from '../../fakes/people.ts';
import { permitted } from '../../fakes/permitted.ts';
import { runWorkflow, sweepUntilQuiet } from '../../fakes/workflow.ts';
import type { World } from '../../fakes/world.ts';
import { AsIfNoRun } from './as-if-no-run.ts';
import { scheduleRestores } from './scenes.ts';

/** How far the run is, in the order of its life. */
export const phases = ['opening', 'inject', 'hold', 'restore', 'after'] as const;
export type Phase = (typeof phases)[number];

/** What somebody is up to, and when: before that many calls of a phase, or at its end. */
export interface Plot extends Whim {
  readonly phase: Phase;
  readonly call: number;
}

/** What people do during a run, and what else goes wrong with it. */
export interface Schedule {
  readonly fault: Fault;
  readonly plots: readonly Plot[];
  readonly death: Death | undefined;
  /** How stale every describe is. */
  readonly lagMs: number;
}

/** What was done, when, and before which call of which phase. */
export interface Done extends Deed {
  readonly at: number;
  /** Of all calls. */
  readonly call: number;
  readonly before: string;
}

/** All there is to judge by. */
export interface Lived {
  readonly world: World;
  readonly run: RunItem | undefined;
  /** Steps that were intended. */
  readonly steps: readonly Step[];
  readonly deeds: readonly Done[];
  /** How everything would be had there been no run. */
  readonly peace: AsIfNoRun;
  /** Things that people changed between a question and the change that rests on its answer. */
  readonly overwritten: ReadonlySet<string>;
  /** How everything was when the differences of the last look were noted. */
  readonly noted: NetworkState | undefined;
  readonly notedAt: number;
  readonly report: Report | undefined;
}

export const runId = 'run1';

/** Rounds of the sweeper: the hour in which it looks again, and as much before. */
const roundsMax = 26;

/** Lives through a schedule. */
export async function live(schedule: Schedule): Promise<Lived> {
  const { fault, plots, death, lagMs } = schedule;
  const world = fault.world();
  world.network.lagMs = lagMs;
  const crowd = new Crowd(plots, world);
  const about = [crowd.intercept, permitted(world)] as const;
  const mortal = death === undefined ? [] : [new Mortal(death).intercept];
  const start = { runId, input: fault.input };
  const restored = scheduleRestores(world, ...about);
  await runWorkflow(world.gateways(...mortal, ...about), start).catch(() => {});
  await sweepUntilQuiet(world.gateways(...about), roundsMax);
  await restored().catch(() => {});
  const gateways = world.gateways();
  return { world, ...crowd.seen, ...(await endOf(world, gateways)) };
}

async function endOf(world: World, gateways: ReportingGateways) {
  const run = world.journal.now(runId);
  const isOpened = (await world.journal.request(runId)) !== undefined;
  if (isOpened) await writeReport(runId, undefined, gateways);
  const report = await world.journal.report(runId);
  return { run, steps: world.journal.intended(runId), report };
}

/** People between calls, and a look over the shoulders of those who call. */
class Crowd {
  readonly #world: World;
  readonly #peace: AsIfNoRun;
  readonly #deeds: Done[] = [];
  readonly #overwritten = new Set<string>();
  readonly #asked = new Map<string, { at: number; call: number }>();
  #waiting: readonly Plot[];
  #phase: Phase = 'opening';
  #phaseCalls = 0;
  #calls = 0;
  #noted: NetworkState | undefined;
  #notedAt = 0;

  constructor(plots: readonly Plot[], world: World) {
    this.#world = world;
    this.#peace = new AsIfNoRun(world);
    this.#waiting = plots.toSorted(
      (one, other) => phaseOf(one) - phaseOf(other) || one.call - other.call,
    );
  }

  get seen(): Pick<Lived, 'deeds' | 'peace' | 'overwritten' | 'noted' | 'notedAt'> {
    return {
      deeds: this.#deeds,
      peace: this.#peace,
      overwritten: this.#overwritten,
      noted: this.#noted,
      notedAt: this.#notedAt,
    };
  }

  readonly intercept: Intercept = (call, proceed) => {
    this.#calls += 1;
    this.#phaseCalls += 1;
    this.#advance(call);
    const due = this.#waiting.filter((plot) => this.#isDue(plot));
    this.#waiting = this.#waiting.filter((plot) => !due.includes(plot));
    for (const plot of due) this.#act(plot, call);
    this.#watch(call);
    return proceed();
  };

  #advance({ name }: Call): void {
    const next = beginsWith[name];
    if (next === undefined || phases.indexOf(next) <= phases.indexOf(this.#phase)) return;
    if (next === 'hold' && this.#phase !== 'inject') return;
    this.#phase = next;
    this.#phaseCalls = 0;
  }

  #isDue(plot: Plot): boolean {
    const ahead = phaseOf(plot) - phases.indexOf(this.#phase);
    return ahead < 0 || (ahead === 0 && plot.call <= this.#phaseCalls);
  }

  #act(plot: Plot, { name }: Call): void {
    this.#peace.catchUp();
    const deed = act(plot, this.#world);
    if (deed === undefined) return;
    this.#peace.also(deed);
    const at = this.#world.clock.now();
    this.#deeds.push({ ...deed, at, call: this.#calls, before: name });
  }

  /** What is asked of a thing, and whether people changed it before what was asked for is done. */
  #watch({ gateway, method, args, name }: Call): void {
    const [id = '', second] = args;
    const now = { at: this.#world.clock.now(), call: this.#calls };
    if (method === 'rules' || method === 'groupsOn') {
      const key = String(id);
      if (this.#asked.get(key)?.at !== now.at) this.#asked.set(key, now);
    }
    if (gateway === 'network') {
      for (const thing of changedBy(method, id, second)) this.#overwrite(String(id), thing);
    }
    if (name === 'journal.note residue') {
      this.#noted = this.#world.network.now;
      this.#notedAt = now.at;
    }
  }

  /** All that nobody slept through happens at one instant; a stale answer is older than its question. */
  #overwrite(askedOf: string, thing: string): void {
    const { lagMs } = this.#world.network;
    const asked = this.#asked.get(askedOf);
    const unseen = this.#deeds.some(
      ({ things, at, call }) =>
        things.includes(thing) &&
        asked !== undefined &&
        (lagMs > 0 ? at >= asked.at - lagMs : call >= asked.call && at === asked.at),
    );
    if (unseen) this.#overwritten.add(thing);
  }
}

const phaseOf = ({ phase }: Plot): number => phases.indexOf(phase);

/** The calls that begin a phase. */
const beginsWith: Readonly<Record<string, Phase>> = {
  'journal.write intend': 'inject',
  'hosts.run probe': 'hold',
  'journal.write close': 'restore',
  'journal.write finish': 'after',
};

/** Ids of what a call replaces as a whole. */
function changedBy(method: string, id: unknown, second: unknown): string[] {
  if (method === 'setGroups') return [String(id)];
  if (method !== 'editRules' && method !== 'removeRules') return [];
  return [...JSON.stringify(second).matchAll(/sgr-[a-z0-9-]+/g)].map(([ruleId]) => ruleId);
}
