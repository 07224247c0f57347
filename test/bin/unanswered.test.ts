import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { runIdOf } from '../../lambda/run-id.ts';
import { partition } from '../fakes/example-cluster.ts';
import { deployed } from './deployed.ts';
import type { Deployed, Workflow } from './deployed.ts';
import { doorsBefore } from './doors.ts';
import type { Fate, Passing } from './doors.ts';
import { execution, openRun, runId } from './open-run.ts';
import { runAerofault } from './run-aerofault.ts';

/** What people are told, and what becomes of their runs, where AWS does not answer or says no. */

const folder = mkdtempSync(join(tmpdir(), 'aerofault-unanswered-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'isolate.json');
writeFileSync(file, JSON.stringify(partition));
const run = ['run', file, '--confirm', partition.cluster];

const nothing: Workflow = () => new Promise(() => {});

/** The command where calls come to this fate. */
async function behindDoors({ environment }: Deployed, fateOf: (call: Passing) => Fate) {
  const doors = await doorsBefore(environment, fateOf);
  return (...words: readonly string[]) => runAerofault(words, doors.environment);
}

/** Loses this many answers to StartExecution. */
function losing(times: number): (call: Passing) => Fate {
  const left = { times };
  return ({ operation }) =>
    operation === 'StartExecution' && left.times-- > 0 ? 'lose-answer' : 'deliver';
}

describe('a start whose answer is lost', () => {
  test('is asked for again, and the run is one', async () => {
    const deployment = await deployed(undefined, undefined, nothing);
    const aerofault = await behindDoors(deployment, losing(2));
    const { code, stdout } = await aerofault(...run, '--detach');

    expect(stdout).toMatch(/^[a-z0-9]{12}\n$/);
    expect({ code, started: deployment.started.length }).toEqual({ code: 0, started: 1 });
  });

  test('of a run that was over by then is told as the run that it was', async () => {
    const errorMessage = 'Cannot open a run as the freeze switch must be off: found that it is on';
    const cause = JSON.stringify({ errorType: 'Refusal', errorMessage });
    const deployment = await deployed(undefined, undefined, async () => {
      return { status: 'FAILED', error: 'Refusal', cause };
    });
    const aerofault = await behindDoors(deployment, losing(1));
    const { code, stderr } = await aerofault(...run);

    expect(stderr).toContain(`${errorMessage}\nNothing was touched.\n`);
    expect({ code, started: deployment.started.length }).toEqual({ code: 2, started: 1 });
  });

  test('for good leaves open whether it goes, and says how to look, exit 5', async () => {
    const deployment = await deployed(undefined, undefined, nothing);
    const aerofault = await behindDoors(deployment, losing(100));
    const { code, stdout, stderr } = await aerofault(...run);

    expect(stderr).toMatch(
      /^Cannot tell whether isolate-one-node was started as Step Functions must answer: found .*; it may be going as run [a-z0-9]{12}: look with aerofault status before repeating the command\n$/,
    );
    expect({ code, stdout, started: deployment.started.length }).toEqual({
      code: 5,
      stdout: '',
      started: 1,
    });
  });

  test('of a restore is asked for again', async () => {
    const deployment = await deployed();
    await openRun(deployment.journal);
    const aerofault = await behindDoors(deployment, losing(1));
    const { code, stdout } = await aerofault('restore', runId, '--no-watch');

    expect(stdout).toMatch(`Restoring run ${runId}: arn:aws:states:`);
    expect(code).toBe(0);
  });
});

test('a start that is not allowed is told as that, exit 4: nothing is going', async () => {
  const aerofault = await behindDoors(await deployed(), ({ operation }) =>
    operation === 'StartExecution' ? 'deny' : 'deliver',
  );
  const { code, stderr } = await aerofault(...run);

  expect(stderr).toMatch(/^Cannot use AWS as it must allow what was asked: found AccessDenied/);
  expect(code).toBe(4);
});

describe('aerofault abort --all', () => {
  const another = `${execution}-2`;

  /** Two runs that are open, of which nobody may close the first. */
  async function twoRuns() {
    const deployment = await deployed();
    await openRun(deployment.journal);
    await openRun(deployment.journal, another);
    const aerofault = await behindDoors(deployment, ({ operation, params }) =>
      operation === 'UpdateItem' && JSON.stringify(params).includes(runId) ? 'deny' : 'deliver',
    );
    return { deployment, aerofault };
  }

  test('tries every run, tells what became of each, and exits with the worst code', async () => {
    const { deployment, aerofault } = await twoRuns();
    const { code, stdout, stderr } = await aerofault('abort', '--all');

    expect(await deployment.journal.read(runIdOf(another))).toMatchObject({ life: 'closed' });
    expect(stdout).toMatch(
      new RegExp(
        `^Run ${runIdOf(another)} is closed: nothing more of it is applied\\.\nRestoring run ${runIdOf(another)}: arn:\\S+\n$`,
      ),
    );
    expect(stderr).toMatch(new RegExp(`^Run ${runId}: Cannot use AWS as it must allow .*\n$`));
    expect(code).toBe(4);
  });

  test('--json is one document with each, and each line is told as it comes', async () => {
    const { aerofault } = await twoRuns();
    const { code, stdout, stderr } = await aerofault('abort', '--all', '--json');

    const { runs } = JSON.parse(stdout);
    expect(runs).toHaveLength(2);
    expect(runs).toContainEqual({
      runId,
      became: 'failed',
      exitCode: 4,
      says: [expect.stringMatching(/Cannot use AWS/)],
    });
    expect(runs).toContainEqual({
      runId: runIdOf(another),
      became: 'closed',
      exitCode: 0,
      says: [expect.stringMatching(/is closed/), expect.stringMatching(/^Restoring run /)],
    });
    expect(stderr).toContain('is closed: nothing more of it is applied');
    expect(code).toBe(4);
  });

  test('says that a run is closed whose restore could not be started', async () => {
    const deployment = await deployed();
    await openRun(deployment.journal);
    const aerofault = await behindDoors(deployment, ({ operation }) =>
      operation === 'StartExecution' ? 'deny' : 'deliver',
    );
    const { code, stdout, stderr } = await aerofault('abort', runId);

    expect(stdout).toBe(`Run ${runId} is closed: nothing more of it is applied.\n`);
    expect(stderr).toMatch(/^Cannot use AWS as it must allow what was asked: /);
    expect(code).toBe(4);
  });
});
