import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Report } from '../../../core/report.ts';
import { letterOf } from '../../../core/report-html/timeline/keys.ts';
import { utcOf } from '../../../core/report-html/clock.ts';
import { recorded, stuck } from '../../recorded-reports.ts';
import { pageOf } from './page.ts';

const nasty = fc.string({
  unit: fc.constantFrom(
    '<',
    '>',
    '"',
    "'",
    '&',
    '/',
    '=',
    '`',
    '$',
    '{',
    '}',
    '\\',
    '</script>',
    '</style>',
    '<img src=x onerror=e()>',
    ']]>',
    '-->',
    '<!--',
    '\u001B[2J',
    '\u202E',
    '\u2028',
    '\uD800',
    '\u0000',
    ' ',
    '\n',
    'é',
    '𝕏',
    'a',
  ),
  minLength: 1,
  maxLength: 12,
});
const instants = fc.option(fc.integer({ min: 1_700_000_000_000, max: 1_700_003_600_000 }));
const rate = fc.option(fc.double({ min: 0, max: 1e6, noNaN: true }));

const span = fc.record({
  at: fc.integer({ min: 1_700_000_000_000, max: 1_700_003_600_000 }),
  size: fc.option(fc.integer({ min: 0, max: 3 })),
  key: fc.option(nasty),
  principal: fc.option(nasty),
  member: fc.option(fc.boolean()),
  migrating: fc.option(fc.boolean()),
});
const node = fc.record({
  id: nasty,
  name: nasty,
  address: nasty,
  zone: nasty,
  nodeId: fc.option(nasty),
  build: fc.option(nasty),
  isTarget: fc.boolean(),
  spans: fc.array(span, { maxLength: 8 }),
});
const answer = fc.constantFrom('open', 'refused', 'timed-out', 'reset', 'alive', 'dead', null);
const connection = fc.record({
  from: nasty,
  to: nasty,
  port: fc.integer({ min: 1, max: 65_535 }),
  family: fc.constant('IPv4' as const),
  kind: fc.constantFrom('cut' as const, 'control' as const, 'canary' as const),
  before: answer,
  during: answer,
  after: answer,
});
const client = fc.record({
  from: fc.integer({ min: 1_700_000_000_000, max: 1_700_003_600_000 }),
  until: fc.integer({ min: 1_700_000_000_000, max: 1_700_003_600_000 }),
  ok: rate,
  timeouts: rate,
  errors: rate,
});

/** Reports with anything in them that others may have written, in any order and of any number. */
const reports = fc
  .record({
    base: fc.constantFrom(recorded('sequence'), recorded('one-ended-recipe'), stuck()),
    lines: fc.array(nasty, { maxLength: 4 }),
    says: nasty,
    nodes: fc.array(node, { maxLength: 30 }),
    connections: fc.array(connection, { maxLength: 40 }),
    clients: fc.array(client, { maxLength: 12 }),
    injectedAt: instants,
    restoredAt: instants,
    recoveredAt: instants,
  })
  .map(({ base, lines, says, nodes, connections, clients, ...timing }) => {
    const verdict = { answer: 'refuted', evidence: lines } as const;
    return Report.parse({
      ...base,
      says,
      startedBy: says,
      failure: { error: says, cause: says },
      residue: lines,
      others: lines,
      limits: lines,
      nodes,
      connections,
      clients,
      verdicts: { ...base.verdicts, steady: verdict, inForce: verdict },
      plan: { ...base.plan, warnings: lines, steps: [{ id: says, kind: says, says }] },
      states: [{ state: says, from: 0, until: 1, says }],
      clusters: [{ at: 1_700_000_000_000, key: says, size: 1, nodes: lines }],
      hypotheses: [
        { what: 'cluster sizes', by: 'experiment', expected: says, seen: says, answer: 'refuted' },
      ],
      stuck: base.stuck && {
        ...base.stuck,
        steps: [{ stepId: says, says, reason: says, byHand: lines }],
      },
      cost: { calls: { [says]: 1 }, invocations: 1, lambdaSeconds: 1, usd: 1e-7 },
      bundles: { [says]: says },
      timing: { ...base.timing, injectAt: null, restoreAt: null, inForceAt: null, ...timing },
    });
  });

const ours =
  /^(a|b|body|br|caption|circle|code|dd|defs|desc|details|div|dl|dt|footer|h[1-3]|head|header|html|li|main|meta|nav|ol|p|path|pattern|pre|rect|script|section|small|span|strong|style|summary|svg|table|tbody|td|text|th|thead|time|title|tr|ul)$/;

test('whatever stands in a report, its page has our elements alone, and nothing that is none', () => {
  fc.assert(
    fc.property(reports, (report) => {
      const { html, root, text, json } = pageOf(report);
      const tags = [...html.replace(/<script.*?<\/script>/s, '').matchAll(/<\/?([^\s>/]*)/g)];
      expect(
        tags.map(([, tag = '']) => tag).filter((tag) => !ours.test(tag) && tag !== '!doctype'),
      ).toEqual([]);
      const attributes = root.querySelectorAll('*').flatMap((one) => Object.keys(one.attributes));
      expect(attributes.filter((name) => /^on|src|^style$/.test(name))).toEqual([]);
      expect(root.querySelectorAll('script')).toHaveLength(1);
      expect(html).not.toMatch(/[^\P{Cc}\n]|[\u202E\u2028]/u);
      expect(text).not.toMatch(/undefined|NaN|Infinity|\[object/);
      expect(json.says).toBe(JSON.parse(JSON.stringify(report.says)));
      expect(pageOf(report).html).toBe(html);
    }),
    { numRuns: 60 },
  );
});

test('instants are told as the standard has them', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date(0), max: new Date(253_402_300_799_999), noInvalidDate: true }),
      (date) => {
        expect(utcOf(date.getTime())).toBe(date.toISOString());
      },
    ),
  );
  expect(utcOf(Number.MAX_SAFE_INTEGER)).toBe('9007199254740991 ms');
});

test('clusters have letters without end', () => {
  expect([0, 25, 26, 51, 52, 701, 702].map(letterOf)).toEqual([
    'A',
    'Z',
    'AA',
    'AZ',
    'BA',
    'ZZ',
    'AAA',
  ]);
});
