import { describe, expect, test } from 'vitest';
import type { Report } from '../../../core/report.ts';
import { everyKind, recorded, stopped, stuck } from '../../recorded-reports.ts';
import { pageOf } from './page.ts';

describe.each(everyKind())('the page of %s', (_, report) => {
  const page = pageOf(report);
  const { root, html, text } = page;

  test('is one file that fetches nothing and runs nothing', () => {
    expect(root.querySelectorAll('script').map((one) => one.getAttribute('type'))).toEqual([
      'application/json',
    ]);
    expect(root.querySelectorAll('link, img, iframe, object, form, base, image, use')).toEqual([]);
    const attributes = root.querySelectorAll('*').flatMap((one) => Object.entries(one.attributes));
    expect(attributes.filter(([name]) => /^on|^src|^style$|^xlink/.test(name))).toEqual([]);
    const links = attributes.filter(([name]) => name === 'href').map(([, value]) => value);
    expect(links.filter((link) => !link.startsWith('#'))).toEqual([]);
    expect(root.querySelector('style')?.text).not.toMatch(/url\((?!#)|@import/);
    const [policy] = root.querySelectorAll('meta[http-equiv]');
    expect(policy?.getAttribute('content')).toMatch(/^default-src 'none'; /);
  });

  test('has headings in order, and leads only where something is', () => {
    const levels = root.querySelectorAll('h1, h2, h3').map(({ tagName }) => Number(tagName[1]));
    const jumps = levels.filter((level, index) => level > (levels[index - 1] ?? 0) + 1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(jumps).toEqual([]);
    const ids = root.querySelectorAll('[id]').map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = root.querySelectorAll('a').map((one) => one.getAttribute('href')?.slice(1));
    expect(links.filter((id) => !ids.includes(id ?? ''))).toEqual([]);
  });

  test('says nothing that is none', () => {
    expect(text).not.toMatch(/undefined|NaN|Infinity|\[object|\bnull\b/);
    expect(html.replace(/<script.*?<\/script>/s, '')).not.toMatch(/undefined|NaN|Infinity/);
  });

  test('names every picture and every table', () => {
    for (const picture of root.querySelectorAll('svg')) {
      expect(picture.getAttribute('role')).toBe('img');
      expect(picture.querySelector('title')?.text).toMatch(/Timeline/);
      expect(picture.querySelector('desc')?.text.length).toBeGreaterThan(40);
    }
    for (const one of root.querySelectorAll('table')) {
      expect(one.querySelector('caption')?.text).not.toBe('');
      expect(one.querySelectorAll('th:not([scope])')).toEqual([]);
    }
  });

  test('is small, and the same every time', () => {
    expect(new TextEncoder().encode(html).length).toBeLessThan(150_000);
    expect(pageOf(structuredClone(report)).html).toBe(html);
  });
});

const headingOf = (report: Report): string => pageOf(report).root.querySelector('h1')?.text ?? '';

describe('the verdict', () => {
  test('stands first, as a mark and a word', () => {
    expect(headingOf(recorded('halves'))).toBe('✓ Confirmed halves on orders-staging');
    expect(headingOf(recorded('one-ended-recipe'))).toMatch(/^✗ Not confirmed /);
    expect(headingOf(stuck())).toMatch(/^✗ Stuck: not clean /);
    expect(headingOf(recorded('broken'))).toMatch(/^✗ Broken /);
    expect(headingOf(everyKind().find(([name]) => name === 'refused')![1])).toMatch(/^– Refused /);
  });

  test('that is inconclusive is never shown as any other', () => {
    const report = recorded('halves');
    const unknown = { answer: 'inconclusive' as const, evidence: [] };
    const verdicts = { ...report.verdicts, inForce: unknown };
    expect(headingOf({ ...report, outcome: 'not-confirmed', verdicts })).toMatch(
      /^\? Not confirmed: inconclusive/,
    );
  });

  test('of a stuck run says what to do, and has every line to paste', () => {
    const { root } = pageOf(stuck());
    expect(root.querySelector('.do')?.text).toContain(`aerofault restore ${stuck().runId}`);
    expect(root.querySelector('ol.by-hand pre')?.text.split('\n')).toEqual(
      stuck().stuck?.steps[0]?.byHand,
    );
  });

  test('of a run that ended early says why; what it never came to is not in the picture', () => {
    const { root, text } = pageOf(stopped());
    expect(text).toContain('Stopped early: alarm orders-latency-high.');
    const marks = root.querySelectorAll('svg text.event').length;
    expect(root.querySelectorAll('ol.events li')).toHaveLength(marks + 1);
  });
});

describe('the matrix', () => {
  test('marks what is not as the plan would have it, with a word', () => {
    const report = recorded('isolate-one-node');
    expect(pageOf(report).text).toContain('None is wrong');
    const [one, ...rest] = report.connections;
    const open = { ...one!, during: 'open' as const };
    const { root, text } = pageOf({ ...report, connections: [open, ...rest] });
    expect(root.querySelectorAll('table.grid td.wrong')).toHaveLength(1);
    expect(root.querySelector('table.grid td.wrong')?.text).toContain('wrong');
    expect(text).toContain(`${open.from} to ${open.to}, port ${open.port} (cut): open during`);
  });

  test('is in the element that the foot names, whole where nothing is left out', () => {
    const { text } = pageOf(recorded('isolate-one-node'));
    expect(text).toContain('it is in the element #report');
    expect(text).not.toContain('what this page has of it');
  });

  test('draws a gap of clients as a gap, never as zero', () => {
    const { root } = pageOf(stopped());
    const path = root.querySelector('path.curve.ok')?.getAttribute('d') ?? '';
    expect(path.match(/M/g)).toHaveLength(2);
    expect(root.querySelectorAll('circle.ok')).toHaveLength(6);
  });
});
