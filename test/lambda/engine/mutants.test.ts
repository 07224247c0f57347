/**
 * Takes each rule of the restore protocol out of a copy of the code, and sees the test of its row fail.
 *
 * One vitest process runs the protocol's tests in all copies; one copy is left as it is, to show that the
 * copying harms nothing.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { mutants } from './mutants.ts';
import type { Patch } from './mutants.ts';

const root = join(import.meta.dirname, '../../..');
const copied = ['core', 'lambda', 'test/fakes', 'test/lambda/engine'];
/** Copies share no module but those of node_modules, so nothing is gained by isolating them. */
const config = `export default {
  test: {
    include: ['*/test/lambda/engine/protocol-*.test.ts'],
    testTimeout: 3000,
    isolate: false,
    chaiConfig: { truncateThreshold: 0 },
  },
};`;

const Results = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({
          title: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()),
        }),
      ),
    }),
  ),
});

/** The protocol's tests in one copy, by how they ended. */
interface Ended {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly title: string; readonly says: string }[];
}

let home: string;
let ended: Map<string, Ended>;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'aerofault-mutants-'));
  await symlink(join(root, 'node_modules'), join(home, 'node_modules'));
  await writeFile(join(home, 'package.json'), '{ "type": "module" }');
  await writeFile(join(home, 'vitest.config.ts'), config);
  await copyTo('as-it-is', []);
  for (const [index, { patches }] of mutants.entries()) await copyTo(nameOf(index), patches);
  ended = await runAll();
}, 900_000);

afterAll(() => rm(home, { recursive: true, force: true }));

test('the copy that is left as it is passes', () => {
  expect(ended.get('as-it-is')?.failed).toEqual([]);
  expect(ended.get('as-it-is')?.passed.length).toBeGreaterThanOrEqual(25);
});

describe('without the rule its test fails', () => {
  const numbered = mutants.map((mutant, index) => ({ ...mutant, index }));

  test.each(numbered)('$row: $shows', ({ row, shows, index }) => {
    const { passed = [], failed = [] } = ended.get(nameOf(index)) ?? {};
    const ofRow = failed.filter(({ title }) => title.startsWith(row));

    expect(ofRow).toHaveLength(1);
    expect(ofRow[0]?.says).toContain(shows);
    // A mutant that breaks everything shows nothing.
    expect(passed.length).toBeGreaterThan(failed.length);
  });
});

test('every row has a mutant', () => {
  const rows = ended.get('as-it-is')?.passed.filter((title) => /^rules? \d/.test(title)) ?? [];
  const without = rows.filter((title) => !mutants.some(({ row }) => title.startsWith(row)));

  expect(without).toEqual([]);
});

const nameOf = (index: number): string => `mutant-${index}`;

async function copyTo(name: string, patches: readonly Patch[]): Promise<void> {
  for (const folder of copied) {
    await mkdir(join(home, name, folder), { recursive: true });
    await cp(join(root, folder), join(home, name, folder), { recursive: true });
  }
  for (const patch of patches) await apply(join(home, name, patch.file), patch);
}

async function apply(path: string, { file, find, put }: Patch): Promise<void> {
  const pieces = (await readFile(path, 'utf8')).split(find);
  if (pieces.length !== 2) {
    throw new Error(
      `Cannot patch ${file} as the text must occur once: found ${pieces.length - 1} of "${find}"`,
    );
  }
  await writeFile(path, pieces.join(put));
}

async function runAll(): Promise<Map<string, Ended>> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const output = join(home, 'results.json');
  const options = ['run', '--root', home, '--reporter=json', `--outputFile=${output}`];
  await new Promise((resolve) => {
    execFile(process.execPath, [vitest, ...options], { cwd: home, timeout: 880_000 }, resolve);
  });
  const { testResults } = Results.parse(JSON.parse(await readFile(output, 'utf8')));
  const results = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map((one) => ({
      ...one,
      copy: /as-it-is|mutant-\d+/.exec(name)?.[0] ?? name,
    })),
  );
  return new Map(
    [...Map.groupBy(results, ({ copy }) => copy)].map(([copy, all]) => [copy, endedOf(all)]),
  );
}

type Result = z.infer<typeof Results>['testResults'][number]['assertionResults'][number];

function endedOf(results: readonly Result[]): Ended {
  return {
    passed: results.filter(({ status }) => status === 'passed').map(({ title }) => title),
    failed: results
      .filter(({ status }) => status === 'failed')
      .map(({ title, failureMessages }) => ({ title, says: failureMessages.join() })),
  };
}
