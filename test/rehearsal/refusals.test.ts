import { describe, expect, test } from 'vitest';
import { rehearse, reportIn } from './rehearse.ts';

/** Bad input ends in exit 2 with one sentence, and nothing touched. */

const sentence = /\bCannot .+ as .+: found .+$/m;

describe('refused before anything starts', () => {
  test.concurrent.each([
    ['an unknown key', 'examples/bad/unknown-key.json', 'unknown-key.json:'],
    ['a hold over the bound', 'examples/bad/hold-over-bound.json', 'hold-over-bound.json:15:18 '],
    ['malformed JSON', 'examples/bad/malformed.json', 'malformed.json:5:1 '],
    ['a shell metacharacter', 'examples/bad/shell-metacharacter.json', '-metacharacter.json:4:14 '],
    ['a file that is not there', 'examples/bad/absent.json', 'absent.json'],
  ])('%s', async (_, file, place) => {
    const { code, stderr, stdout } = await rehearse([file, '--json']);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr).toContain(place);
  });
});

describe('refused by the plan, with nothing journalled as open', () => {
  test.concurrent.each([
    ['an unknown cluster', ['examples/bad/unknown-cluster.json']],
    ['zero targets', ['examples/client-cut.json', '--clients', '0']],
    ['all nodes targeted', ['examples/bad/all-nodes.json']],
  ])('%s', async (_, words) => {
    const refused = await rehearse([...words, '--json']);
    const report = reportIn(refused);

    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(sentence);
    expect(report.life).toBe('final');
    expect(report.timing.injectedAt).toBeNull();
    expect(report.residue).toEqual([]);
  });
});
