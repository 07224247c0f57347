import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, expect, test } from 'vitest';
import { commandLine, keepPlace, optionWords } from '../../bin/cli/command-line.ts';
import { onStack } from '../../bin/cli/connection.ts';
import { partition } from '../fakes/example-cluster.ts';
import { deployed } from './deployed.ts';
import { openRun, runId, stepId } from './open-run.ts';
import { startAerofault } from './run-aerofault.ts';

/** Lines that people paste: each goes where the command went that printed it. */

afterEach(() => keepPlace(new Command()));

/** A line of a command that was given these words. */
function lineAfter(...words: readonly string[]): string {
  keepPlace(onStack(new Command('any')).parse(words, { from: 'user' }));
  return commandLine('restore', 'run1');
}

test.each([
  { words: [], more: '' },
  { words: ['--stack', 'Aerofault'], more: ' --stack Aerofault' },
  {
    words: ['--profile', 'my team', '--region=eu-west-1', '--construct', 'A/B', '--stack', 'Shop'],
    more: " --stack Shop --construct A/B --region eu-west-1 --profile 'my team'",
  },
  { words: ['--profile', "it's;$x"], more: String.raw` --profile 'it'\''s;$x'` },
])('a line after $words has these, as a shell takes them', ({ words, more }) => {
  expect(lineAfter(...words)).toBe(`aerofault restore run1${more}`);
});

test('what is no option is quoted, too, and options without a value are left out', () => {
  const words = optionWords({ ports: '3000,3001', access: undefined });
  expect(commandLine('plan', 'my file.yaml', ...words)).toBe(
    "aerofault plan 'my file.yaml' --ports 3000,3001",
  );
});

test('nobody else makes such a line', () => {
  const folder = join(import.meta.dirname, '../../bin/cli');
  const others = readdirSync(folder).filter((name) => {
    return /aerofault [a-z]+ [^`'\n]*\$\{/.test(readFileSync(join(folder, name), 'utf8'));
  });
  expect(others).toEqual([]);
});

const place = ['--stack', 'Shop', '--construct', 'Blue', '--region', 'eu-west-1'];
const there = ' --stack Shop --construct Blue --region eu-west-1';

const reason = 'SSM command c1 has not ended in time: Pending';

test('status and report of a stuck run tell what to paste, with the place that was given', async () => {
  const { journal, aerofault } = await deployed();
  await openRun(journal);
  await journal.write(runId, { kind: 'close', by: 'person', at: Date.now() });
  await journal.write(runId, { kind: 'stick', at: Date.now(), steps: [{ stepId, reason }] });
  const status = await aerofault('status', runId, ...place);
  const report = await aerofault('report', runId, ...place);

  expect(status.stdout).toContain(`  what to do by hand: aerofault report ${runId}${there}\n`);
  expect(report.stdout).toContain(`\naerofault restore ${runId}${there}\n`);
});

test('run tells how to watch it, and whoever stops watching how to go on and how to end it', async () => {
  const cluster = partition.cluster;
  const { environment, aerofault } = await deployed(
    undefined,
    undefined,
    () => new Promise(() => {}),
  );
  const words = ['run', 'examples/halves.json', '--confirm', cluster, ...place];
  const detached = await aerofault(...words, '--detach');
  const watched = startAerofault(words, environment);
  await watched.heard(/^run \w+ /m);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  watched.child.kill('SIGINT');
  const { stderr, code } = await watched.ended;

  expect(detached.stderr).toMatch(
    new RegExp(`^To watch: aerofault status [a-z0-9]{12} --watch${there}$`, 'm'),
  );
  expect(stderr).toMatch(
    new RegExp(
      `^To watch again: aerofault status ([a-z0-9]{12}) --watch${there}. To end it: aerofault abort \\1${there}$`,
      'm',
    ),
  );
  expect(code).toBe(5);
});
