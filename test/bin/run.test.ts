import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import { Report } from '../../core/report.ts';
import { executionName } from '../../bin/cli/start-run.ts';
import { partition } from '../fakes/example-cluster.ts';
import { deployed } from './deployed.ts';
import type { Workflow } from './deployed.ts';
import { engine } from './engine.ts';
import { startAerofault } from './run-aerofault.ts';

/** `aerofault run` as a program in a pipe, against a stack whose workflow is the engine on a world in memory. */

const folder = mkdtempSync(join(tmpdir(), 'aerofault-run-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'isolate.json');
writeFileSync(file, JSON.stringify(partition));
const cluster = partition.cluster;

const nothing: Workflow = () => new Promise(() => {});

const withWorkflow = (workflow: Workflow) => deployed(undefined, undefined, workflow);

describe('aerofault run', () => {
  test('in a pipe: starts it by name, a line an event, and the report; exit 0', async () => {
    const { started, aerofault } = await withWorkflow(engine());
    const { code, stdout, stderr } = await aerofault('run', file, '--confirm', cluster);

    expect(started).toEqual([
      {
        experiment: parseExperiment(partition),
        startedBy: expect.stringMatching(/@.* by aerofault run$/),
      },
    ]);
    expect(stderr).toMatch(
      /^run [a-z0-9]{12} {2}https:\/\/eu-west-1\.console\.aws\.amazon\.com\/states\/home\?region=eu-west-1#\/v2\/executions\/details\/arn:aws:states:eu-west-1:123456789012:execution:workflow:isolate-one-node-\d{8}T\d{6}Z$/m,
    );
    expect(stderr).toMatch(/^\d{4}-\S+Z [a-z0-9]{12} Restored host-cut\/i-node-1 by /m);
    expect(stdout).toMatch(/^CONFIRMED isolate-one-node on orders-staging, run /);
    expect(stderr).not.toContain('\u001B');
    expect(code).toBe(0);
  });

  test('--json is the report and nothing else; the page of the CI job gets a summary', async () => {
    const { environment } = await withWorkflow(engine());
    const summary = join(folder, 'summary.md');
    const words = ['run', file, '--confirm', cluster, '--json'];
    const { ended } = startAerofault(words, { ...environment, GITHUB_STEP_SUMMARY: summary });
    const { code, stdout } = await ended;

    expect(Report.parse(JSON.parse(stdout)).outcome).toBe('confirmed');
    expect(readFileSync(summary, 'utf8')).toMatch(/^## ✓ CONFIRMED: isolate-one-node on /);
    expect(code).toBe(0);
  });

  test('--detach only starts it, and tells the run', async () => {
    const { started, aerofault } = await withWorkflow(nothing);
    const { code, stdout } = await aerofault('run', file, '--confirm', cluster, '--detach');

    expect(stdout).toMatch(/^[a-z0-9]{12}\n$/);
    expect({ code, started: started.length }).toEqual({ code: 0, started: 1 });
  });

  test('--plan holds it to the plan that was shown', async () => {
    const { started, aerofault } = await withWorkflow(nothing);
    await aerofault('run', file, '--confirm', cluster, '--plan', '4be19c02', '--detach');

    expect(started).toMatchObject([{ experiment: { planDigest: '4be19c02' } }]);
  });

  test.each([
    {
      why: 'nobody confirms',
      words: [],
      says: /where nobody can be asked: found none; add --confirm orders-staging$/m,
    },
    {
      why: 'another cluster is confirmed',
      words: ['--confirm', 'orders-production'],
      says: /found "orders-production"$/m,
    },
    {
      why: 'the digest is none',
      words: ['--confirm', cluster, '--plan', 'latest'],
      says: /found "latest"$/m,
    },
  ])('where $why, nothing is started, exit 2', async ({ words, says }) => {
    const { started, aerofault } = await withWorkflow(nothing);
    const { code, stdout, stderr } = await aerofault('run', file, ...words);

    expect(stderr).toMatch(says);
    expect(stderr).toMatch(/\nNothing was touched\.\n$/);
    expect({ code, stdout, started }).toEqual({ code: 2, stdout: '', started: [] });
  });

  test('a bad file starts nothing, exit 2', async () => {
    const { started, aerofault } = await withWorkflow(nothing);
    const { code, stderr } = await aerofault(
      'run',
      'examples/bad/unknown-key.json',
      '--confirm',
      cluster,
    );

    expect(stderr).toMatch(/unknown-key\.json:16:3 .*\n1 problem\. Nothing was changed\.\n$/s);
    expect({ code, started }).toEqual({ code: 2, started: [] });
  });

  test('refused before it was opened, it says so in the words of the engine, exit 2', async () => {
    const errorMessage = 'Cannot open a run as the freeze switch must be off: found that it is on';
    const cause = JSON.stringify({ errorType: 'Refusal', errorMessage });
    const { aerofault } = await withWorkflow(async () => ({
      status: 'FAILED',
      error: 'Refusal',
      cause,
    }));
    const { code, stderr } = await aerofault('run', file, '--confirm', cluster);

    expect(stderr).toContain(`${errorMessage}\nNothing was touched.\n`);
    expect(code).toBe(2);
  });

  test('broken before it was opened, it exits 70', async () => {
    const { aerofault } = await withWorkflow(async () => ({
      status: 'FAILED',
      error: 'Lambda.Unknown',
      cause: '',
    }));
    expect((await aerofault('run', file, '--confirm', cluster)).code).toBe(70);
  });

  test('a signal without a terminal stops the watching alone, exit 5', async () => {
    const { environment } = await withWorkflow(nothing);
    const { child, ended, heard } = startAerofault(
      ['run', file, '--confirm', cluster],
      environment,
    );
    await heard(/^run [a-z0-9]{12} /m);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    child.kill('SIGINT');
    const { code, stderr } = await ended;

    expect(stderr).toMatch(/Stopped watching; run [a-z0-9]{12} goes on, and ends by itself\.\n/);
    expect(stderr).toMatch(/aerofault status [a-z0-9]{12} --watch/);
    expect(code).toBe(5);
  });

  test('status --watch joins it later, and ends as it does', async () => {
    const { journal, aerofault } = await withWorkflow(engine(6_000));
    const { stdout } = await aerofault('run', file, '--confirm', cluster, '--detach');
    const runId = stdout.trim();
    while ((await journal.report(runId)) === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const joined = await aerofault('status', runId, '--watch');

    expect(joined.stdout).toMatch(/^CONFIRMED /);
    expect(joined.code).toBe(0);
  });
});

test('names of executions are what Step Functions takes, and tell what and when', () => {
  const name = executionName('isolate-one-node', Date.UTC(2026, 10, 21, 12, 1, 11));
  expect(name).toBe('isolate-one-node-20261121T120111Z');
  expect(executionName('a'.repeat(40), Date.now()).length).toBeLessThanOrEqual(80);
});
