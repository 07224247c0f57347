import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Report } from '../../core/report.ts';
import type { Journal } from '../../lambda/gateways.ts';
import { deployed } from './deployed.ts';
import { runAerofault } from './run-aerofault.ts';
import { execution, openRun, runId, stepId } from './open-run.ts';

/** The command as a person runs it, against a stack, a journal in the lab's DynamoDB and a machine. */

const by = 'person';

/** A restore that finds and undoes the cut, and looks again. */
async function restored(id: string, journal: Journal): Promise<'SUCCEEDED'> {
  await journal.write(id, { kind: 'close', by, at: Date.now() });
  const at = Date.now();
  await journal.note(id, { kind: 'restored', at, stepId, restoredAt: at, by });
  await journal.note(id, { kind: 'look', at, by, found: 1, unknown: [], last: false });
  const { version = 0 } = (await journal.read(id)) ?? {};
  await journal.write(id, { kind: 'finish', version, at: Date.now() });
  return 'SUCCEEDED';
}

const reason = 'SSM command c1 has not ended in time: Pending';

async function stuck(id: string, journal: Journal): Promise<'FAILED'> {
  await journal.write(id, { kind: 'close', by, at: Date.now() });
  const at = Date.now();
  await journal.note(id, { kind: 'undo', at, stepId, by, answer: 'unknown', reason });
  await journal.write(id, { kind: 'stick', at, steps: [{ stepId, reason }] });
  return 'FAILED';
}

describe('aerofault restore', () => {
  test('starts the restore machine, tells every look, and exits 0 once the run is final', async () => {
    const { journal, started, aerofault } = await deployed(restored);
    await openRun(journal);
    const { code, stdout, stderr } = await aerofault('restore', runId, '--watch');

    expect(started).toEqual([{ runId, by: 'person' }]);
    expect(stderr).toContain(`  ${stepId} restored by person\n`);
    expect(stderr).toContain('  look by person: 1 in force, 0 unknown\n');
    expect(stdout).toContain('nothing of it is left');
    expect(code).toBe(0);
  });

  test('exits 3 where the run is stuck, and says with what and what then', async () => {
    const { journal, aerofault } = await deployed(stuck);
    await openRun(journal);
    const { code, stdout, stderr } = await aerofault('restore', runId, '--watch');

    expect(stderr).toContain(`  ${stepId} not undone (unknown): ${reason}\n`);
    expect(stdout).toMatch(/STUCK since .*; the sweeper goes on trying/);
    expect(stdout).toContain(`    ${stepId}: ${reason}\n`);
    expect(stdout).toContain(`aerofault report ${runId}`);
    expect(code).toBe(3);
  });

  test('away from a terminal it only starts, and takes the ARN of the execution for the run', async () => {
    const { journal, started, aerofault } = await deployed();
    await openRun(journal);
    const { code, stdout } = await aerofault('restore', execution);

    expect(stdout).toMatch(`Restoring run ${runId}: arn:aws:states:`);
    expect({ code, started }).toEqual({ code: 0, started: [{ runId, by: 'person' }] });
  });

  test('a run that nobody knows, a strange word and a stack that is not there are refused', async () => {
    const { started, aerofault } = await deployed();
    const unknown = await aerofault('restore', 'nosuchrun');
    const strange = await aerofault('restore', 'Not A Run');
    const elsewhere = await aerofault('restore', runId, '--stack', 'Other');

    expect(unknown.stderr).toMatch(/^Cannot find run nosuchrun as it must be in the journal/);
    expect(strange.stderr).toMatch(/^Cannot tell the run as it must be .*: found "Not A Run"/);
    expect(elsewhere.stderr).toMatch(/^Cannot find stack "Other" as it must be deployed/);
    expect([unknown.code, strange.code, elsewhere.code]).toEqual([2, 2, 2]);
    expect(started).toEqual([]);
  });
});

describe('aerofault abort', () => {
  test('closes the run by a person and starts a restore, any number of times', async () => {
    const { journal, started, aerofault } = await deployed();
    await openRun(journal);
    const first = await aerofault('abort', runId);
    const closed = await journal.read(runId);
    const second = await aerofault('abort', runId);

    expect(closed).toMatchObject({ life: 'closed', closedBy: 'person' });
    expect(await journal.read(runId)).toEqual(closed);
    expect(first.stdout).toMatch(/is closed: nothing more of it is applied/);
    expect(second.stdout).toMatch(/was closed already/);
    expect([first.code, second.code, started.length]).toEqual([0, 0, 2]);
  });

  test('leaves a run alone that is over', async () => {
    const { journal, started, aerofault } = await deployed();
    await openRun(journal);
    await restored(runId, journal);
    const { code, stdout } = await aerofault('abort', runId);

    expect(stdout).toBe(`Run ${runId} is over already: final, nothing of it is left.\n`);
    expect({ code, started }).toEqual({ code: 0, started: [] });
  });
});

