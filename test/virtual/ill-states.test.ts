/**
 * Every state's failure reaches Restore, by the synthesised definitions and the real bundles: one execution
 * for each state and for each way in which its function fails for good.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { madeAssembly } from '../assembly-setup.ts';
import * as z from 'zod';
import type { Pool } from './pool.ts';
import { poolFor } from './stage.ts';
import { illnesses } from './virtual-lambda.ts';

const Survived = z.object({
  visited: z.array(z.string()),
  status: z.string(),
  residues: z.array(z.string()),
});

let pool: Pool;
beforeAll(() => {
  pool = poolFor([madeAssembly()]);
});

const play = (state: string, illness: string) =>
  pool.ask({ kind: 'ill', scene: 'client-cut', state, illness }, Survived);

describe.each(illnesses)('a function that %s', (illness) => {
  const before = ['Plan', 'Baseline', 'TryRestore', 'Arm', 'Inject', 'Prove', 'Watch'];

  test.each(before)(
    'in %s: Restore comes next, then Report, and nothing is left',
    async (state) => {
      const { visited, status, residues } = await play(state, illness);

      expect(visited[visited.indexOf(state) + 1]).toBe('Restore');
      expect(visited).toContain('Report');
      expect(status).toBe('FAILED');
      expect(residues).toEqual([]);
    },
  );

  test.each(['Restore', 'ProveClean', 'AwaitRecovery'])(
    'in %s: Report comes next, and other ways out leave nothing',
    async (state) => {
      const { visited, status, residues } = await play(state, illness);

      expect(visited[visited.indexOf(state) + 1]).toBe('Report');
      expect(status).toBe('FAILED');
      expect(residues).toEqual([]);
    },
  );

  test.each(['Open', 'Report'])(
    'in %s: the execution fails by name, and nothing is left',
    async (state) => {
      const { visited, status, residues } = await play(state, illness);

      expect(visited.at(-1)).toBe(`${state}Failed`);
      expect(status).toBe('FAILED');
      expect(residues).toEqual([]);
    },
  );
});
