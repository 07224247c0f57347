import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { BadExperiment, countedProblems } from '../../lib/bad-experiment.ts';
import { experimentIn } from '../../lib/experiment-file.ts';
import { parseExperiment } from '../../core/experiment.ts';
import { Refusal } from '../../core/refusal.ts';

const folder = mkdtempSync(join(tmpdir(), 'aerofault-files-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(text: string, name = 'one.yaml'): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const good = `# yaml-language-server: $schema=schema/experiment.schema.json
name: isolate-one-node
cluster: orders-staging
fault:
  kind: partition
  topology: { kind: isolate, count: 1 }
  ports: [fabric, heartbeat]
mechanism: iptables
holdSeconds: 15 # seconds
`;

function badIn(text: string, name?: string): BadExperiment {
  try {
    experimentIn(fileWith(text, name));
  } catch (error) {
    if (error instanceof BadExperiment) return error;
    throw error;
  }
  throw new Error('Expected a BadExperiment, but none was thrown');
}

/** What is underlined, problem by problem. */
const underlined = ({ problems }: BadExperiment): string[] =>
  problems.map(({ column, source }) => source.text.slice(column - 1, column - 1 + source.carets));

describe('experimentIn()', () => {
  test('reads YAML, and JSON as JSON is read', () => {
    const { name, fault } = experimentIn(fileWith(good));
    expect({ name, kind: fault.kind }).toEqual({ name: 'isolate-one-node', kind: 'partition' });
    const examples = readdirSync('examples').filter((file) => file.endsWith('.json'));
    for (const file of examples.map((one) => join('examples', one))) {
      expect(experimentIn(file)).toEqual(parseExperiment(JSON.parse(readFileSync(file, 'utf8'))));
    }
  });

  test('tells every problem with file, line and column, the line, and carets under the place', () => {
    const bad = badIn(good.replace('heartbeat', 'hartbeat').replace('holdSeconds', 'holdSecond'));
    const file = join(folder, 'one.yaml');
    expect(bad.message.split('\n')).toEqual([
      `${file}:2:1  Cannot read experiment as 'holdSeconds' must be a number: found nothing [AF-204]`,
      '  2 | name: isolate-one-node',
      '    | ^^^^^',
      `${file}:7:19  Cannot read experiment as 'fault.ports.1' must be "service" or "fabric" or "heartbeat" or "admin": found "hartbeat". Did you mean "heartbeat"? [AF-203]`,
      '  7 |   ports: [fabric, hartbeat]',
      '    |                   ^^^^^^^^',
      `${file}:9:1  Cannot read experiment as every key must be known: found "holdSecond". Did you mean "holdSeconds"? [AF-202]`,
      '  9 | holdSecond: 15 # seconds',
      '    | ^^^^^^^^^^',
    ]);
    expect(countedProblems(bad)).toBe('3 problems. Nothing was changed.');
  });

  test.each([
    {
      what: 'a key given twice',
      text: `${good}mechanism: nft\n`,
      found: 'Map keys must be unique',
    },
    { what: 'a list that does not end', text: 'ports: [a', found: 'Flow sequence' },
    { what: 'two documents', text: `${good}---\n${good}`, found: 'multiple documents' },
    { what: 'an anchor that is none', text: 'name: *nobody\n', found: 'nobody' },
  ])('$what is no YAML', ({ text, found }) => {
    const bad = badIn(text);
    expect(bad.problems[0]?.says).toMatch(/^Cannot read ".*" as it must be YAML or JSON: found /);
    expect(bad.problems[0]?.says).toContain(found);
    expect(bad.problems[0]?.code).toBe('AF-201');
  });

  test('a text that multiplies itself is refused, not unfolded', () => {
    const lines = Array.from({ length: 9 }, (_, at) => {
      const inner =
        at === 0 ? '[x]' : `[${Array.from({ length: 9 }, () => `*a${at - 1}`).join(',')}]`;
      return `a${at}: &a${at} ${inner}`;
    });
    expect(badIn(lines.join('\n')).problems[0]?.says).toMatch(/alias/i);
  });

  test('a file that says it is JSON must be JSON', () => {
    const json = JSON.stringify({ name: 'x' }, null, 2);
    const bad = badIn(json.replace('\n}', ',\n}'), 'comma.json');
    expect(bad.message).toMatch(/comma\.json:3:1 {2}Cannot read ".*" as it must be JSON: found /);
    expect(bad.problems).toHaveLength(1);
  });

  test('what a terminal would act on is not shown, and a line without end is cut', () => {
    const bad = badIn(
      JSON.stringify({ name: 'a\u009B2J\u202Eb', x: 'y'.repeat(5_000), zz: 1 }),
      'l.json',
    );
    expect(bad.message).not.toMatch(/[\u009B\u202E]/);
    for (const line of bad.message.split('\n').filter((one) => /^ .*\|/.test(one))) {
      expect(line.length).toBeLessThan(100);
    }
  });

  test('a contradiction is shown at the key that settles it', () => {
    expect(underlined(badIn(readFileSync('examples/bad/two-isolations.json', 'utf8')))).toEqual([
      '"count"',
    ]);
    expect(underlined(badIn(`${good}intensity: { percent: 10, every: 3 }\n`))).toEqual([
      'intensity',
    ]);
  });

  test('an empty file, one that is not there, and one without end are refused in a sentence', () => {
    expect(badIn('').problems[0]?.says).toMatch(/^Cannot read experiment as it must be an object/);
    expect(() => experimentIn(join(folder, 'none.yaml'))).toThrow(Refusal);
    expect(() => experimentIn(join(folder, 'none.yaml'))).toThrow(
      /as it must be a readable file: found ENOENT/,
    );
    expect(() => experimentIn(fileWith(`# ${'x'.repeat(300_000)}`))).toThrow(
      /at most 262144 characters/,
    );
  });
});
