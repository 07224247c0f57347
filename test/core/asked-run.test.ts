import { expect, test } from 'vitest';
import { askedRun, pickedText } from '../../core/asked-run.ts';
import { parseExperiment } from '../../core/experiment.ts';

const named = (name: string): Record<string, unknown> => ({
  name,
  cluster: 'orders',
  fault: { kind: 'partition', topology: { kind: 'isolate', count: 1 } },
  mechanism: 'iptables',
  holdSeconds: 60,
});
const three = ['one-node', 'two-nodes', 'three-nodes'].map(named);
const runIds = Array.from({ length: 60 }, (_, at) => `r${at}`);

test('an experiment may come alone, or with who asks for it', () => {
  const experiment = parseExperiment(named('one-node'));
  expect(askedRun(named('one-node'), 'r1')).toEqual({ experiment, startedBy: 'unknown' });
  expect(askedRun({ experiment: named('one-node'), startedBy: 'ci' }, 'r1')).toEqual({
    experiment,
    startedBy: 'ci',
  });
});

test('the same seed picks the same, whichever the run', () => {
  for (const seed of [0, 7, 4_294_967_295]) {
    const names = runIds.map((id) => askedRun({ pick: three, seed }, id).experiment.name);
    expect(new Set(names).size).toBe(1);
  }
});

test('without a seed the run’s id is one: told, and picking the same again', () => {
  for (const id of runIds) {
    const { picked, experiment } = askedRun({ pick: three }, id);
    expect(askedRun({ pick: three, seed: picked?.seed }, 'another')).toMatchObject({
      picked,
      experiment,
    });
    expect(experiment.name).toBe(three[(picked?.place ?? 0) - 1]?.['name']);
  }
});

test('each of a list is picked by some run', () => {
  const names = runIds.map((id) => askedRun({ pick: three }, id).experiment.name);
  expect(new Set(names).size).toBe(3);
});

test('the pick is told with its place and its seed', () => {
  expect(pickedText({ seed: 7, place: 2, of: 3 })).toBe(', picked as 2 of 3 by seed 7');
  expect(pickedText(undefined)).toBe('');
});

test('one that is wrong refuses the whole list, picked or not', () => {
  const wrong = { ...named('wrong'), holdSecond: 1 };
  for (const id of runIds) {
    expect(() => askedRun({ pick: [...three, wrong] }, id)).toThrow(
      /^Cannot pick an experiment as every one of the list must be right: found that number 4 is not \(.*holdSecond/,
    );
  }
});

test.each([
  ['nothing', { pick: [] }],
  ['too many', { pick: Array.from({ length: 17 }, () => named('one-node')) }],
  ['a word unknown', { pick: three, sed: 7 }],
  ['half a seed', { pick: three, seed: 0.5 }],
])('a list with %s is refused', (_, input) => {
  expect(() => askedRun(input, 'r1')).toThrow(
    /^Cannot pick an experiment as the input must be like/,
  );
});
