import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Refusal } from '../../core/refusal.ts';
import { Experiment } from '../../lib/experiment.ts';

const experiment = {
  name: 'isolate-one-node',
  cluster: 'orders-staging',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 60,
};

function aFile(name: string, text: string): string {
  const path = join(mkdtempSync(join(tmpdir(), 'aerofault-experiment-')), name);
  writeFileSync(path, text);
  return path;
}

test('fromFile() reads JSON and YAML alike', () => {
  const yaml = `# At night
name: isolate-one-node
cluster: orders-staging
fault: { kind: partition, topology: { kind: isolate, count: 1 } }
mechanism: iptables
holdSeconds: 60
`;
  const read = Experiment.fromFile(aFile('one.yaml', yaml));
  expect(read).toEqual(Experiment.fromFile(aFile('one.json', JSON.stringify(experiment))));
  expect(read).toMatchObject({ name: 'isolate-one-node', cluster: 'orders-staging' });
  expect(read.input).toMatchObject({ ...experiment, packets: 'drop' });
});

test('a typo fails with file, line and column, and what was meant', () => {
  const path = aFile('typo.json', JSON.stringify({ ...experiment, holdSecond: 60 }, null, 2));
  const reading = (): Experiment => Experiment.fromFile(path);
  expect(reading).toThrow(Refusal);
  expect(reading).toThrow(
    /typo\.json:13:3 {2}Cannot read experiment as every key must be known: found "holdSecond"\. Did you mean "holdSeconds"\? \[AF-202\]\n {2}13 \| /,
  );
});

test('fromObject() says what is wrong with what it was given', () => {
  expect(() => Experiment.fromObject({ ...experiment, mechanism: 'iptabels' })).toThrow(
    /^Cannot use this experiment as it must be an experiment: found .*mechanism/,
  );
});

test('a file that is missing, or no YAML, is named', () => {
  expect(() => Experiment.fromFile('nowhere.yaml')).toThrow(
    /^Cannot read "nowhere\.yaml" as .*ENOENT/,
  );
  expect(() => Experiment.fromFile(aFile('bad.yaml', 'a: [1'))).toThrow(
    /bad\.yaml:1:\d+ {2}Cannot read ".*" as it must be YAML or JSON/,
  );
});
