/**
 * The crash matrix of the way into another account: for every call of STS that a run makes there, each of the
 * things that may happen to a call, one at a time; then the ways out do what they do, as the right account.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { buildAssembly } from '../../lab/build-assembly.ts';
import { allCases, playCases, playWell } from './matrix.ts';
import type { Well } from './matrix.ts';
import { folderFor, poolFor } from './stage.ts';
import { twoAccounts } from './target-of-the-lab.ts';

const assembly = await buildAssembly(folderFor('matrix-across'), twoAccounts);

/** The states that go where the cluster is. */
const goers = [
  'Plan',
  'Baseline',
  'TryRestore',
  'Inject',
  'Prove',
  'Watch',
  'Restore',
  'ProveClean',
  'AwaitRecovery',
];

/** By security groups, and by scripts on hosts. */
describe.each(['client-cut', 'isolate-one-node'])('%s in another account', (scene) => {
  // Workers of its own: what is begun cold for every run fills them.
  const pool = poolFor([assembly]);
  let well: Well;

  beforeAll(async () => {
    well = await playWell(pool, scene);
  });

  test('every state that goes there assumes its role, and nothing is left', () => {
    const enters = well.calls.filter((call) => call.includes(' sts '));
    expect(enters.toSorted()).toEqual(
      goers.map((state) => `${state} sts AssumeRole #1`).toSorted(),
    );
    expect(well.residues).toEqual([]);
  });

  test('whatever happens on the way in, the ways out leave nothing', async () => {
    const calls = well.calls.filter((call) => call.includes(' sts '));
    const outcomes = await playCases(pool, allCases(new Map([[scene, calls]])));

    expect(outcomes).toHaveLength(8 * calls.length);
    expect(outcomes.filter(({ residues, isReached }) => residues.length > 0 || !isReached)).toEqual(
      [],
    );
  });
});
