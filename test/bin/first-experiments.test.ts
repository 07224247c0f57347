import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { firstExperiment, firstKinds, tagCommands } from '../../bin/cli/first-experiments.ts';
import type { FirstChoice, FirstKind } from '../../bin/cli/first-experiments.ts';
import { kinds, mechanisms } from '../../bin/cli/init-command.ts';
import { plan } from '../../core/plan/plan.ts';
import type { Inventory } from '../../core/inventory.ts';
import { experimentIn } from '../../lib/experiment-file.ts';
import { observedWorld } from '../lab/observed-world.ts';
import { runAerofault } from './run-aerofault.ts';

/** `aerofault init` where nobody is asked; test/bin/terminal.test.ts answers its questions. */

const folder = mkdtempSync(join(tmpdir(), 'aerofault-init-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A file that is not there. */
const aPlace = (): string => join(mkdtempSync(join(folder, 'place-')), 'first.yaml');

const init = (...words: readonly string[]) => runAerofault(['init', ...words], {});

const cluster = 'orders-staging';
const links = [3001, 3002];

/** What each kind says, on nodes n1… in turn in zones a, b and c, every zone and role with its own subnet. */
const meant: Readonly<
  Record<
    FirstKind,
    {
      readonly words: string;
      readonly nodes: number;
      /** Who is cut off, and from whom: nodes both ways. */
      readonly lost: readonly string[];
      readonly by: readonly string[];
      readonly ports: readonly number[];
      readonly clusterSizes: readonly number[];
    }
  >
> = {
  'isolate-one-node': {
    words: 'cut one node off from the others',
    nodes: 3,
    lost: ['n1'],
    by: ['n2', 'n3'],
    ports: links,
    clusterSizes: [1, 2],
  },
  'split-in-halves': {
    words: 'split the cluster into two halves',
    nodes: 3,
    lost: ['n1'],
    by: ['n2', 'n3'],
    ports: links,
    clusterSizes: [1, 2],
  },
  'lose-a-zone': {
    words: 'cut the nodes of an availability zone off from the others',
    nodes: 6,
    lost: ['n2', 'n5'],
    by: ['n1', 'n3', 'n4', 'n6'],
    ports: links,
    clusterSizes: [2, 4],
  },
  'cut-clients': {
    words: 'cut all clients off from all nodes',
    nodes: 3,
    lost: ['c1', 'c2'],
    by: ['n1', 'n2', 'n3'],
    ports: [3000],
    clusterSizes: [3],
  },
};

type Names = readonly string[];

/** Each flow from some to others, by name. */
const flows = (from: Names, to: Names, ports: readonly number[]): string[] =>
  from.flatMap((one) => to.flatMap((other) => ports.map((port) => `${one} -> ${other}:${port}`)));

const nameIn =
  ({ instances }: Inventory) =>
  (id: string): string =>
    instances.find((one) => one.id === id)?.name ?? id;

const choiceOf = (kind: FirstKind, mechanism: FirstChoice['mechanism']): FirstChoice => {
  const choice = { cluster, mechanism, holdSeconds: 60 };
  return kind === 'lose-a-zone' ? { ...choice, kind, zone: 'eu-west-1b' } : { ...choice, kind };
};

describe.each(kinds.options)('%s', (kind) => {
  const { words, nodes, lost, by, ports, clusterSizes } = meant[kind];

  test.each(mechanisms.options)('by %s does what it says, with help for editors', async (how) => {
    const text = firstExperiment(choiceOf(kind, how), 'schema/experiment.schema.json');
    const file = aPlace();
    writeFileSync(file, text);
    const experiment = experimentIn(file);
    const inventory = await observedWorld({ cluster, nodes, clients: 2, layout: 'tiers' });
    const planned = plan(experiment, inventory, 'run1');
    const named = (ids: Names): string[] => ids.map(nameIn(inventory)).toSorted();
    const cut = planned.cuts.flatMap((one) => flows(named(one.from), named(one.to), one.ports));
    const back = kind === 'cut-clients' ? [] : flows(by, lost, ports);

    expect(firstKinds[kind]).toBe(words);
    expect(text).toMatch(/^# yaml-language-server: \$schema=schema\/experiment\.schema\.json\n/);
    expect(text).toContain(`\n# ${words}; every key: `);
    expect(experiment).toMatchObject({ name: kind, cluster, mechanism: how, holdSeconds: 60 });
    expect(named(planned.targets)).toEqual(lost);
    expect(cut.toSorted()).toEqual([...flows(lost, by, ports), ...back].toSorted());
    expect(planned.prediction).toMatchObject({ connections: 'full', clusterSizes });
  });
});

test('names that YAML would take for something else stay names', () => {
  for (const name of ['007', 'true', '1e3', '3000.0']) {
    const file = aPlace();
    const choice = { ...choiceOf('isolate-one-node', 'iptables'), cluster: name };
    writeFileSync(file, firstExperiment(choice, 'schema/experiment.schema.json'));
    expect(experimentIn(file).cluster).toBe(name);
  }
});

test('the tags are those that README names; of subnets only where their ACLs are swapped', () => {
  const tagged = mechanisms.options.map((mechanism) => tagCommands({ cluster, mechanism }).join());

  for (const commands of tagged) {
    expect(commands).toMatch(/i-NODE1 .*aerofault:role,Value=node/);
    expect(commands).toMatch(/eni-NODE1 .*eni-CLIENT1 sg-NODES sg-CLIENTS --tags Key=aerofault:c/);
  }
  expect(tagged.map((commands) => commands.includes('subnet-NODES'))).toEqual([
    false,
    false,
    false,
    true,
  ]);
});

describe('aerofault init', () => {
  test('writes it, prints the tags to set, and never replaces a file but by force', async () => {
    const out = aPlace();
    const words = ['--cluster', cluster, '--out', out, '--mechanism', 'network-acl'];
    const { code, stdout } = await init(...words);
    writeFileSync(out, 'mine');
    const again = await init(...words);
    const kept = readFileSync(out, 'utf8');
    const forced = await init(...words, '--force', '--json');

    expect(stdout).toMatch(/^aws ec2 create-tags .* subnet-NODES .*Value=orders-staging$/m);
    expect([code, again.code, kept, forced.code]).toEqual([0, 2, 'mine', 0]);
    expect(JSON.parse(forced.stdout)).toMatchObject({
      schemaVersion: 1,
      file: out,
      experiment: { ...experimentIn(out) },
      tagCommands: expect.arrayContaining([expect.stringContaining('subnet-NODES')]),
    });
    expect(experimentIn(out).cluster).toBe(cluster);
  });

  test('a zone that is named is the one that is lost', async () => {
    const out = aPlace();
    const words = ['--cluster', cluster, '--kind', 'lose-a-zone', '--zone', 'eu-west-1b'];
    const { code } = await init(...words, '--out', out);

    expect(experimentIn(out).fault).toMatchObject({
      kind: 'partition',
      topology: { kind: 'isolate', zone: 'eu-west-1b' },
    });
    expect(code).toBe(0);
  });

  test.each([
    { given: 'no cluster', words: [], says: /as --cluster must name one .*; add --cluster NAME$/ },
    {
      given: 'no zone to lose',
      words: ['--cluster', cluster, '--kind', 'lose-a-zone'],
      says: /as --zone must name one where nobody can be asked: found none; add --zone ZONE$/,
    },
    {
      given: 'a zone where none is lost',
      words: ['--cluster', cluster, '--zone', 'eu-west-1b'],
      says: /as --zone must be left out where no zone is lost: found "eu-west-1b"; add --kind lose/,
    },
    {
      given: 'a zone that is none',
      words: ['--cluster', cluster, '--kind', 'lose-a-zone', '--zone', 'EU"\n1'],
      says: /^Cannot read experiment as 'fault\.topology\.zone' must match .*: found "EU/,
    },
    {
      given: 'a cluster that cannot be',
      words: ['--cluster', 'a"b: c'],
      says: /^Cannot read experiment as 'cluster' must match .*: found "a\\"b: c"$/,
    },
    {
      given: 'a hold that is too long',
      words: ['--cluster', cluster, '--hold', '9999'],
      says: /^Cannot read experiment as 'holdSeconds' must be at most 3600: found 9999$/,
    },
  ])('$given is refused in one sentence, and nothing is written', async ({ words, says }) => {
    const out = aPlace();
    const { code, stdout, stderr } = await init(...words, '--out', out);
    const [sentence, ...rest] = stderr.trimEnd().split('\n');

    expect(sentence).toMatch(says);
    expect(rest).toEqual(['Nothing was touched.']);
    expect({ code, stdout, isThere: existsSync(out) }).toEqual({
      code: 2,
      stdout: '',
      isThere: false,
    });
  });
});
