import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import { readExperiment } from '../../core/experiment-problems.ts';
import type { Problem } from '../../core/experiment-problems.ts';
import { partition } from '../fakes/example-cluster.ts';
import { grammar } from './inventories.ts';

function problemsOf(value: unknown): readonly Problem[] {
  const read = readExperiment(value);
  const problems = 'problems' in read ? read.problems : [];
  for (const { says } of problems) expect(says).toMatch(grammar);
  return problems;
}

const told = (value: unknown): string[] =>
  problemsOf(value).map(({ code, path, ofKey, meant = '' }) =>
    `${code} ${ofKey ? 'key' : 'value'} ${path.join('.')} ${meant}`.trimEnd(),
  );

const topology = { kind: 'isolate', count: 1 };

describe('readExperiment()', () => {
  test('reads what is right as parseExperiment() does', () => {
    expect(readExperiment(partition)).toEqual({ experiment: parseExperiment(partition) });
  });

  test('tells all problems at once, each with its place and what was probably meant', () => {
    const value = {
      ...partition,
      fault: { kind: 'partition', topology: { kind: 'isolat' }, ports: ['fabric', 'hartbeat'] },
      mechanism: 'iptable',
      holdSeconds: 86_400,
      holdSecond: 1,
      stoppOn: {},
    };
    expect(told(value)).toEqual([
      'AF-203 value fault.topology.kind isolate',
      'AF-203 value fault.ports.1 heartbeat',
      'AF-203 value mechanism iptables',
      'AF-203 value holdSeconds',
      'AF-202 key holdSecond holdSeconds',
      'AF-202 key stoppOn stopOn',
    ]);
  });

  test('knows the keys of the very kind that a fault says it is of', () => {
    const fault = { kind: 'partition', topology: { ...topology, cuont: 1 }, port: ['fabric'] };
    expect(told({ ...partition, fault })).toEqual([
      'AF-202 key fault.topology.cuont count',
      'AF-202 key fault.port ports',
    ]);
  });

  test('and of a part of a sequence, or of either form of a value', () => {
    const parts = [{ startSeconds: 0, second: 3, fault: { kind: 'partition', topology } }];
    const value = { ...partition, fault: { kind: 'sequence', parts } };
    expect(told(value)).toEqual(['AF-202 key fault.parts.0.second seconds']);
    expect(told({ ...partition, portNumbers: { fabrik: 3001, service: 1 } })).toEqual([
      'AF-203 value portNumbers.service',
      'AF-202 key portNumbers.fabrik fabric',
    ]);
  });

  test('what is missing is where it should be', () => {
    const { holdSeconds: _, ...rest } = partition;
    expect(told(rest)).toEqual(['AF-204 value holdSeconds']);
  });

  test('what is no experiment at all is told as one problem', () => {
    expect(told(null)).toEqual(['AF-203 value']);
    expect(told([])).toEqual(['AF-203 value']);
  });

  test('contradictions are told where they are to be settled, all of them', () => {
    const value = {
      ...partition,
      mechanism: 'security-group',
      intensity: { percent: 10, every: 3 },
      flapping: { onSeconds: 1, offSeconds: 1 },
    };
    const places = told(value);
    expect(places).toContain('AF-205 key intensity');
    expect(places).toContain('AF-205 key flapping');
    expect(places.length).toBeGreaterThanOrEqual(3);
  });
});