describe('aerofault report', () => {
  test('of a stuck run names the steps and prints what to paste, exit 3', async () => {
    const { journal, aerofault } = await deployed();
    await openRun(journal);
    await stuck(runId, journal);
    const { code, stdout } = await aerofault('report', runId);

    expect(stdout).toMatch(/^STUCK .*: host-cut\/i-node-1: SSM command c1 has not ended/);
    expect(stdout).toContain(
      '\naws ssm send-command --region eu-west-1 --document-name Staging-Restore --instance-ids i-node-1 ',
    );
    expect(stdout).toContain(`\niptables -w 5 -t filter -F AEROFAULT-${runId}-0; `);
    expect(stdout).toContain(`\naerofault restore ${runId}\n`);
    expect(code).toBe(3);
  });

  test('--json is the report, of one document', async () => {
    const { journal, aerofault } = await deployed();
    await openRun(journal);
    await stuck(runId, journal);
    const { stdout } = await aerofault('report', runId, '--json');

    const report = Report.parse(JSON.parse(stdout));
    expect(report.stuck?.steps.map((step) => [step.stepId, step.reason])).toEqual([
      [stepId, reason],
    ]);
    expect(await journal.report(runId)).toBeUndefined();
  });

  test('--html writes it as a page that holds the same, and says where', async () => {
    const { journal, aerofault } = await deployed();
    await openRun(journal);
    await stuck(runId, journal);
    const folder = mkdtempSync(join(tmpdir(), 'aerofault-test-'));
    const file = join(folder, 'pages/report.html');
    const { code, stdout, stderr } = await aerofault('report', runId, '--json', '--html', file);

    const page = readFileSync(file, 'utf8');
    rmSync(folder, { recursive: true });
    const [, held = ''] = /id="report">(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.parse(held)).toEqual(JSON.parse(stdout));
    expect(stderr).toContain(`the report as a page: ${file}`);
    expect(code).toBe(3);
  });

  test('--html where nothing can be written is refused in one sentence', async () => {
    const { journal, aerofault } = await deployed();
    await openRun(journal);
    const { code, stdout, stderr } = await aerofault('report', runId, '--html', 'package.json/x');

    expect(stderr).toMatch(
      /^Cannot write ".*" as it must be .*: found E\w+\nNothing was touched\.\n$/,
    );
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });

  test('a page of the CI job that cannot be written is told, and the exit code is of the run', async () => {
    const { journal, environment } = await deployed();
    await openRun(journal);
    await stuck(runId, journal);
    const { code, stdout, stderr } = await runAerofault(['report', runId], {
      ...environment,
      GITHUB_STEP_SUMMARY: '/nonexistent/summary.md',
    });

    expect(stdout).toMatch(/^STUCK /);
    expect(stderr).toMatch(
      /^Cannot add the report to the page of the job as GITHUB_STEP_SUMMARY must be .*: found ENOENT.*\n$/,
    );
    expect(code).toBe(3);
  });

  test('of a run under way is what is known so far, exit 5', async () => {
    const { journal, aerofault } = await deployed();
    await openRun(journal);
    const { code, stdout } = await aerofault('report', runId);

    expect(stdout).toContain('halves on orders-staging');
    expect(code).toBe(5);
  });
});

describe('aerofault status', () => {
  test('tells every run under way, or the one that is asked for', async () => {
    const { journal, aerofault } = await deployed();
    const none = await aerofault('status');
    await openRun(journal);
    const all = await aerofault('status');
    const one = await aerofault('status', runId);

    expect(none.stdout).toBe('No run is under way, and none ended within the last hour.\n');
    expect(all.stdout).toMatch(new RegExp(`^${runId} on orders-staging: open since 20`));
    expect(all.stdout).toContain('1 step(s) intended, deadline 20');
    expect(one.stdout).toBe(all.stdout);
  });

  test('where there is none, --json is a document nonetheless, watched or not', async () => {
    const { aerofault } = await deployed();
    const told = await aerofault('status', '--json');
    const watched = await aerofault('status', '--watch', '--json');
    const inWords = await aerofault('status', '--watch');

    expect(JSON.parse(told.stdout)).toEqual({ schemaVersion: 1, runs: [] });
    expect(watched.stdout).toBe(told.stdout);
    expect(inWords.stdout).toBe('No run is under way.\n');
    expect([told.code, watched.code, inWords.code]).toEqual([0, 2, 2]);
  });
});
