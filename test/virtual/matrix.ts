/** The crash matrix: which calls of which runs something happens to, and what comes of it. */
import * as z from 'zod';
import { chanceOf } from './chance-of.ts';
import { kinds } from './faults.ts';
import type { CallName, Kind } from './faults.ts';
import type { Pool } from './pool.ts';

/** One run of the matrix. */
export interface Case {
  readonly scene: string;
  readonly call: CallName;
  readonly fault: Kind;
}

/** What a run as nothing happens came to. */
const Well = z.object({
  calls: z.array(z.string()),
  residues: z.array(z.string()),
  result: z.looseObject({ status: z.string() }),
});
export type Well = z.infer<typeof Well>;

const Played = z.object({
  isReached: z.boolean(),
  residues: z.array(z.string()),
  virtualSeconds: z.number(),
});

/** What came of a case. */
export type Outcome = Case & z.infer<typeof Played>;

/** Plays an example as nothing happens. */
export const playWell = (pool: Pool, scene: string): Promise<Well> =>
  pool.ask({ kind: 'well', scene }, Well);

/** Every case there is: every call of every example by every kind. */
export function allCases(calls: ReadonlyMap<string, readonly CallName[]>): Case[] {
  return [...calls].flatMap(([scene, names]) =>
    names.flatMap((call) => kinds.map((fault) => ({ scene, call, fault }))),
  );
}

const reads = /^\S+ \S+ (Get|Describe|List|Query|GET|BatchGet)/;

/** A state with an operation, the count taken away. */
const cellOf = ({ call, fault }: Case): string => `${call.replace(/ #\d+$/, '')} ${fault}`;

/**
 * Some of them: each operation of each state by each kind, in whichever example chance has it, then as many
 * changes as questions. Chance prefers no example: one that makes twice the calls, and takes twice as long,
 * is played no more often than others. The same for the same seed.
 */
export function someCases(cases: readonly Case[], count: number, seed: number): Case[] {
  const shuffled = shuffle(cases, seed);
  const cells = new Map(shuffled.toReversed().map((one) => [cellOf(one), one]));
  const chosen = new Set(cells.values());
  const rest = shuffled.filter((one) => !chosen.has(one));
  const changes = rest.filter(({ call }) => !reads.test(call));
  const questions = rest.filter(({ call }) => reads.test(call));
  const left = Math.max(0, count - chosen.size);
  const half = Math.min(changes.length, Math.ceil(left / 2));
  return [...chosen, ...changes.slice(0, half), ...questions.slice(0, left - half)].slice(0, count);
}

/** Plays cases, side by side. */
export async function playCases(
  pool: Pool,
  cases: readonly Case[],
  onOutcome: (outcome: Outcome) => void = () => undefined,
): Promise<Outcome[]> {
  // Runs of one example follow each other, so that their Lambdas stay warm.
  const ordered = cases.toSorted((left, right) => (left.scene < right.scene ? -1 : 1));
  return Promise.all(
    ordered.map(async (one) => {
      const { scene, call, fault } = one;
      const outcome = {
        ...one,
        ...(await pool.ask({ kind: 'fault', scene, call, fault }, Played)),
      };
      onOutcome(outcome);
      return outcome;
    }),
  );
}

/** Each with a chance that is the smaller, the more cases its example has. */
function shuffle(cases: readonly Case[], seed: number): Case[] {
  const chance = chanceOf(seed);
  const counts = new Map<string, number>();
  for (const { scene } of cases) counts.set(scene, (counts.get(scene) ?? 0) + 1);
  return cases
    .map((one) => ({ one, key: -Math.log(1 - chance()) * (counts.get(one.scene) ?? 1) }))
    .toSorted((left, right) => left.key - right.key)
    .map(({ one }) => one);
}
