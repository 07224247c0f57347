import { describe, expect, test } from 'vitest';
import { splitAt } from '../../../core/report/split.ts';
import { everyKind } from '../../recorded-reports.ts';
import { cellsOf, instantsOf, millisecondsIn, pageOf } from './page.ts';
import type { Page } from './page.ts';

const zeroOf = ({ json: { timing } }: Page): number =>
  timing.injectedAt ?? timing.injectAt ?? timing.openedAt ?? 0;
const ago = (cell: string | undefined, page: Page): number =>
  zeroOf(page) + millisecondsIn(cell ?? '');
const orNull = (cell: string | undefined, unknown: string): number | null =>
  cell === unknown ? null : Number(cell);

/** The end of the last span after restore in which a node migrated; null where one goes on, or none did. */
function migratedAt({ nodes, timing: { restoredAt } }: Page['json']): number | null {
  const ends = nodes.flatMap(({ spans }) =>
    spans.flatMap(({ migrating }, index) =>
      migrating === true ? [spans[index + 1]?.at ?? Infinity] : [],
    ),
  );
  const late = ends.filter((end) => end > (restoredAt ?? Infinity));
  return late.length === 0 || late.includes(Infinity) ? null : Math.max(...late);
}

const inOrder = (all: readonly number[]): number[] => all.toSorted((one, other) => one - other);

