/**
 * The crash matrix: for the AWS calls of a run of every example, each of the things that may happen to a call,
 * one at a time; then the ways out do what they do, and nothing is left.
 *
 * The whole matrix has some 80,000 runs. AEROFAULT_MATRIX says how many are played: a number, or `all`.
 * The choice is the same each time; AEROFAULT_MATRIX_SEED makes another.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { madeAssembly } from '../assembly-setup.ts';
import { allCases, playCases, playWell, someCases } from './matrix.ts';
import type { Case, Outcome, Well } from './matrix.ts';
import { plantedInject } from './planted-bug.ts';
import type { Pool } from './pool.ts';
import { scenes } from './scenes.ts';
import { folderFor, poolFor } from './stage.ts';

const asked = process.env['AEROFAULT_MATRIX'] ?? '3000';
const seed = Number(process.env['AEROFAULT_MATRIX_SEED'] ?? '1');

const folder = folderFor('matrix');
const assembly = madeAssembly();
let pool: Pool;
let wells: ReadonlyMap<string, Well>;

beforeAll(async () => {
  pool = poolFor([assembly]);
  const played = scenes.map(async ({ name }) => [name, await playWell(pool, name)] as const);
  wells = new Map(await Promise.all(played));
});

describe('as nothing happens', () => {
  test.each(scenes)('$name goes through its fault to its end and leaves nothing', ({ name }) => {
    const { calls, residues } = wells.get(name)!;
    expect(residues).toEqual([]);
    // Whatever came of it, it was injected: a run that is refused would say nothing of restoring.
    expect(calls.filter((call) => call.startsWith('Inject '))).not.toEqual([]);
  });

  test('the same calls are made each time, so that each can be named', async () => {
    for (const name of ['client-cut', 'isolate-one-node']) {
      const again = await playWell(pool, name);
      // Those that are made side by side come in any order.
      expect(again.calls.toSorted()).toEqual(wells.get(name)?.calls.toSorted());
    }
  });
});

test('whatever happens to a call, the ways out leave nothing', async () => {
  const all = allCases(new Map([...wells].map(([name, { calls }]) => [name, calls])));
  const cases = asked === 'all' ? all : someCases(all, Number(asked), seed);
  let played = 0;
  const outcomes = await playCases(pool, cases, () => {
    played += 1;
    if (played % 500 === 0) say(`${played} of ${cases.length}`);
  });

  const withResidues = outcomes.filter(({ residues }) => residues.length > 0);
  say(`crash matrix: ${outcomes.length} runs, ${withResidues.length} residues`);
  say(`of ${all.length} that there are; seed ${seed}`);
  expect(withResidues).toEqual([]);
  expect(outcomes.filter(({ isReached }) => !isReached)).toEqual([]);
  expect(outcomes.length).toBe(cases.length);
});

describe('the matrix sees a run that acts before it writes its intent', () => {
  const cases: Case[] = (['killed after', 'gone after', 'answer lost'] as const).flatMap(
    (fault) => [
      { scene: 'client-cut', call: 'Inject ec2 ModifySecurityGroupRules #1', fault },
      { scene: 'isolate-one-node', call: 'Inject ssm SendCommand #1', fault },
    ],
  );
  let outcomes: Outcome[];

  beforeAll(async () => {
    const planted = poolFor([assembly, await plantedInject(folder)]);
    outcomes = await playCases(planted, cases);
  });

  test('an edited rule stays as it was edited', () => {
    const left = outcomes.filter(({ residues }) => residues.includes('EC2 is not as before'));
    expect(left.map(({ fault }) => fault)).toEqual(
      expect.arrayContaining(['killed after', 'gone after']),
    );
  });

  test('without the bug the same runs leave nothing', async () => {
    const sound = await playCases(pool, cases);
    expect(sound.flatMap(({ residues }) => residues)).toEqual([]);
  });
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
