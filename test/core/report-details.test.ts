import { describe, expect, test } from 'vitest';
import type { Sample } from '../../core/judge.ts';
import type { Note, Seen } from '../../core/note.ts';
import type { XdrLag } from '../../core/observation.ts';
import { counterNames } from '../../core/probe/counters.ts';
import { reportOf } from '../../core/report.ts';
import type { Report } from '../../core/report.ts';
import { cutSample, openSample, splitViews } from './answers.ts';
import { aPartition, anInventory, someNodes } from './inventories.ts';
import { aSubject } from './planned.ts';
import { aRun, aStory, goodNotes, isolationRecorded, lookedAt } from './stories.ts';

const subject = aSubject(aPartition(), anInventory({ instances: someNodes(3) }));
const split = cutSample(subject, { views: splitViews(subject) });
const whole = openSample(subject);

const reportWith = (notes: readonly Note[], run = aRun()): Report =>
  reportOf(aStory(subject, { notes: [...notes], run }));

describe('nodes over time', () => {
  test('every node has the spans that its recorder noted', () => {
    const { nodes } = reportWith([...goodNotes(subject, { prove: [split] }), ...isolationRecorded]);

    expect(nodes.map(({ name, isTarget }) => [name, isTarget])).toEqual([
      ['n1', true],
      ['n2', false],
      ['n3', false],
    ]);
    expect(nodes[0]).toMatchObject({ nodeId: 'n1', build: '8.0.0.8', address: '10.0.0.1' });
    expect(nodes[0]?.spans.map(({ at, size, key }) => [at, size, key])).toEqual([
      [0, 3, 'AAA'],
      [21_900, 1, 'BBB'],
      [36_800, 3, 'DDD'],
    ]);
    expect(nodes[0]?.spans[0]).toMatchObject({ principal: 'n3', member: true, migrating: false });
  });

  test('silence is a span without a word', () => {
    const silence: Note = { kind: 'changes', at: 1, from: 'i-n1', changes: [[500, null]] };
    const { nodes } = reportWith([...goodNotes(subject), silence]);

    expect(nodes[0]?.spans).toEqual([
      { at: 500, size: null, key: null, principal: null, member: null, migrating: null },
    ]);
  });
});

describe('the matrix', () => {
  const { connections } = reportWith(goodNotes(subject, { prove: [split] }));
  const rowsOf = (kind: string): Report['connections'] =>
    connections.filter((one) => one.kind === kind);

  test('tells each connection before, during and after', () => {
    expect(rowsOf('cut').length).toBeGreaterThan(0);
    for (const row of rowsOf('cut')) {
      expect(row).toMatchObject({ before: 'open', during: 'timed-out', after: 'open' });
    }
    for (const row of rowsOf('control')) {
      expect(row).toMatchObject({ before: 'open', during: 'open', after: 'open' });
    }
  });

  test('during is the last look that was over before the fault was', () => {
    const early = lookedAt('hold', 25_000, split);
    const late = lookedAt('hold', 40_000, {
      seen: whole.seen.map((one) => ({ ...one, at: 36_500 })),
      views: whole.views,
    });
    const seen = reportWith([
      ...goodNotes(subject, { prove: [split], hold: [] }),
      ...early,
      ...late,
    ]);

    expect(seen.connections.find(({ kind }) => kind === 'cut')?.during).toBe('timed-out');
    expect(seen.verdicts.inForce.answer).toBe('confirmed');
  });

  test('what nobody answered is null, and counts among what the report cannot say', () => {
    const [first] = split.seen;
    const rest = { ...split, seen: split.seen.slice(1) };
    const { connections: rows, limits } = reportWith(
      goodNotes(subject, { prove: [rest], hold: [rest] }),
    );

    expect(first?.result.probe).toMatch(/^new/);
    expect(rows.filter(({ during }) => during === null)).toHaveLength(1);
    expect(limits).toContainEqual(
      expect.stringMatching(/^1 of \d+ connections were asked for and not answered/),
    );
  });
});

const counting = (at: number, ok: number, timeouts: number): Note[] => {
  const values: Partial<Record<string, number>> = {
    client_read_success: ok,
    client_write_timeout: timeouts,
  };
  const counters = counterNames.map((name) => values[name] ?? 0);
  const seen = subject.inventory.instances.map(({ id }) => ({
    from: id,
    at,
    result: { probe: `counters/${id}/3000`, answer: 'ok' as const, counters },
  }));
  return lookedAt(at < 20_000 ? 'baseline' : 'hold', at, { seen, views: whole.views });
};

describe('what nodes counted', () => {
  const report = reportWith([
    ...counting(10_000, 1_000, 0),
    ...counting(21_000, 2_100, 55),
    ...counting(31_000, 2_600, 555),
  ]);

  test('is told as growth, node by node', () => {
    expect(report.counters.map(({ node }) => node)).toEqual(['n1', 'n2', 'n3']);
    expect(report.counters[0]?.during).toMatchObject({
      client_read_success: 1_600,
      client_write_timeout: 555,
      client_proxy_error: 0,
    });
    expect(report.counters[0]?.after).toBeNull();
  });

  test('and as rates of all nodes together, from look to look', () => {
    expect(report.clients).toEqual([
      { from: 10_000, until: 21_000, ok: 300, timeouts: 15, errors: 0 },
      { from: 21_000, until: 31_000, ok: 150, timeouts: 150, errors: 0 },
    ]);
  });
});