describe.each(everyKind())('the page of %s tells the same as its JSON', (name, report) => {
  const page = pageOf(report);
  const { json } = page;

  test('which is the report', () => {
    expect(json).toEqual(report);
  });

  test('timings', () => {
    const { timing } = json;
    const asked: Record<string, readonly [number | null, number | null]> = {
      inject: [timing.injectAt, timing.injectedAt],
      split: [timing.injectedAt, splitAt(json)],
      bite: [timing.injectedAt, timing.inForceAt],
      hold: [timing.injectedAt, timing.restoredAt],
      restore: [timing.restoreAt, timing.restoredAt],
      rejoin: [timing.restoredAt, timing.recoveredAt],
      migrations: [timing.restoredAt, migratedAt(json)],
      clean: [timing.restoredAt, timing.cleanAt],
      margin: [timing.restoredAt, timing.injectedAt === null ? null : timing.deadlineAt],
    };
    const rows = new Map(cellsOf(page, 'timings').map((cells) => [cells[0] ?? '', cells[1]]));
    expect([...rows.keys()]).toEqual(Object.keys(asked));
    for (const [what, [from, until]] of Object.entries(asked)) {
      const shown = rows.get(what);
      if (from === null || until === null) expect(shown).toBe('not seen');
      else expect(millisecondsIn(shown ?? '')).toBe(until - from);
    }
    const instants = instantsOf(page.root.getElementById('timings'));
    const own = new Set(Object.values(timing));
    const others = [...json.clusters, ...json.nodes.flatMap(({ spans }) => spans)];
    const known = new Set([...own, ...others.map(({ at }) => at)]);
    expect(instants.filter((at) => !known.has(at))).toEqual([]);
  });

  test('hypotheses', () => {
    const rows = cellsOf(page, 'hypotheses');
    expect(rows.map(([what, , expected, seen, by]) => [what, expected, seen, by])).toEqual(
      json.hypotheses.map(({ what, expected, seen, by }) => [what, expected, seen, by]),
    );
    expect(rows.map(([, answer]) => answer?.replace(/^[✓✗?] /, ''))).toEqual(
      json.hypotheses.map(({ answer }) => answer),
    );
  });

  test('marker records', () => {
    const rows = cellsOf(page, 'marker-records').map((cells) => cells.slice(2));
    const told = (json.markers?.sides ?? []).flatMap(({ own, shared }) =>
      [own, shared].map(({ acknowledged, inDoubt, refused, seenDuring, seenAfter, lost }) =>
        [acknowledged, inDoubt, refused, ...seenDuring, seenAfter ?? '?', lost ?? '?'].map(String),
      ),
    );
    expect(rows).toEqual(told);
  });

  test('connections', () => {
    const letters: Record<string, string> = { 'timed-out': 'T', reset: 'X' };
    const shown = (answer: string | null): unknown => {
      if (answer === null) return '·';
      if (['alive', 'dead', 'absent'].includes(answer)) return expect.stringContaining(answer);
      const letter = letters[answer] ?? answer.slice(0, 1).toUpperCase();
      return expect.stringMatching(new RegExp(`^${letter} ${answer}( wrong)?$`));
    };
    expect(cellsOf(page, 'connections')).toEqual(
      json.connections.map(({ from, to, port, family, kind, before, during, after }) => [
        from,
        to,
        String(port),
        family,
        kind,
        ...[before, during, after].map(shown),
      ]),
    );
  });

  test('what every node reported', () => {
    const rows = cellsOf(page, 'node-spans').map(([node, from, size, key = '']) => ({
      node,
      at: ago(from, page),
      size: orNull(size, 'no answer'),
      key: key === '–' ? null : key.replace(/ \(.*/, ''),
    }));
    expect(rows).toEqual(
      json.nodes.flatMap(({ name: node, spans }) =>
        spans.map(({ at, size, key }) => ({ node, at, size, key })),
      ),
    );
  });

  test('clients, states, calls and counters', () => {
    expect(
      cellsOf(page, 'clients').map(([from, until, ok, timeouts, errors]) => ({
        from: ago(from, page),
        until: ago(until, page),
        ok: orNull(ok, 'not known'),
        timeouts: orNull(timeouts, 'not known'),
        errors: orNull(errors, 'not known'),
      })),
    ).toEqual(json.clients);
    expect(
      cellsOf(page, 'states').map(([state, from, until, , says]) => ({
        state,
        from: ago(from, page),
        until: ago(until, page),
        says,
      })),
    ).toEqual(json.states);
    expect(
      Object.fromEntries(cellsOf(page, 'calls').map(([call, n]) => [call, Number(n)])),
    ).toEqual(json.cost?.calls ?? {});
    const grown = cellsOf(page, 'counters').map(([counter, ...cells]) => [
      counter,
      cells.map((cell) => orNull(cell, '?')),
    ]);
    const names = Object.keys(json.counters[0]?.during ?? {});
    expect(grown).toEqual(
      names.map((counter) => [
        counter,
        json.counters.flatMap(({ during, after }) =>
          [during, after].map((one) => new Map(Object.entries(one ?? {})).get(counter) ?? null),
        ),
      ]),
    );
  });

  test('XDR by node and destination; what nobody told is a question mark', () => {
    const seen = { lagSeconds: 934, queued: 1_763_197, recoveries: 12, pending: null };
    const xdr = [{ node: 'n1', destination: 'far', before: null, worst: seen, after: seen }];
    const cells = cellsOf(pageOf({ ...page.json, xdr }), 'xdr');
    const told = ['934', '1763197', '12', '?'];
    expect(cells).toEqual([['n1', 'far', '?', '?', '?', '?', ...told, ...told]]);
  });

  test('steps, and by whom they were put back', () => {
    const rows = cellsOf(page, 'steps');
    for (const { id, says } of json.plan.steps) {
      const back = json.restored.filter(({ stepId }) => stepId === id).map(({ by }) => `by ${by}`);
      const row = rows.find(([step]) => step === id);
      expect(row?.[1]).toBe(says);
      for (const words of back) expect(row?.[3]).toContain(words);
    }
    const at = instantsOf(page.root.getElementById('steps'));
    expect(inOrder(at)).toEqual(inOrder(json.restored.map((one) => one.at)));
  });

  test('events, each at the time that the report has', () => {
    const events = page.root.querySelector('ol.events')?.querySelectorAll('li') ?? [];
    for (const event of events) {
      const [at] = instantsOf(event);
      expect(ago(event.querySelector('.n')?.text, page)).toBe(at);
    }
    const told = instantsOf(page.root.querySelector('ol.events'));
    const { deadlineAt: _, ...timing } = json.timing;
    const due = Object.values(timing).filter((at) => at !== null);
    expect(told).toEqual(expect.arrayContaining(due));
    expect(told).toEqual(told.toSorted((one, other) => one - other));
  });

  test('every verdict, with all its evidence', () => {
    for (const [verdict, { answer, evidence }] of Object.entries(json.verdicts)) {
      const id = `evidence-${verdict.replace('inForce', 'in-force')}`;
      const heading = page.root.getElementById(id);
      expect(heading?.text).toContain(answer);
      expect(
        page.root.querySelectorAll('a.chip').map((chip) => chip.getAttribute('href')),
      ).toContain(`#${id}`);
      const lines = heading?.parentNode?.querySelectorAll('li').map((line) => line.text);
      expect(lines).toEqual(evidence);
    }
    expect(name).not.toBe('');
  });
});
