import { expect, onTestFinished, test } from 'vitest';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
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
    /^Plan [0-9a-f]{8}: \d+ step\(s\), 2 of 6 machines cut off, exact, \d+ \+ \d+ calls to EC2/m,
  );
  expect({ code, changed, acted }).toEqual({ code: 0, changed: false, acted: [] });
});

test('plan --explain says of every covering rule what becomes of it, and what is tracked', async () => {
  const { stdout } = await aerofault(['plan', 'examples/client-cut.json', '--explain']);

  expect(stdout).toMatch(/sgr-[0-9a-f]+ .*tcp 3000-3003/);
  expect(stdout).toMatch(/narrowed/);
  expect(stdout).toMatch(/tracked/);
});

test('plan --json is one document of plan and explanation', async () => {
  const { stdout } = await aerofault(['plan', 'examples/client-cut.json', '--json']);
  const calls = { inject: 1, restore: 1 };

  expect(JSON.parse(stdout)).toMatchObject({ plan: { calls }, explanation: { calls } });
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

  expect(stderr).toContain('Cannot use AWS as it must let us in');
  expect(code).toBe(4);
});

test('a wrong word exits 2', async () => {
  expect((await aerofault(['plam'])).code).toBe(2);
});
