import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { extremes } from '../../../core/report-html/fewer.ts';
import { picture } from '../../../core/report-html/timeline/scale.ts';
import { counterNames } from '../../../core/probe/counters.ts';
import { bytesMax } from '../../../core/report-html.ts';
import type { Report } from '../../../core/report.ts';
import { recorded } from '../../recorded-reports.ts';
import { pageOf } from './page.ts';

const base = recorded('isolate-one-node');
const begin = base.timing.injectedAt ?? 0;
const names = Array.from({ length: 100 }, (_, index) => `orders-node-${index + 1}`);
const Counts = z.record(z.enum(counterNames), z.int());
const counts = Counts.parse(Object.fromEntries(counterNames.map((name) => [name, 123_456])));

/** A hundred nodes over an hour, seen to change `turns` times. */
function large(turns: number): Report {
  const nodes = names.map((name, index) => ({
    ...base.nodes[0]!,
    id: `i-${index}`,
    name,
    nodeId: `BB${index}`,
    zone: `eu-west-1${'abc'[index % 3]}`,
    isTarget: index < 34,
    spans: Array.from({ length: turns }, (_, turn) => ({
      at: begin + Math.round((3_600_000 * turn) / turns) + index,
      size: turn % 2 === 0 ? 100 : index < 34 ? 34 : 66,
      key: `KEY${turn}${turn % 2 === 1 && index < 34 ? 'A' : 'B'}`,
      principal: `BB${turn % 2 === 1 && index >= 34 ? 34 : 0}`,
      member: true,
      migrating: turn % 3 === 0,
    })),
  }));
  const connections = names.flatMap((from, index) =>
    [1, 2, 40, 60].flatMap((away) =>
      [3001, 3002].map((port) => ({
        from,
        to: names[(index + away) % 100]!,
        port,
        family: 'IPv4' as const,
        kind: away > 30 ? ('cut' as const) : ('control' as const),
        before: 'open' as const,
        during: away > 30 ? ('timed-out' as const) : ('open' as const),
        after: 'open' as const,
      })),
    ),
  );
  const says = `drop ports 3001, 3002 from and to ${names.slice(34).join(', ')}`;
  const steps = names
    .slice(0, 34)
    .map((name) => ({ id: `host-cut/${name}`, kind: 'host-cut', says }));
  const restoredAt = begin + 3_600_000;
  return {
    ...base,
    nodes,
    connections,
    plan: { ...base.plan, steps },
    counters: names.map((node) => ({ node, during: counts, after: counts })),
    clients: Array.from({ length: 720 }, (_, index) => ({
      from: begin + 5000 * index,
      until: begin + 5000 * (index + 1),
      ok: index === 333 ? 17.5 : 9000 + index,
      timeouts: index === 334 ? 4711 : 0,
      errors: 0,
    })),
    clusters: Array.from({ length: turns }, (_, turn) => ({
      at: begin + Math.round((3_600_000 * turn) / turns),
      key: `KEY${turn}B`,
      size: 100,
      nodes: names,
    })),
    states: Array.from({ length: 240 }, (_, index) => ({
      state: 'Watch',
      from: begin + 15_000 * index,
      until: begin + 15_000 * index + 4000,
      says: 'looked: sizes 34 and 66',
    })),
    restored: steps.map(({ id }) => ({ stepId: id, at: restoredAt, by: 'host timer' })),
    timing: {
      ...base.timing,
      restoreAt: restoredAt,
      restoredAt,
      recoveredAt: restoredAt + 9000,
      cleanAt: restoredAt + 5000,
    },
  };
}

describe('a page of 100 nodes over an hour', () => {
  test.each([4, 6, 500])(
    'that changed %i times is small enough, and drawn in few bands',
    (turns) => {
      const page = pageOf(large(turns));
      const bytes = new TextEncoder().encode(page.html).length;
      expect(bytes).toBeLessThan(bytesMax);
      expect(page.root.querySelectorAll('svg text.name').length).toBeLessThan(40);
      expect(
        page.root.querySelector('table.grid')?.querySelectorAll('tbody tr').length,
      ).toBeLessThan(13);
    },
  );

  test('keeps peaks and troughs, and tells what is left out', () => {
    const { json, text } = pageOf(large(500));
    const rates = json.clients.map(({ ok }) => ok);
    expect(rates).toContain(17.5);
    expect(json.clients.map(({ timeouts }) => timeouts)).toContain(4711);
    expect(text).toContain(`${json.clients.length} of 720 spans of clients are on this page`);
    expect(text).toContain(`${json.counters.length} of 100 nodes with counters are on this page`);
    expect(text).toMatch(/\d+ of 50000 records of nodes are on this page/);
  });

  test('draws the whole hold, and joins samples that are kept over those that are not', () => {
    const { root, json } = pageOf(large(4));
    const { left, right } = picture;
    const watch = root
      .querySelectorAll('svg rect.state0')
      .map((one) => Number(one.getAttribute('width')));
    expect(Math.max(...watch)).toBeGreaterThan(0.95 * (right - left));
    expect(json.clients.length).toBeGreaterThan(60);
    expect(root.querySelector('path.curve.ok')?.getAttribute('d')).toMatch(/^M[^M]*L[^M]*$/);
  });

  test('groups nodes that went through the same', () => {
    const { root } = pageOf(large(6));
    const bands = root.querySelectorAll('svg text.name').map((one) => one.text);
    expect(bands).toContain('34 nodes');
    expect(bands).toContain('66 nodes');
  });
});

test('fewer of a series still have its ends, its highest, its lowest, and a gap', () => {
  const series = fc.array(fc.option(fc.integer()), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(series, fc.integer({ min: 4, max: 60 }), (values, most) => {
      const items = values.map((value, index) => ({ value, index }));
      const kept = extremes(items, most, [({ value }) => value]);
      const left = kept.map(({ value }) => value);
      const known = values.filter((value) => value !== null);
      expect(kept.length).toBeLessThanOrEqual(Math.max(most, 5));
      expect([kept[0], kept.at(-1)]).toEqual([items[0], items.at(-1)]);
      expect(kept.map(({ index }) => index)).toEqual(
        kept.map(({ index }) => index).toSorted((one, other) => one - other),
      );
      if (known.length > 0) {
        expect(left).toContain(Math.max(...known));
        expect(left).toContain(Math.min(...known));
      }
      expect(left.includes(null)).toBe(values.includes(null));
    }),
  );
});