const state = (
  name: string,
  startedAt: number,
  at: number,
  calls: Record<string, number>,
): Note => ({
  kind: 'state',
  state: name,
  startedAt,
  at,
  says: `${name} said`,
  calls,
});

test('what nodes counted before the fault is what they told last', () => {
  const before = counting(10_000, 1_000, 0);
  const armed = counting(19_000, 1_900, 40).map((note): Note =>
    note.kind === 'probes' ? { ...note, moment: 'armed' } : note,
  );
  const told = reportWith([...before, ...armed, ...counting(31_000, 2_600, 555)]);
  expect(told.counters[0]?.during).toMatchObject({
    client_read_success: 700,
    client_write_timeout: 515,
  });
  expect(told.clients.map(({ from, until }) => [from, until])).toEqual([
    [10_000, 19_000],
    [19_000, 31_000],
  ]);
});

describe('states and cost', () => {
  test('states come by when they began; calls, time and money are added up', () => {
    const { states, cost } = reportWith([
      ...goodNotes(subject),
      state('Plan', 2_000, 4_000, { 'EC2:DescribeInstances': 2, 'DynamoDB:PutItem': 1 }),
      state('Open', 1_000, 2_000, { 'DynamoDB:PutItem': 3, 'DynamoDB:GetItem': 1 }),
    ]);

    expect(states).toEqual([
      { state: 'Open', from: 1_000, until: 2_000, says: 'Open said' },
      { state: 'Plan', from: 2_000, until: 4_000, says: 'Plan said' },
    ]);
    expect(cost).toEqual({
      calls: { 'EC2:DescribeInstances': 2, 'DynamoDB:PutItem': 4, 'DynamoDB:GetItem': 1 },
      invocations: 2,
      lambdaSeconds: 3,
      usd: 0.000123,
    });
  });

  test('without a note of any state nothing is said', () => {
    expect(reportWith(goodNotes(subject)).cost).toBeNull();
  });
});

describe('what a report cannot say', () => {
  test('nothing, where all was seen', () => {
    const { limits } = reportWith([
      ...goodNotes(subject, { prove: [split] }),
      ...isolationRecorded,
    ]);
    expect(limits).toEqual([]);
  });

  test('nodes that were silent, records that never came, looks that there were not', () => {
    const silent = { ...split, views: split.views.map((one) => ({ ...one, view: null })) };
    const { limits } = reportWith(goodNotes(subject, { prove: [silent], hold: [], recovery: [] }));

    expect(limits).toEqual([
      'n1 did not answer for its cluster in 1 of 3 looks',
      'n2 did not answer for its cluster in 1 of 3 looks',
      'n3 did not answer for its cluster in 1 of 3 looks',
      'times of cluster changes are unknown for n1, n2, n3: what was recorded there was never brought in',
      'nobody looked at the fault after its proof',
      'nobody looked at the cluster after restore',
    ]);
  });
});

const told = (...lag: XdrLag): Seen => ({
  from: 'i-n1',
  at: 1,
  result: { probe: 'lag/10.0.0.1/3000', answer: 'ok', lags: [lag] },
});
const withLag = (sample: Sample, lag: Seen): Sample => ({
  ...sample,
  seen: [...sample.seen, lag],
});

describe('XDR', () => {
  const notes = goodNotes(subject, {
    baseline: [withLag(whole, told('far', 1, 5, 2, 0))],
    prove: [withLag(split, told('far', 40, 900, 2, 0))],
    hold: [withLag(split, told('far', 31, 700, 2, 0))],
    recovery: [
      withLag(whole, told('far', 60, 1_200, 2, 3)),
      withLag(whole, told('far', 0, 0, 5, 0)),
    ],
  });

  test('tells each destination before, at its worst in the fault, and in the last look', () => {
    expect(reportWith(notes).xdr).toEqual([
      {
        node: 'n1',
        destination: 'far',
        before: { lagSeconds: 1, queued: 5, recoveries: 2, pending: 0 },
        worst: { lagSeconds: 40, queued: 900, recoveries: 2, pending: 0 },
        after: { lagSeconds: 0, queued: 0, recoveries: 5, pending: 0 },
      },
    ]);
  });

  test('a node that did not tell is unknown, and one that was never asked is not in it', () => {
    const silent = goodNotes(subject, {
      baseline: [withLag(whole, told('far', 1, null, null, null))],
      prove: [split],
    });
    expect(reportWith(silent).xdr).toEqual([
      expect.objectContaining({ node: 'n1', worst: null, after: null }),
    ]);
    expect(reportWith(goodNotes(subject)).xdr).toEqual([]);
  });
});
