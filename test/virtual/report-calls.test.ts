/**
 * The crash matrix's cells of Report and of what the sweeper delivers in its place: every call that writes,
 * keeps or announces a report, by each thing that may happen to it. The rest is crash-matrix.test.ts.
 */
import { expect, test } from 'vitest';
import { madeAssembly } from '../assembly-setup.ts';
import { kinds } from './faults.ts';
import { playCases, playWell } from './matrix.ts';
import { poolFor } from './stage.ts';

const scene = 'client-cut';

test('whatever happens to a call of Report, the report is kept and announced in the end', async () => {
  const pool = poolFor([madeAssembly()]);
  const { calls, residues } = await playWell(pool, scene);
  expect(residues).toEqual([]);
  const reporting = calls.filter((call) => call.startsWith('Report '));
  expect(reporting).toEqual(
    expect.arrayContaining([
      'Report dynamodb PutItem #1',
      'Report s3 PUT report.json #1',
      'Report eventbridge PutEvents #1',
    ]),
  );
  const cases = reporting.flatMap((call) => kinds.map((fault) => ({ scene, call, fault })));
  const outcomes = await playCases(pool, cases);
  expect(outcomes.filter(({ residues: left }) => left.length > 0)).toEqual([]);
  expect(outcomes.filter(({ isReached }) => !isReached)).toEqual([]);
});
