import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { planLines } from '../../bin/cli/plan-file.ts';
import { wrapped } from '../../bin/cli/screen.ts';
import { experimentIn } from '../../lib/experiment-file.ts';
import { shownPlan } from '../../core/plan/shown-plan.ts';
import { Refusal } from '../../core/refusal.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import { observedWorld } from '../lab/observed-world.ts';
import { runAerofault } from './run-aerofault.ts';

const onChange = (): Promise<void> => Promise.resolve();

/** The command as a person runs it, against the lab's EC2 with five nodes and a client. */
async function aerofault(words: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const world = buildWorld({ cluster: 'orders-staging', nodes: 5, clients: 1 });
  const state = new Ec2State(world.inventory);
  const before = JSON.stringify(state.describe());
  const endpoint = await startEc2(state, { host: '127.0.0.1', port: 0, onChange });
  onTestFinished(() => endpoint.close());
  const shown = await runAerofault(words, { AWS_ENDPOINT_URL_EC2: endpoint.url, ...environment });
  const changed = JSON.stringify(state.describe()) !== before;
  const acted = endpoint.calls
    .map(({ action }) => action)
    .filter((name) => !/^(Describe|Get)/.test(name));
  return { ...shown, changed, acted };
}

test('plan shows the steps and counts the calls, and changes nothing', async () => {
  const { code, stdout, changed, acted } = await aerofault(['plan', 'examples/halves.json']);

  expect(stdout).toContain('make the temporary group aerofault-run-1');
  expect(stdout).toMatch(
    /^ {2}cut {7}n3, n4, n5 <-> n1, n2 {2}tcp 3001, 3002 {2}\(24 flows in all\)$/m,
  );
  expect(stdout).toMatch(/^ {2}keep .*clients to all 5 nodes \(3000\)/m);
  expect(stdout).toMatch(/^ {2}expect {4}cluster sizes 3 \| 2; /m);
  expect(stdout).toMatch(
    /^ {2}costs {5}\d+ \+ \d+ calls that change EC2 .*0\.01 USD by the usual timing$/m,
  );
  expect(stdout).toMatch(
    /^ {2}ways out {2}workflow at 30 s, schedule at 150 s by the usual timing, sweeper, /m,
  );
  expect(stdout).toMatch(
    /^Plan [0-9a-f]{8}: \d+ steps on 2 hosts, 2 of 6 machines cut off, exact\. Nothing was changed\.\n$/m,
  );
  expect({ code, changed, acted }).toEqual({ code: 0, changed: false, acted: [] });
});

test('plan --explain says of every covering rule what becomes of it, and what is tracked', async () => {
  const { stdout } = await aerofault(['plan', 'examples/client-cut.json', '--explain']);

  expect(stdout).toMatch(/sgr-[0-9a-f]+ .*tcp 3000-3003/);
  expect(stdout).toMatch(/narrowed/);
  expect(stdout).toMatch(/tracked/);
});

test('plan --json is one document of plan and explanation, and --out writes the same', async () => {
  const out = join(mkdtempSync(join(tmpdir(), 'aerofault-plan-')), 'plan.json');
  const { stdout } = await aerofault(['plan', 'examples/client-cut.json', '--json', '--out', out]);
  const calls = { inject: 1, restore: 1 };

  const document: unknown = JSON.parse(stdout);
  expect(document).toMatchObject({
    schemaVersion: 1,
    digest: expect.stringMatching(/^[0-9a-f]{8}$/),
    blastRadius: { machines: 1, ofMachines: 6, flows: 5 },
    costs: { centsAtMost: 1, timing: 'usual' },
    plan: { calls },
    explanation: { calls },
  });
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual(document);
  rmSync(dirname(out), { recursive: true });
});

test('plan --out where nothing can be written is refused in one sentence', async () => {
  const { code, stdout, stderr } = await aerofault([
    'plan',
    'examples/client-cut.json',
    '--out',
    '/nonexistent/plan.json',
  ]);

  expect(stderr).toBe(
    'Cannot write "/nonexistent/plan.json" as it must be a writable file in a folder that is there: found ENOENT\nNothing was touched.\n',
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
});

test('plans of all examples for three nodes fit one screen, 24 lines and 110 columns', async () => {
  const inventory = await observedWorld({ cluster: 'orders-staging', nodes: 3, clients: 1 });
  const files = readdirSync('examples').filter((file) => file.endsWith('.json'));
  const shown = files.flatMap((file) => {
    const experiment = experimentIn(join('examples', file));
    try {
      return { experiment, inventory, plan: shownPlan(experiment, inventory), digest: '4be19c02' };
    } catch (error) {
      // Some need another layout, or what only hosts know.
      if (error instanceof Refusal) return [];
      throw error;
    }
  });

  expect(shown.length).toBeGreaterThan(20);
  for (const one of shown) {
    const lines = planLines(one, { long: false }).flatMap((line) => wrapped(line, 111));
    expect(lines.length, one.experiment.name).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map(({ length }) => length)), one.experiment.name).toBeLessThan(111);
  }
});

test('a refused plan says why in one sentence, and exits 2', async () => {
  const { code, stdout, stderr, changed } = await aerofault([
    'plan',
    'examples/bad/unknown-cluster.json',
  ]);

  expect(stderr).toMatch(/^Cannot plan for cluster .*: found none\nNothing was touched\.\n$/);
  expect({ code, stdout, changed }).toEqual({ code: 2, stdout: '', changed: false });
});

test('without credentials it says so, and exits 4', async () => {
  const { code, stderr } = await aerofault(['plan', 'examples/halves.json'], {
    AWS_ACCESS_KEY_ID: '',
    AWS_SECRET_ACCESS_KEY: '',
    HOME: '/nonexistent',
  });

  expect(stderr).toMatch(
    /^Cannot use AWS as its credentials must be there: found .*; sign in, .*\n$/,
  );
  expect(code).toBe(4);
});

test('a wrong word exits 2', async () => {
  expect((await aerofault(['plam'])).code).toBe(2);
});
