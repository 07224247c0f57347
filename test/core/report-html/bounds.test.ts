import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { extremes } from '../../../core/report/fewer.ts';
import { picture } from '../../../core/report-html/timeline/scale.ts';
import { bytesMax } from '../../../core/report-html.ts';
import { large } from '../../large-report.ts';
import { pageOf } from './page.ts';

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
    expect(text).toContain('what this page has of it is in the element #report');
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
