import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { experimentIn } from '../../lib/experiment-file.ts';
import { startEc2 } from '../../lab/cloud/ec2/server.ts';
import { Ec2State } from '../../lab/cloud/ec2/state.ts';
import { buildWorld } from '../../lab/vpc/world.ts';
import { hasTmux, openTerminal } from '../rehearsal/terminal.ts';
import type { Terminal } from '../rehearsal/terminal.ts';
import { deployed } from './deployed.ts';
import { openRun, runId } from './open-run.ts';

/** The command line at a pseudo-terminal, where it needs no lab; test/rehearsal/cli.test.ts has the rest. */

const folder = mkdtempSync(join(tmpdir(), 'aerofault-terminal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where a file may be written that is not there. */
const aPlace = (): string => join(mkdtempSync(join(folder, 'init-')), 'first.yaml');

const main = fileURLToPath(new URL('../../bin/aerofault.ts', import.meta.url));
const aerofault = (words: string): string => `'${process.execPath}' '${main}' ${words}`;
const describeAtTerminal = describe.skipIf(!hasTmux());
let opened = 0;

/** Opens a terminal for a test's time. */
function terminal(
  command: string,
  {
    columns = 80,
    environment = {},
  }: { columns?: number; environment?: Record<string, string> } = {},
): Terminal {
  const one = openTerminal({ folder, name: `t${(opened += 1)}`, columns, command, environment });
  onTestFinished(() => one.close());
  return one;
}

const credentials = {
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'lab',
  AWS_SECRET_ACCESS_KEY: 'lab',
};

describeAtTerminal('aerofault init, question by question', () => {
  test('writes what was answered, which validate accepts', async () => {
    const out = aPlace();
    const one = terminal(`${aerofault(`init --out ${out}`)} && ${aerofault(`validate ${out}`)}`);
    await one.until(/What should happen\?/);
    one.keys('Down', 'Enter');
    await one.until(/What is the cluster called/);
    one.keys('two words', 'Enter');
    await one.until(/It must be letters, digits/);
    one.keys(...Array.from({ length: 'two words'.length }, () => 'BSpace'));
    one.keys('orders-staging', 'Enter');
    await one.until(/How\?/);
    one.keys('Down', 'Enter');
    await one.until(/For how many seconds\?/);
    one.keys('45', 'Enter');
    await one.until(/EXIT \d+/);
    const lines = one.lines();

    expect(lines).toContain(`Next: aerofault plan ${out}`);
    expect(lines.join(' ')).toMatch(/: split-in-halves on orders-staging, partition by security-g/);
    expect(lines.at(-1)).toBe('EXIT 0');
    expect(experimentIn(out)).toMatchObject({
      name: 'split-in-halves',
      cluster: 'orders-staging',
      mechanism: 'security-group',
      holdSeconds: 45,
    });
  });

  test('Enter takes what is usual, but a cluster must be named', async () => {
    const out = aPlace();
    const one = terminal(aerofault(`init --out ${out}`));
    await one.until(/What should happen\?/);
    one.keys('Enter');
    await one.until(/What is the cluster called/);
    one.keys('Enter');
    await one.until(/It must be letters, digits/);
    one.keys('orders-staging', 'Enter');
    await one.until(/How\?/);
    one.keys('Enter');
    await one.until(/For how many seconds\?/);
    one.keys('Enter');
    await one.until(/EXIT 0/);

    expect(experimentIn(out)).toMatchObject({ mechanism: 'iptables', holdSeconds: 60 });
  });

  test('asks for the zone that is lost, and for no other kind', async () => {
    const out = aPlace();
    const one = terminal(
      aerofault(`init --out ${out} --kind lose-a-zone --cluster orders-staging`),
    );
    await one.until(/Which availability zone is lost/);
    one.keys('EU', 'Enter');
    await one.until(/It must be small letters, digits and hyphens/);
    one.keys('BSpace', 'BSpace', 'eu-west-1b', 'Enter');
    await one.until(/How\?/);
    one.keys('Enter');
    await one.until(/For how many seconds\?/);
    one.keys('Enter');
    await one.until(/EXIT 0/);

    expect(experimentIn(out).fault).toMatchObject({ topology: { zone: 'eu-west-1b' } });
  });

  test('a file that is there already is told before anything is asked, exit 2', async () => {
    const out = aPlace();
    writeFileSync(out, 'mine\n');
    const one = terminal(aerofault(`init --out ${out}`));
    await one.until(/EXIT 2/);

    expect(one.shows()).toMatch(/must not be there yet/);
    expect(one.shows()).not.toMatch(/What should happen\?/);
    expect(readFileSync(out, 'utf8')).toBe('mine\n');
  });

  test('a place where nothing can be written is told before anything is asked, exit 2', async () => {
    const one = terminal(aerofault(`init --out ${folder}/no/such/first.yaml`));
    await one.until(/EXIT 2/);

    expect(one.shows()).not.toMatch(/What should happen\?/);
  });

  test.each(['xterm', 'dumb'])(
    'Ctrl-C in its midst leaves no file, exit 130 (TERM=%s)',
    async (term) => {
      const out = aPlace();
      const one = terminal(`TERM=${term} ${aerofault(`init --out ${out}`)}`);
      await one.until(/What should happen\?/);
      one.keys('Enter');
      await one.until(/What is the cluster called/);
      one.keys('C-c');
      const ended = await one.until(/EXIT \d+/);

      expect(ended).toMatch(/Nothing was started\.\nEXIT 130$/);
      expect(existsSync(out)).toBe(false);
    },
  );
});

describeAtTerminal('TERM=dumb', () => {
  test('init asks line by line, takes answers as lines, and sends no escape', async () => {
    const out = aPlace();
    const one = terminal(`TERM=dumb ${aerofault(`init --out ${out}`)}`);
    await one.until(/Which, 1 to 4\?/);
    one.keys('5', 'Enter');
    await one.until(/It must be 1 to 4/);
    one.keys('4', 'Enter');
    await one.until(/What is the cluster called/);
    one.keys('orders-staging', 'Enter');
    await one.until(/Which, 1 to 2\?/);
    one.keys('Enter');
    await one.until(/For how many seconds\? \(60\)/);
    one.keys('30', 'Enter');
    await one.until(/EXIT 0/);

    expect(one.sent()).not.toContain('\u001B');
    expect(experimentIn(out)).toMatchObject({ name: 'cut-clients', holdSeconds: 30 });
  });

  test('input that ends is no answer: nothing is written, exit 130', async () => {
    const out = aPlace();
    const one = terminal(`TERM=dumb ${aerofault(`init --out ${out}`)}`);
    await one.until(/Which, 1 to 4\?/);
    one.keys('C-d');
    await one.until(/EXIT 130/);
    expect(existsSync(out)).toBe(false);
  });

  test('a plan has no escape, and is told whole', async () => {
    const environment = await withEc2();
    const one = terminal(`TERM=dumb ${aerofault('plan examples/halves.json')}`, { environment });
    await one.until(/EXIT \d+/);

    expect(one.lines().join(' ')).toMatch(/ Plan [0-9a-f]{8}: .*Nothing was changed\. /);
    expect(one.sent()).not.toContain('\u001B');
  });
});

/** The lab's EC2 with three nodes and a client, as a command finds it. */
async function withEc2(): Promise<Record<string, string>> {
  const world = buildWorld({ cluster: 'orders-staging', nodes: 3, clients: 1 });
  const state = new Ec2State(world.inventory);
  const place = { host: '127.0.0.1', port: 0, onChange: () => Promise.resolve() };
  const endpoint = await startEc2(state, place);
  onTestFinished(() => endpoint.close());
  return { ...credentials, AWS_ENDPOINT_URL_EC2: endpoint.url };
}

/** Lines over the width, but for a word that fills one alone, and for what is to be pasted. */
const tooLong = (lines: readonly string[], columns: number): string[] =>
  lines.filter(
    (line) => line.length > columns && /\S\s+\S/.test(line) && !line.startsWith('Next: aerofault '),
  );

describeAtTerminal('at 40 columns', () => {
  test.each(['isolate-one-node', 'halves', 'sequence', 'client-cut-iptables'])(
    'plan %s breaks lines between words, and none is too long',
    async (name) => {
      const environment = await withEc2();
      const one = terminal(aerofault(`plan examples/${name}.json`), { columns: 40, environment });
      await one.until(/EXIT \d+/);
      const lines = one.lines();

      expect(lines.join(' ')).toMatch(/Plan [0-9a-f]{8}: .*exact\. Nothing was changed\. /);
      expect(lines).toContainEqual(expect.stringMatching(/^ {2}cut {7}\S/));
      expect(tooLong(lines, 40)).toEqual([]);
      expect(lines.at(-1)).toBe('EXIT 0');
    },
  );

  test('status breaks lines between words, and none is too long', async () => {
    const { journal, environment } = await deployed();
    await openRun(journal);
    const around = { ...credentials, ...environment };
    const one = terminal(aerofault('status'), { columns: 40, environment: around });
    await one.until(/EXIT \d+/);
    const lines = one.lines();

    expect(lines.join(' ')).toMatch(/ on orders-staging: open since 20.* 1 step\(s\) intended, /);
    expect(tooLong(lines, 40)).toEqual([]);
    expect(lines.at(-1)).toBe('EXIT 0');
  });

  test('what to do next is one line, and goes to the same place', async () => {
    const { journal, environment } = await deployed();
    await openRun(journal);
    const around = { ...credentials, ...environment };
    const words = `abort ${runId} --stack Shop --construct Blue --region eu-west-1`;
    const one = terminal(aerofault(words), { columns: 40, environment: around });
    await one.until(/EXIT \d+/);

    expect(one.lines()).toContain(
      `Next: aerofault restore ${runId} --watch --stack Shop --construct Blue --region eu-west-1`,
    );
  });

  test('init asks, and shows each choice', async () => {
    const out = aPlace();
    const one = terminal(aerofault(`init --out ${out} --cluster orders-staging`), { columns: 40 });
    await one.until(/What should happen\?/);
    one.keys('Enter');
    await one.until(/How\?/);
    one.keys('Enter');
    await one.until(/For how many seconds\?/);
    one.keys('Enter');
    await one.until(/EXIT 0/);
    expect(readFileSync(out, 'utf8')).toContain('cluster: orders-staging');
  });
});
