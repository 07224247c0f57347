import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExperiment } from '../../core/experiment.ts';
import type { Experiment } from '../../core/experiment.ts';
import { partsOf } from '../../core/experiment-parts.ts';
import { Fault, Mechanism, Packets } from '../../core/fault.ts';
import { isRunByCi, titlesIn } from './cited-tests.ts';
import { citationsIn, linksIn, proofRows } from './proof-table.ts';

/** docs/faults.md promises that every technique has an experiment, and a test that CI runs. */

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const page = read('docs/faults.md');
const rows = proofRows(page);

const experimentIn = (link: string): Experiment =>
  parseExperiment(JSON.parse(read(join('docs', link))));

test('there is a table to judge, and no technique is in it twice', () => {
  expect(rows.length).toBeGreaterThan(30);
  expect(new Set(rows.map(({ technique }) => technique)).size).toBe(rows.length);
});

describe.each(rows)('$technique', ({ experiments, proofs }) => {
  test('has an experiment that parses', () => {
    const links = linksIn(experiments);

    expect(links.length).toBeGreaterThan(0);
    for (const link of links) expect(experimentIn(link).name).not.toBe('');
  });

  test('has a test of that name, in a file that CI runs', () => {
    const cited = citationsIn(proofs);

    expect(cited.length).toBeGreaterThan(0);
    for (const { file, title } of cited) {
      expect(isRunByCi(file), file).toBe(true);
      expect(titlesIn(read(file)), file).toContain(title);
    }
  });
});

const shown = rows.flatMap(({ experiments }) => linksIn(experiments)).map(experimentIn);
const parts = shown.flatMap((one) => partsOf(one)).map(({ experiment }) => experiment);

describe('the table shows all that the schema has', () => {
  test('every kind of fault', () => {
    const kinds = Fault.options.map(({ shape }) => shape.kind.value);

    expect(new Set([...shown, ...parts].map(({ fault }) => fault.kind))).toEqual(new Set(kinds));
  });

  test('every topology', () => {
    const [partition] = Fault.options;
    const kinds = partition.shape.topology.options.map(({ shape }) => shape.kind.value);
    const seen = parts.flatMap(({ fault }) =>
      fault.kind === 'partition' ? [fault.topology.kind] : [],
    );

    expect(new Set(seen)).toEqual(new Set(kinds));
  });

  test('every mechanism and every kind of packets', () => {
    expect(new Set(parts.map(({ mechanism }) => mechanism))).toEqual(new Set(Mechanism.options));
    expect(new Set(parts.map(({ packets }) => packets))).toEqual(new Set(Packets.options));
  });

  test('every way to weaken a fault', () => {
    const shares = parts.flatMap(({ intensity }) => intensity ?? []);

    expect(shares.some(({ percent }) => percent !== undefined)).toBe(true);
    expect(shares.some(({ every }) => every !== undefined)).toBe(true);
    expect(new Set(shares.map(({ per = 'packet' }) => per))).toEqual(
      new Set(['packet', 'connection']),
    );
    expect(parts.some(({ flapping }) => flapping !== undefined)).toBe(true);
    expect(parts.some(({ direction }) => direction === 'inbound')).toBe(true);
  });
});

describe('the page', () => {
  test.each(Fault.options.map(({ shape }) => shape.kind.value))('has a section on %s', (kind) => {
    const headings = page.split('\n').filter((line) => line.startsWith('## '));

    expect(headings.filter((heading) => heading.includes(`\`${kind}\``))).toHaveLength(1);
  });

  test('links to every example, and to nothing that is not there', () => {
    const links = linksIn(page);
    const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.json'));

    expect(links).toEqual(expect.arrayContaining(examples.map((file) => `../examples/${file}`)));
    expect(links.filter((link) => !existsSync(join(root, 'docs', link)))).toEqual([]);
  });
});
